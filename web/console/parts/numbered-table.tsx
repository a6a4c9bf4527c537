import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { setQuery } from '../app/route.ts';
import { useWords } from '../words/language.tsx';
import { partsWords } from '../words/parts-words.ts';
import { ProblemNote } from './problem-note.tsx';
import styles from './table.module.css';
import { type Column, Table } from './table.tsx';

interface NumberedTableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** The rows of the page; undefined until they are there. */
  readonly rows: readonly Row[] | undefined;
  readonly pagination?: { readonly pageSize: number; readonly pageNumber: number; readonly totalNumber: number };
  readonly problem: unknown;
  readonly onRetry: () => void;
  readonly busy: boolean;
  readonly empty: ReactNode;
}

/** A list whose pages have numbers; which one is shown stands in the address as `page`. */
export function NumberedTable<Row>({ rows, pagination, problem, onRetry, empty, ...table }: NumberedTableProps<Row>) {
  if (rows === undefined) {
    if (problem === null) return null;
    return (
      <div className={styles.inset}>
        <ProblemNote problem={problem} onRetry={onRetry} />
      </div>
    );
  }
  if (rows.length === 0) return empty;
  return (
    <>
      <Table rows={rows} {...table} />
      {pagination !== undefined && <PageFoot {...pagination} count={rows.length} />}
    </>
  );
}

interface PageFootProps {
  readonly pageSize: number;
  readonly pageNumber: number;
  readonly totalNumber: number;
  readonly count: number;
}

function PageFoot({ pageSize, pageNumber, totalNumber, count }: PageFootProps) {
  const t = useWords(partsWords);
  const before = (pageNumber - 1) * pageSize;
  const turn = (by: number) => setQuery({ page: String(pageNumber + by) }, 'push');
  return (
    <div className={styles.foot}>
      <span>{t('rowsOf', { first: before + 1, last: before + count, total: totalNumber })}</span>
      <span className={styles.turn}>
        <Button variant="default" size="compact-md" disabled={pageNumber <= 1} onClick={() => turn(-1)}>
          {t('pageBefore')}
        </Button>
        <Button variant="default" size="compact-md" disabled={before + count >= totalNumber} onClick={() => turn(1)}>
          {t('pageAfter')}
        </Button>
      </span>
    </div>
  );
}
