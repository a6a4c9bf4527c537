import { type Database, DatabaseUnavailable } from './database.ts';

/** A database whose changes can be held up; reading goes on. */
export interface Gated {
  readonly database: Database;
  /**
   * Refuses every change from now on, with this sentence, and resolves when those under way are over. The
   * function that it gives lets changes in again.
   */
  shut(sentence: string): Promise<() => void>;
}

/** Puts a gate before a database. */
export function gated(inner: Database): Gated {
  let shutBecause: string | null = null;
  let underWay = 0;
  let quiet = () => {};

  async function change<T>(make: () => Promise<T>): Promise<T> {
    if (shutBecause !== null) throw new DatabaseUnavailable(shutBecause);
    underWay += 1;
    try {
      return await make();
    } finally {
      underWay -= 1;
      if (underWay === 0) quiet();
    }
  }

  const database: Database = {
    kind: inner.kind,
    lanes: inner.lanes,
    reportStep: inner.reportStep,
    transaction: (work) => change(() => inner.transaction(work)),
    background: (work) => change(() => inner.background(work)),
    script: (sql) => change(() => inner.script(sql)),
    read: (statement, parameters) => inner.read(statement, parameters),
    report: (statement, parameters) => inner.report(statement, parameters),
    health: () => inner.health(),
    close: () => inner.close(),
  };

  return {
    database,
    shut: async (sentence) => {
      shutBecause = sentence;
      if (underWay > 0) await new Promise<void>((resolve) => (quiet = resolve));
      return () => {
        shutBecause = null;
      };
    },
  };
}
