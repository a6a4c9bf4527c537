/** Notices data that is damaged, wherever it is met, so that health can tell of it. */
import type { Database } from './database.ts';

// A page that is not what its checksum says, or an index that contradicts its table; a disk that cannot read.
const damageCodes: readonly unknown[] = ['XX001', 'XX002', '58030'];

/** The disk did not give what lies on it this time; it may the next. */
export function mayPass(problem: unknown): boolean {
  return (problem as { code?: unknown } | null)?.code === '58030';
}

/** Whether the database says that it cannot trust, or cannot read, what lies on the disk. */
export function isDamage(problem: unknown): boolean {
  return damageCodes.includes((problem as { code?: unknown } | null)?.code);
}

/**
 * The same database, whose health tells from then on what damage was met first. It goes on: PostgreSQL gives
 * nothing out of a damaged page, and the other pages are as they were written.
 */
export function noticingDamage(inner: Database, log: (event: string, facts: object) => void): Database {
  let damage: string | undefined;
  async function noticed<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (problem) {
      if (isDamage(problem)) {
        damage ??= (problem as Error).message;
        log('database_damaged', { problem: (problem as Error).message });
      }
      throw problem;
    }
  }
  return {
    kind: inner.kind,
    lanes: inner.lanes,
    reportStep: inner.reportStep,
    transaction: (work) => noticed(inner.transaction(work)),
    background: (work) => noticed(inner.background(work)),
    script: (sql) => noticed(inner.script(sql)),
    read: (statement, parameters) => noticed(inner.read(statement, parameters)),
    report: (statement, parameters) => noticed(inner.report(statement, parameters)),
    ...(inner.copy && { copy: (folder: string) => inner.copy!(folder) }),
    health: async () => ({ ...(await inner.health()), ...(damage !== undefined && { damage }) }),
    close: () => inner.close(),
  };
}
