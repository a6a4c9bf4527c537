import type { Database } from '../../src/store/database.ts';

/** A database some of whose functions are a test's own; all others are those of the database itself. */
export function altered(database: Database, own: Partial<Database>): Database {
  return {
    kind: database.kind,
    lanes: database.lanes,
    reportStep: database.reportStep,
    transaction: (work) => database.transaction(work),
    background: (work) => database.background(work),
    read: (statement, parameters) => database.read(statement, parameters),
    report: (statement, parameters) => database.report(statement, parameters),
    script: (sql) => database.script(sql),
    health: () => database.health(),
    close: () => database.close(),
    ...own,
  };
}
