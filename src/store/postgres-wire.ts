/** Statements that share one Sync: what `pg` has no words for, said through its own messages. */
import type pg from 'pg';
import type { Statement } from './database.ts';

/** Prepared when a connection opens, so that they can travel in one flight with a statement. */
export const BEGIN: Statement = { name: 'passdesk_begin', text: 'BEGIN ISOLATION LEVEL READ COMMITTED' };
export const COMMIT: Statement = { name: 'passdesk_commit', text: 'COMMIT' };

// Bind and Execute without a Sync: after a failure the server skips everything up to the next Sync.
// So a first statement can never run (and commit) outside its transaction when BEGIN failed, and
// COMMIT never runs when the last statement failed.
function execute(wire: pg.Connection, { name }: Statement): void {
  wire.bind({ portal: '', statement: name, values: [] }, true);
  wire.execute({ portal: '' }, true);
}

/** Lets BEGIN travel ahead of a query, under its one Sync. */
export function withBegin(query: pg.Query): void {
  const submit = query.submit;
  query.submit = (wire) => {
    wire.stream.cork();
    execute(wire, BEGIN);
    const refusal = submit.call(query, wire);
    wire.stream.uncork();
    return refusal;
  };
}

/** Lets COMMIT travel behind a query, under its one Sync; only if the query itself was sent. */
export function withCommit(query: pg.Query): void {
  const submit = query.submit;
  query.submit = (wire) => {
    const own = { sync: wire.sync, execute: wire.execute };
    let sent = false;
    wire.execute = (config, more) => {
      sent = true;
      own.execute.call(wire, config, more);
    };
    wire.sync = () => {
      Object.assign(wire, own);
      if (sent) execute(wire, COMMIT);
      wire.sync();
    };
    try {
      return submit.call(query, wire);
    } finally {
      Object.assign(wire, own);
    }
  };
}
