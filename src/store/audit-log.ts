import type { Statement, Transaction } from './database.ts';

/** One line of the audit log, before it is chained. */
export interface AuditLine {
  /** The caller's client id, such as `account:ada@example.com`. */
  readonly actor: string;
  /** What was done, such as `resource.close`. */
  readonly act: string;
  /** The id of what it was done to. */
  readonly subject: string;
  /** The programme it is about; null for what is about none or several. */
  readonly programId: string | null;
  readonly requestId: string;
  /** JSON text without line breaks. */
  readonly details: string;
}

const lockAuditLogStatement: Statement = {
  name: 'lock_audit_log',
  text: 'select pg_advisory_xact_lock(7277337503)::text as locked',
};

// The head is read by a statement of its own that begins after the lock is held, so that it sees
// the line that was waited for.
const insertAuditLinesStatement: Statement = {
  name: 'insert_audit_lines',
  text: `with recursive lines as (
      select * from rows from (json_to_recordset($1) as (actor text, act text, subject text, "programId" text,
        "requestId" text, details text)) with ordinality as l (actor, act, subject, program, request_id, details, place)),
    head as (
      select coalesce(max(number), 0) as number,
        coalesce((select hash from audit_log order by number desc limit 1), '') as hash from audit_log),
    chain as (
      select head.number + 1 as number, l.*, audit_hash(head.hash, head.number + 1, $2::timestamptz, l.actor, l.act,
          l.subject, l.program, l.request_id, l.details) as hash
        from head join lines l on l.place = 1
      union all
      select c.number + 1, l.*, audit_hash(c.hash, c.number + 1, $2::timestamptz, l.actor, l.act, l.subject, l.program,
          l.request_id, l.details)
        from chain c join lines l on l.place = c.place + 1)
    insert into audit_log (number, at, actor, act, subject, in_program, request_id, details, hash)
      select number, $2::timestamptz, actor, act, subject, program, request_id, details, hash from chain order by number`,
};

/**
 * Appends lines to the audit log, in their order. From here to its end the transaction holds the
 * log: it must lock nothing more, or two transactions could wait for one another.
 */
export async function insertAuditLines(
  transaction: Transaction,
  lines: readonly AuditLine[],
  now: number,
): Promise<void> {
  await Promise.all([
    transaction.run(lockAuditLogStatement, []),
    transaction.run(insertAuditLinesStatement, [JSON.stringify(lines), new Date(now).toISOString()]),
  ]);
}
