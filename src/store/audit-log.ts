import type { Database, Statement, Transaction } from './database.ts';

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

/** A line as it stands in the log. */
export interface KeptAuditLine extends AuditLine {
  readonly number: number;
  readonly at: number;
  readonly hash: string;
}

/** Which lines; what is undefined or null does not matter. */
export interface AuditFilter {
  /** Of these programmes only. */
  readonly programIds: readonly string[] | null;
  readonly actor?: string | undefined;
  readonly act?: string | undefined;
  readonly subject?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const listAuditLinesStatement: Statement = {
  name: 'list_audit_lines',
  text: `select number, at, actor, act, subject, in_program as "programId", request_id as "requestId", details, hash
    from audit_log
    where ($1::text[] is null or in_program = any ($1)) and ($2::text is null or actor = $2)
      and ($3::text is null or act = $3) and ($4::text is null or subject = $4)
      and ($5::timestamptz is null or at >= $5) and ($6::timestamptz is null or at < $6)
      and ($7::bigint is null or number < $7)
    order by number desc limit $8::int`,
};

const instant = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());

/** Lines of the log, newest first, those before a number. */
export function listAuditLines(
  database: Database,
  filter: AuditFilter,
  before: number | null,
  most: number,
): Promise<KeptAuditLine[]> {
  const { programIds, actor = null, act = null, subject = null, from, to } = filter;
  const parameters = [programIds, actor, act, subject, instant(from), instant(to), before, most];
  return database.read<KeptAuditLine>(listAuditLinesStatement, parameters);
}
