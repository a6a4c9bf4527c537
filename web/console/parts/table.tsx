import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Link } from '../app/link.tsx';
import styles from './table.module.css';

export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand at the end of their cell, so that they can be compared. */
  readonly figures?: boolean;
  /** Words of ours, none of them long: they are never broken. Ids and names of others may be. */
  readonly words?: boolean;
}

interface TableProps<Row> {
  /** What the table is, for readers who do not see where it stands. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Where a row leads; its first cell becomes the link. */
  readonly href?: ((row: Row) => string) | undefined;
  /** The last line, such as the sums: a row of the same shape, told by the same columns. */
  readonly foot?: Row | undefined;
  readonly busy?: boolean;
  /** Whether it stays a table in a narrow window: for a name and a few figures. */
  readonly slim?: boolean;
  /** Whether it has more columns than a tablet has room for. */
  readonly wide?: boolean;
}

/** Windows in which a row becomes a card; up to the second one, the menu leaves wide tables too little room. */
const narrow = '(max-width: 640px)';
const middling = '(max-width: 1240px)';

/** Rows as a table. In a narrow window each row becomes a card with its titles. */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  href,
  foot,
  busy = false,
  slim = false,
  wide = false,
}: TableProps<Row>) {
  const fewPixels = useMediaQuery(wide ? middling : narrow, false, { getInitialValueInEffect: false });
  const cards = fewPixels && !slim;
  return (
    <table className={cards ? `${styles.table} ${styles.cards}` : styles.table} aria-busy={busy}>
      <caption className={styles.caption}>{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ key, title, figures }) => (
            <th key={key} scope="col" data-figures={figures}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <TableRow key={rowKey(row)} row={row} columns={columns} href={href?.(row)} />
        ))}
      </tbody>
      {foot !== undefined && (
        <tfoot>
          <TableRow row={foot} columns={columns} href={undefined} />
        </tfoot>
      )}
    </table>
  );
}

interface TableRowProps<Row> {
  readonly row: Row;
  readonly columns: readonly Column<Row>[];
  readonly href: string | undefined;
}

function TableRow<Row>({ row, columns, href }: TableRowProps<Row>) {
  return (
    <tr className={href === undefined ? undefined : styles.linked}>
      {columns.map(({ key, title, cell, figures, words }, index) => (
        <td key={key} data-title={title} data-figures={figures} data-words={words}>
          {href !== undefined && index === 0 ? (
            <Link href={href} className={styles.link}>
              {cell(row)}
            </Link>
          ) : (
            <div>{cell(row)}</div>
          )}
        </td>
      ))}
    </tr>
  );
}
