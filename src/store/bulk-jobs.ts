import type { BulkState } from '../domain/bulk.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** How many rows have which verdict; together they are all rows. */
export interface ChunkCounts {
  readonly good: number;
  readonly issued: number;
  readonly repeated: number;
  readonly refused: number;
}

export interface BulkKey {
  readonly programId: string;
  readonly jobId: string;
}

/** A bulk job. Instants in milliseconds. */
export interface BulkJobRow extends BulkKey, ChunkCounts {
  readonly clientId: string;
  readonly name: string | null;
  readonly format: 'ndjson' | 'csv';
  /** Whether it runs by itself once it is checked. */
  readonly startsItself: boolean;
  readonly state: BulkState;
  readonly problem: string | null;
  readonly bytes: number;
  readonly rows: number;
  readonly chunks: number;
  /** The first chunk that is not issued yet. */
  readonly nextChunk: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly rowsDeletedAt: number | null;
}

const iso = (instant: number) => new Date(instant).toISOString();

const columns = `program_id as "programId", job_id as "jobId", client_id as "clientId", name, format,
  starts_itself as "startsItself", state, problem, bytes, rows, good, issued, repeated, refused, chunks,
  next_chunk as "nextChunk", created_at as "createdAt", started_at as "startedAt", finished_at as "finishedAt",
  rows_deleted_at as "rowsDeletedAt"`;

/** A lease lasts so long after the last sign of life, by the database's clock. */
const leaseSeconds = 5;
/** Between two signs of life of an upload lie the client's pauses. */
const uploadLeaseSeconds = 60;

const insertJobStatement: Statement = {
  name: 'insert_bulk_job',
  text: `insert into bulk_jobs (program_id, job_id, client_id, name, format, starts_itself, state, created_at, changed_at,
      lease, leased_until)
    values ($1, $2, $3, $4, $5, $6::boolean, 'receiving', $7::timestamptz, $7::timestamptz, $8,
      now() + interval '${uploadLeaseSeconds} seconds')`,
};

/** Enters a job whose file is about to arrive; whoever holds the lease receives it. */
export async function insertJob(
  transaction: Transaction,
  job: Pick<BulkJobRow, 'programId' | 'jobId' | 'clientId' | 'name' | 'format' | 'startsItself'>,
  lease: string,
  now: number,
): Promise<void> {
  const { programId, jobId, clientId, name, format, startsItself } = job;
  const parameters = [programId, jobId, clientId, name, format, startsItself, iso(now), lease];
  await transaction.run(insertJobStatement, parameters);
}

// The programme's row is locked, so that two uploads at once do not both take the last place.
const countOpenStatement: Statement = {
  name: 'count_open_bulk_jobs',
  text: `select (select count(*)::int from bulk_jobs j where j.program_id = p.program_id
      and j.state not in ('done', 'cancelled', 'broken')) as count
    from programs p where p.program_id = $1 for no key update of p`,
};

/** How many jobs of a programme are not over; nobody enters another one until this transaction ends. */
export async function countOpenJobs(transaction: Transaction, programId: string): Promise<number> {
  const [row] = await transaction.run<{ count: number }>(countOpenStatement, [programId]);
  return row!.count;
}

const findJobStatement: Statement = {
  name: 'find_bulk_job',
  text: `select ${columns} from bulk_jobs where program_id = $1 and job_id = $2`,
};

/** One job of a programme, or null. */
export async function findJob(database: Database, { programId, jobId }: BulkKey): Promise<BulkJobRow | null> {
  const [row] = await database.read<BulkJobRow>(findJobStatement, [programId, jobId]);
  return row ?? null;
}

const lockJobStatement: Statement = { name: 'lock_bulk_job', text: `${findJobStatement.text} for update` };

/** One job, held until the transaction ends. */
export async function lockJob(transaction: Transaction, { programId, jobId }: BulkKey): Promise<BulkJobRow | null> {
  const [row] = await transaction.run<BulkJobRow>(lockJobStatement, [programId, jobId]);
  return row ?? null;
}

const listJobsStatement: Statement = {
  name: 'list_bulk_jobs',
  text: `select ${columns} from bulk_jobs where program_id = $1 and (created_at, job_id) < ($2::timestamptz, $3)
    order by created_at desc, job_id desc limit $4::int`,
};

/** Jobs of a programme, newest first, after a place in that order. */
export function listJobs(
  database: Database,
  programId: string,
  after: { readonly at: number; readonly jobId: string } | null,
  size: number,
): Promise<BulkJobRow[]> {
  const { at, jobId } = after ?? { at: Date.UTC(9999, 11, 31), jobId: '~' };
  return database.read<BulkJobRow>(listJobsStatement, [programId, iso(at), jobId, size]);
}

const setStateStatement: Statement = {
  name: 'set_bulk_job_state',
  text: `update bulk_jobs set state = $3, problem = $4, changed_at = $5::timestamptz, lease = null, leased_until = null,
      started_at = case when $3 = 'running' then coalesce(started_at, $5::timestamptz) else started_at end,
      finished_at = case when $3 in ('done', 'cancelled', 'broken') then $5::timestamptz end
    where program_id = $1 and job_id = $2 returning ${columns}`,
};

/** Puts a locked job into another state and takes it from whoever works on it; gives it as it is then. */
export async function setJobState(
  transaction: Transaction,
  { programId, jobId }: BulkKey,
  state: BulkState,
  problem: string | null,
  now: number,
): Promise<BulkJobRow> {
  const [row] = await transaction.run<BulkJobRow>(setStateStatement, [programId, jobId, state, problem, iso(now)]);
  return row!;
}

const receivedStatement: Statement = {
  name: 'count_bulk_rows_received',
  text: `update bulk_jobs set bytes = $4::bigint, rows = rows + $5::int, good = good + $6::int,
      repeated = repeated + $7::int, refused = refused + $8::int, chunks = chunks + $9::int,
      changed_at = $10::timestamptz, leased_until = now() + interval '${uploadLeaseSeconds} seconds'
    where program_id = $1 and job_id = $2 and lease = $3 and state = 'receiving' returning 1 as held`,
};

/** A sign of life of an upload: what has arrived since the last one. False when the job is not ours any more. */
export async function countReceived(
  transaction: Transaction,
  { programId, jobId }: BulkKey,
  lease: string,
  arrived: { readonly bytes: number; readonly chunks: number; readonly counts: ChunkCounts },
  now: number,
): Promise<boolean> {
  const { good, issued, repeated, refused } = arrived.counts;
  const rows = good + issued + repeated + refused;
  const counts = [arrived.bytes, rows, good, repeated, refused, arrived.chunks, iso(now)];
  return (await transaction.run(receivedStatement, [programId, jobId, lease, ...counts])).length > 0;
}

const workedStatement: Statement = {
  name: 'count_bulk_rows_decided',
  text: `update bulk_jobs set good = good + $4::int, issued = issued + $5::int, repeated = repeated + $6::int,
      refused = refused + $7::int, next_chunk = greatest(next_chunk, $8::int),
      leased_until = now() + interval '${leaseSeconds} seconds'
    where program_id = $1 and job_id = $2 and lease = $3 and state in ('checking', 'running') returning 1 as held`,
};

/**
 * By how much the counts of a job change, and up to where it is issued. Holds the job until the
 * transaction ends; false when it is not ours any more: then nothing may be committed.
 */
export async function countDecided(
  transaction: Transaction,
  { programId, jobId }: BulkKey,
  lease: string,
  difference: ChunkCounts,
  nextChunk: number,
): Promise<boolean> {
  const { good, issued, repeated, refused } = difference;
  const parameters = [programId, jobId, lease, good, issued, repeated, refused, nextChunk];
  return (await transaction.run(workedStatement, parameters)).length > 0;
}

const leasedStatement: Statement = {
  name: 'is_bulk_job_leased',
  text: `select 1 as held from bulk_jobs
    where program_id = $1 and job_id = $2 and lease = $3 and state in ('checking', 'running')`,
};

/** Whether a job is still under this lease and to be issued; it may be lost in the next moment. */
export async function isLeased(transaction: Transaction, key: BulkKey, lease: string): Promise<boolean> {
  return (await transaction.run(leasedStatement, [key.programId, key.jobId, lease])).length > 0;
}

// Who has waited longest comes first. On the embedded database no other process can be at work: what
// another one left behind is taken at once.
const findWorkStatement: Statement = {
  name: 'find_bulk_work',
  text: `select program_id as "programId", job_id as "jobId" from bulk_jobs
    where state in ('receiving', 'checking', 'running')
      and (leased_until is null or leased_until < now() or ($1::boolean and lease not like $2 || '%'))
    order by served_at nulls first limit 1`,
};

/** A job that has nobody who works on it, or null. `alone` says that no other process can be there. */
export async function findWork(database: Database, alone: boolean, worker: string): Promise<BulkKey | null> {
  const [row] = await database.read<BulkKey>(findWorkStatement, [alone, worker]);
  return row ?? null;
}

const claimJobStatement: Statement = {
  name: 'claim_bulk_job',
  text: `update bulk_jobs set lease = $3, leased_until = now() + interval '${leaseSeconds} seconds', served_at = now()
    where program_id = $1 and job_id = $2 and state in ('receiving', 'checking', 'running')
      and (leased_until is null or leased_until < now() or ($4::boolean and lease not like $5 || '%'))
    returning ${columns}`,
};

/** Takes a job under a new lease; null when another one was faster. */
export async function claimJob(
  transaction: Transaction,
  { programId, jobId }: BulkKey,
  lease: string,
  alone: boolean,
  worker: string,
): Promise<BulkJobRow | null> {
  const parameters = [programId, jobId, lease, alone, worker];
  const [row] = await transaction.run<BulkJobRow>(claimJobStatement, parameters);
  return row ?? null;
}

const releaseJobStatement: Statement = {
  name: 'release_bulk_job',
  text: `update bulk_jobs set lease = null, leased_until = null
    where program_id = $1 and job_id = $2 and lease = $3 returning 1 as held`,
};

/** Gives a lease back, so that the next one need not wait for its end. */
export async function releaseJob(transaction: Transaction, key: BulkKey, lease: string): Promise<void> {
  await transaction.run(releaseJobStatement, [key.programId, key.jobId, lease]);
}

const holdsStatement: Statement = {
  name: 'holds_bulk_job',
  text: `${findJobStatement.text} and lease = $3 for update`,
};

/** The job, held until the transaction ends, if it is still under this lease; else null. */
export async function lockLeased(transaction: Transaction, key: BulkKey, lease: string): Promise<BulkJobRow | null> {
  const [row] = await transaction.run<BulkJobRow>(holdsStatement, [key.programId, key.jobId, lease]);
  return row ?? null;
}

const oldJobsStatement: Statement = {
  name: 'old_bulk_jobs',
  text: `select program_id as "programId", job_id as "jobId", state from bulk_jobs
    where rows_deleted_at is null and changed_at < $1::timestamptz
      and state in ('checked', 'stopped', 'done', 'cancelled', 'broken')
    order by changed_at limit $2::int`,
};

/** Jobs whose rows are still there and that nobody has touched since `before`, oldest first. */
export function oldJobs(
  database: Database,
  before: number,
  most: number,
): Promise<(BulkKey & Pick<BulkJobRow, 'state'>)[]> {
  return database.read(oldJobsStatement, [iso(before), most]);
}

const markDeletedStatement: Statement = {
  name: 'mark_bulk_rows_deleted',
  text: `update bulk_jobs set rows_deleted_at = $3::timestamptz where program_id = $1 and job_id = $2`,
};

/** Notes that the rows of a job are gone. */
export async function markRowsDeleted(transaction: Transaction, key: BulkKey, now: number): Promise<void> {
  await transaction.run(markDeletedStatement, [key.programId, key.jobId, iso(now)]);
}
