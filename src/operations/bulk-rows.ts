import type { Static } from 'typebox';
import { type Answer, type BodyStream, success } from '../contract/answer.ts';
import { bulkRowVerdictOf, resultHeader, resultLine } from '../contract/bulk.ts';
import { bulkRowCursor, bulkRowOfCursor } from '../contract/bulk-cursors.ts';
import { byteOrderMark } from '../contract/csv.ts';
import { pageSizeOf } from '../contract/pages.ts';
import type { BulkRowsQuery, BulkRowVerdict } from '../contract/schemas-bulk.ts';
import type { VerdictName } from '../domain/bulk.ts';
import { Refusal } from '../domain/refusal.ts';
import { readResults } from '../store/bulk-chunks.ts';
import type { BulkJobRow } from '../store/bulk-jobs.ts';
import { unpackResults } from './bulk-chunk.ts';
import { jobFor, type OfJob } from './bulk-jobs.ts';
import type { Call } from './call.ts';
import type { World } from './world.ts';

type Told = Static<typeof BulkRowVerdict>;

/** So many chunks are read for one page; a page may then be short, and its cursor goes on. */
const mostRounds = 10;
const chunksAtOnce = 2;

async function jobWithRows(world: World, call: Call, request: OfJob): Promise<BulkJobRow> {
  const job = await jobFor(world, call, request);
  if (job.rowsDeletedAt !== null) throw new Refusal('BULK_ROWS_DELETED');
  return job;
}

/** The verdicts of some chunks after a row, and the row up to which they were looked through. */
async function verdictsAfter(
  world: World,
  job: BulkJobRow,
  after: { readonly row: number; readonly chunk: number },
  verdict: VerdictName | null,
): Promise<{ rows: Told[]; through: { row: number; chunk: number } | null }> {
  const chunks = await readResults(world.database, job, after, verdict, chunksAtOnce);
  const rows = chunks.flatMap(({ firstRow, results }) =>
    unpackResults(results)
      .map((result, index) => bulkRowVerdictOf(firstRow + index, result.reference, result.verdict))
      .filter((told) => told.row > after.row && (verdict === null || told.verdict === verdict)),
  );
  const last = chunks.at(-1);
  const through = last === undefined ? null : { row: last.firstRow + last.rows - 1, chunk: last.chunk };
  return { rows, through };
}

/** The rows of a job with their verdicts, in the order of the file. */
export async function listBulkRows(
  world: World,
  call: Call,
  request: OfJob & { readonly query: Static<typeof BulkRowsQuery> },
): Promise<Answer> {
  const job = await jobWithRows(world, call, request);
  const { query } = request;
  const size = pageSizeOf(query.pageSize, 100, 500);
  const list = { jobId: job.jobId, verdict: (query.verdict ?? null) as VerdictName | null };
  const rows: Told[] = [];
  let after: { row: number; chunk: number } | null = { row: bulkRowOfCursor(query.cursor, list), chunk: 0 };
  for (let round = 0; round < mostRounds && rows.length <= size && after !== null; round += 1) {
    const page = await verdictsAfter(world, job, after, list.verdict);
    rows.push(...page.rows);
    after = page.through;
  }
  const shown = rows.slice(0, size);
  const through = rows.length > size ? shown.at(-1)!.row : (after?.row ?? null);
  return success({ rows: shown, nextCursor: through === null ? null : bulkRowCursor(through, list) });
}

async function* everyVerdict(world: World, job: BulkJobRow): AsyncGenerator<Told[]> {
  let after: { row: number; chunk: number } | null = { row: 0, chunk: 0 };
  while (after !== null) {
    const page = await verdictsAfter(world, job, after, null);
    yield page.rows;
    after = page.through;
  }
}

async function* csvOf(world: World, job: BulkJobRow): AsyncGenerator<string> {
  yield byteOrderMark + resultHeader;
  for await (const rows of everyVerdict(world, job)) yield rows.map(resultLine).join('');
}

async function* linesOf(world: World, job: BulkJobRow): AsyncGenerator<string> {
  for await (const rows of everyVerdict(world, job)) yield rows.map((told) => `${JSON.stringify(told)}\n`).join('');
}

function file(stream: BodyStream): Answer {
  return { status: 200, body: '', replayed: false, stream };
}

/** The verdict of every row as CSV, as it stands while it is read. */
export async function downloadBulkResult(world: World, call: Call, request: OfJob): Promise<Answer> {
  const job = await jobWithRows(world, call, request);
  return file({ type: 'text/csv; charset=utf-8', fileName: `${job.jobId}.csv`, pieces: () => csvOf(world, job) });
}

/** The verdict of every row, one JSON object a line. */
export async function downloadBulkResultLines(world: World, call: Call, request: OfJob): Promise<Answer> {
  const job = await jobWithRows(world, call, request);
  return file({ type: 'application/x-ndjson', fileName: `${job.jobId}.ndjson`, pieces: () => linesOf(world, job) });
}
