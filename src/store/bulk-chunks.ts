import type { VerdictName } from '../domain/bulk.ts';
import type { BulkKey, ChunkCounts } from './bulk-jobs.ts';
import type { Database, Statement, Transaction } from './database.ts';

export type { ChunkCounts } from './bulk-jobs.ts';

/** Some rows of a file with their verdicts, both as JSON text. */
export interface ChunkRow {
  readonly chunk: number;
  /** The number of its first row in the file, from 1. */
  readonly firstRow: number;
  readonly rows: number;
  /** Null when none of its rows is left to be decided. */
  readonly requests: string | null;
  readonly results: string;
  /** Changes with every writing. */
  readonly writes: number;
}

const insertChunkStatement: Statement = {
  name: 'insert_bulk_chunk',
  text: `insert into bulk_chunks (program_id, job_id, chunk, first_row, rows, good, issued, repeated, refused, requests,
      results)
    values ($1, $2, $3::int, $4::int, $5::int, $6::int, $7::int, $8::int, $9::int, $10, $11)`,
};

/** Stages rows. */
export async function insertChunk(
  transaction: Transaction,
  { programId, jobId }: BulkKey,
  row: Omit<ChunkRow, 'writes'>,
  { good, issued, repeated, refused }: ChunkCounts,
): Promise<void> {
  const { chunk, firstRow, rows, requests, results } = row;
  const parameters = [programId, jobId, chunk, firstRow, rows, good, issued, repeated, refused, requests, results];
  await transaction.run(insertChunkStatement, parameters);
}

const updateChunkStatement: Statement = {
  name: 'update_bulk_chunk',
  text: `update bulk_chunks set good = $4::int, issued = $5::int, repeated = $6::int, refused = $7::int, requests = $8,
      results = $9, writes = writes + 1
    where program_id = $1 and job_id = $2 and chunk = $3::int and writes = $10::int returning 1 as written`,
};

/** Writes what was decided about rows; false, and nothing, when another one has written since they were read. */
export async function updateChunk(
  transaction: Transaction,
  { programId, jobId }: BulkKey,
  { chunk, requests, results, writes }: Pick<ChunkRow, 'chunk' | 'requests' | 'results' | 'writes'>,
  { good, issued, repeated, refused }: ChunkCounts,
): Promise<boolean> {
  const parameters = [programId, jobId, chunk, good, issued, repeated, refused, requests, results, writes];
  return (await transaction.run(updateChunkStatement, parameters)).length > 0;
}

const findChunkStatement: Statement = {
  name: 'find_bulk_chunk',
  text: `select chunk, first_row as "firstRow", rows, requests, results, writes from bulk_chunks
    where program_id = $1 and job_id = $2 and chunk = $3::int`,
};

/** One chunk, or null. */
export async function findChunk(
  database: Database,
  { programId, jobId }: BulkKey,
  chunk: number,
): Promise<ChunkRow | null> {
  const [row] = await database.read<ChunkRow>(findChunkStatement, [programId, jobId, chunk]);
  return row ?? null;
}

const placesOfChunksStatement: Statement = {
  name: 'places_of_bulk_chunks',
  text: `select chunk, first_row as "firstRow", rows from bulk_chunks
    where program_id = $1 and job_id = $2 and chunk > $3::int order by chunk limit 1000`,
};

/** Which rows lie in which chunk: at most 1,000 chunks after one. */
export function placesOfChunks(
  database: Database,
  { programId, jobId }: BulkKey,
  after: number,
): Promise<Pick<ChunkRow, 'chunk' | 'firstRow' | 'rows'>[]> {
  return database.read(placesOfChunksStatement, [programId, jobId, after]);
}

const resultsStatement: Statement = {
  name: 'bulk_results',
  text: `select chunk, first_row as "firstRow", rows, results from bulk_chunks
    where program_id = $1 and job_id = $2 and first_row + rows > $3::int and chunk >= $4::int
      and case $5 when 'good' then good when 'issued' then issued when 'repeated' then repeated when 'refused' then refused
        else 1 end > 0
    order by chunk limit $6::int`,
};

/** Where a reader of verdicts goes on: a row, in a chunk or behind it. */
export interface ResultPlace {
  readonly row: number;
  readonly chunk: number;
}

/** Chunks with rows after a place, those that hold a verdict if one is asked for. */
export function readResults(
  database: Database,
  { programId, jobId }: BulkKey,
  after: ResultPlace,
  verdict: VerdictName | null,
  most: number,
): Promise<Pick<ChunkRow, 'chunk' | 'firstRow' | 'rows' | 'results'>[]> {
  return database.read(resultsStatement, [programId, jobId, after.row + 1, after.chunk, verdict, most]);
}

const deleteChunksStatement: Statement = {
  name: 'delete_bulk_chunks',
  text: `delete from bulk_chunks where program_id = $1 and job_id = $2 and chunk in (
      select chunk from bulk_chunks where program_id = $1 and job_id = $2 order by chunk limit $3::int)
    returning 1 as gone`,
};

/** Forgets at most so many chunks of a job; gives how many. */
export async function deleteChunks(transaction: Transaction, key: BulkKey, most: number): Promise<number> {
  return (await transaction.run(deleteChunksStatement, [key.programId, key.jobId, most])).length;
}
