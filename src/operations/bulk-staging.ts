import type { RowRead } from '../contract/bulk-rows.ts';
import type { BulkRow } from '../domain/bulk.ts';
import { Refusal } from '../domain/refusal.ts';
import { insertChunk } from '../store/bulk-chunks.ts';
import { type BulkJobRow, type ChunkCounts, countReceived } from '../store/bulk-jobs.ts';
import { insertKeys } from '../store/bulk-keys.ts';
import type { Transaction } from '../store/database.ts';
import { countsOf, packRequests, packResults, type RowResult, type StagedRow } from './bulk-chunk.ts';
import { bulkRowOf, judgeOf, type Standing, standingFor } from './bulk-judge.ts';
import { KeyCollector } from './bulk-keys.ts';
import type { Arrived } from './bulk-reader.ts';
import { giveWay, inTurns } from './giving-way.ts';
import type { World } from './world.ts';

/** Rows of one job. */
const mostRows = 1_000_000;

/**
 * Rows in a chunk, which is also what one transaction issues later: on the embedded database, whose one
 * connection everybody shares, few enough that the door does not feel it.
 */
const rowsInChunk = { postgresql: 500, embedded: 100 } as const;

/** Bytes of rows after which a chunk is full whatever their number. */
const bytesInChunk = 512 * 1024;

const none: ChunkCounts = { good: 0, issued: 0, repeated: 0, refused: 0 };

/** The rows of an upload on their way into the database: a chunk is judged and written while the next one is read. */
export class Staging {
  readonly #world: World;
  readonly #job: Pick<BulkJobRow, 'programId' | 'jobId' | 'clientId' | 'format'>;
  readonly #lease: string;
  readonly #arrived: Arrived;
  readonly #mostInChunk: number;
  readonly #keys: KeyCollector;
  #open: RowRead[] = [];
  #openBytes = 0;
  #rows = 0;
  #chunks = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    world: World,
    job: Pick<BulkJobRow, 'programId' | 'jobId' | 'clientId' | 'format'>,
    lease: string,
    arrived: Arrived,
  ) {
    this.#world = world;
    this.#job = job;
    this.#lease = lease;
    this.#arrived = arrived;
    this.#mostInChunk = rowsInChunk[world.database.kind];
    this.#keys = new KeyCollector(this.#mostInChunk);
  }

  /** Takes rows in their order; waits when the database does not keep up, and with it whoever sends them. */
  async add(rows: readonly RowRead[]): Promise<void> {
    for (const row of rows) {
      this.#open.push(row);
      this.#openBytes += row.bytes;
      if (this.#open.length >= this.#mostInChunk || this.#openBytes >= bytesInChunk) await this.#close();
    }
  }

  /** Writes what is left; resolves with the number of rows once all of them are written. */
  async end(): Promise<number> {
    if (this.#open.length > 0) await this.#close();
    await this.#writing;
    const keys = this.#keys.take();
    const nothing = { bytes: this.#arrived.bytes, chunks: 0, counts: none };
    await this.#write(nothing, async (transaction) => insertKeys(transaction, this.#job, this.#chunks, keys));
    return this.#rows;
  }

  /** Leaves nothing running behind. */
  async abandon(): Promise<void> {
    await this.#writing.catch(() => {});
  }

  async #close(): Promise<void> {
    const rows = this.#open;
    const place = { chunk: this.#chunks, firstRow: this.#rows + 1 };
    this.#rows += rows.length;
    if (this.#rows > mostRows) throw new Refusal('BULK_FILE_TOO_LARGE');
    this.#chunks += 1;
    this.#open = [];
    this.#openBytes = 0;
    const begun = performance.now();
    const before = this.#writing;
    // What stands is looked up while the chunk before is written; two are under way and no more.
    this.#writing = this.#stage(rows, place, before);
    // Whoever waits for it next is told; nobody else is to be alarmed.
    this.#writing.catch(() => {});
    await before;
    await giveWay(this.#world, performance.now() - begun);
  }

  async #stage(
    reads: readonly RowRead[],
    place: { readonly chunk: number; readonly firstRow: number },
    before: Promise<void>,
  ): Promise<void> {
    const rows = await inTurns(reads, bulkRowOf);
    const readable = rows.filter((row): row is BulkRow => 'reference' in row);
    const [standing] = await Promise.all([standingFor(this.#world, this.#job.programId, readable), before]);
    const { results, requests } = await this.#judge(reads, rows, standing, place.firstRow);
    const counts = countsOf(results);
    const chunk = {
      ...place,
      rows: rows.length,
      requests: packRequests(requests),
      results: packResults(results),
    };
    const keys = this.#keys.isFull ? this.#keys.take() : [];
    await this.#write({ bytes: this.#arrived.bytes, chunks: 1, counts }, (transaction) =>
      Promise.all([
        insertChunk(transaction, this.#job, chunk, counts),
        insertKeys(transaction, this.#job, place.chunk, keys),
      ]),
    );
  }

  async #judge(
    reads: readonly RowRead[],
    rows: readonly ReturnType<typeof bulkRowOf>[],
    standing: Standing,
    firstRow: number,
  ): Promise<{ results: RowResult[]; requests: (StagedRow | null)[] }> {
    const offers = this.#world.directory.current().programmes.get(this.#job.programId);
    if (offers === undefined) throw new Refusal('PROGRAM_UNKNOWN');
    const judge = judgeOf(this.#world, offers, this.#job, false);
    const requests: (StagedRow | null)[] = [];
    const results = await inTurns(rows, (row, index): RowResult => {
      if (!('reference' in row)) {
        requests.push(null);
        return { reference: reads[index]!.reference, verdict: row };
      }
      const { verdict } = judge(row, standing);
      const good = verdict.verdict === 'good';
      const bound = standing.holders.has(row.request.clientUserId);
      requests.push(good ? { ...row, bound } : null);
      if (verdict.verdict !== 'refused') this.#keys.add(firstRow + index, row, good && !bound);
      return { reference: row.reference, verdict };
    });
    return { results, requests };
  }

  async #write(
    arrived: Parameters<typeof countReceived>[3],
    write: (transaction: Transaction) => Promise<unknown>,
  ): Promise<void> {
    await this.#world.database.background(async (transaction) => {
      const now = this.#world.clock.now();
      const [held] = await Promise.all([
        countReceived(transaction, this.#job, this.#lease, arrived, now),
        write(transaction),
      ]);
      if (!held) throw new Refusal('BULK_JOB_STATE', { facts: { state: 'cancelled' } });
    });
  }
}
