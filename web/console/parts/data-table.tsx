import { Button, Skeleton } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { ProblemNote } from './problem-note.tsx';
import styles from './table.module.css';
import { type Column, Table } from './table.tsx';

/** The parts of a paged query that a table needs; what `usePages` gives. */
export interface Pages<Row> {
  readonly data: readonly Row[] | undefined;
  readonly error: unknown;
  readonly hasNextPage: boolean;
  readonly isFetchingNextPage: boolean;
  readonly isPlaceholderData: boolean;
  readonly fetchNextPage: () => Promise<Omit<Pages<Row>, 'fetchNextPage' | 'refetch'>>;
  readonly refetch: () => unknown;
}

interface DataTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Where a row leads; its first cell becomes the link. */
  readonly href?: (row: Row) => string;
  readonly pages: Pages<Row>;
  /** What stands there when there is no row. */
  readonly empty: ReactNode;
  /** Whether it has more columns than a tablet has room for. */
  readonly wide?: boolean;
}

/** Reads on until there is more to show, or no more: a page may be empty although others follow. */
async function readOn<Row>({ data, fetchNextPage }: Pages<Row>): Promise<void> {
  const shown = data?.length ?? 0;
  for (;;) {
    const { data: read, error, hasNextPage } = await fetchNextPage();
    if (error !== null || !hasNextPage || (read?.length ?? 0) > shown) return;
  }
}

/** A list that is read on page by page, however long it is. */
export function DataTable<Row>({ caption, columns, rowKey, href, pages, empty, wide = false }: DataTableProps<Row>) {
  const { data, error } = pages;
  const searching = data?.length === 0 && error === null && pages.hasNextPage;
  useEffect(() => {
    if (searching && !pages.isFetchingNextPage) void pages.fetchNextPage();
  }, [searching, pages]);
  if (error !== null && data === undefined) {
    return (
      <div className={styles.inset}>
        <ProblemNote problem={error} onRetry={pages.refetch} />
      </div>
    );
  }
  if (data === undefined || searching) return <Waiting caption={caption} columns={columns} wide={wide} />;
  if (data.length === 0) return empty;
  return (
    <>
      <Table
        caption={caption}
        columns={columns}
        rows={data}
        rowKey={rowKey}
        href={href}
        busy={pages.isPlaceholderData}
        wide={wide}
      />
      {error !== null && <ProblemNote problem={error} onRetry={() => void readOn(pages)} />}
      <Foot pages={pages} count={data.length} />
    </>
  );
}

function Foot<Row>({ pages, count }: { readonly pages: Pages<Row>; readonly count: number }) {
  const t = useWords(partsWords);
  return (
    <div className={styles.foot}>
      <span>{t(pages.hasNextPage ? 'rowsShownMore' : 'rowsShown', { count })}</span>
      {pages.hasNextPage && (
        <Button
          variant="default"
          size="compact-md"
          loading={pages.isFetchingNextPage}
          onClick={() => void readOn(pages)}
        >
          {t('more')}
        </Button>
      )}
    </div>
  );
}

const waiting = ['first', 'second', 'third'] as const;

/** The table as it will be, before the first page is there. */
function Waiting<Row>({ caption, columns, wide }: Pick<DataTableProps<Row>, 'caption' | 'columns' | 'wide'>) {
  const bars = columns.map(({ key, title }) => ({ key, title, cell: () => <Skeleton height={14} width="70%" /> }));
  return <Table caption={caption} columns={bars} rows={waiting} rowKey={(row) => row} busy wide={wide ?? false} />;
}
