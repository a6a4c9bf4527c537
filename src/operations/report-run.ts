import { minute } from '../domain/calendar.ts';
import { Refusal } from '../domain/refusal.ts';
import type { World } from './world.ts';

/** Large reports at once, and those that may wait for a place; one more is refused. */
const most = { running: 2, waiting: 4 };

/** Milliseconds one waits for a place, and takes in all. */
const patience = 5_000;
const longest = minute;

/** Rows of one report. */
export const mostRows = 100_000;

/** The database server ended a statement that took too long. */
const statementEnded = '57014';

interface Places {
  running: number;
  readonly waiting: Set<() => void>;
}

const placesOf = new WeakMap<World, Places>();

/** To be called between the statements of a report. */
export interface Watch {
  /** Refuses when the report takes too long or has become too large. */
  check(rows: number): void;
}

/**
 * Makes a report that may read much. Only few are made at once in a process: the others wait a moment
 * for a place, or are refused and come again. It ends, made or not, within a minute.
 */
export async function runReport<T>(world: World, work: (watch: Watch) => Promise<T>): Promise<T> {
  const places = placesOf.get(world) ?? { running: 0, waiting: new Set() };
  placesOf.set(world, places);
  await enter(places);
  const endsAt = performance.now() + longest;
  const check = (rows: number) => {
    if (rows > mostRows || performance.now() > endsAt) throw new Refusal('REPORT_TOO_LARGE');
  };
  try {
    return await readReport(() => work({ check }));
  } finally {
    // A place goes straight to whoever waits: nobody who comes meanwhile can take it.
    const [next] = places.waiting;
    if (next === undefined) places.running -= 1;
    else next();
  }
}

/** Reads a small part of a report; a statement that takes too long is a report that is too large. */
export async function readReport<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (problem) {
    if ((problem as { code?: unknown }).code === statementEnded) throw new Refusal('REPORT_TOO_LARGE');
    throw problem;
  }
}

function enter(places: Places): Promise<void> {
  if (places.running >= most.running) return queue(places);
  places.running += 1;
  return Promise.resolve();
}

async function queue({ waiting }: Places): Promise<void> {
  const busy = () => new Refusal('REPORTS_BUSY', { facts: { retryAfter: 5 } });
  if (waiting.size >= most.waiting) throw busy();
  await new Promise<void>((resolve, reject) => {
    const take = () => {
      clearTimeout(late);
      waiting.delete(take);
      resolve();
    };
    const late = setTimeout(() => {
      waiting.delete(take);
      reject(busy());
    }, patience);
    waiting.add(take);
  });
}

/** Rows read for one piece of a file. */
const pageRows = 500;

/** One page of a list, and where the next one begins; null behind the last. */
export interface ListPage<Row, Place> {
  readonly rows: readonly Row[];
  readonly next: Place | null;
}

/**
 * Every page of a list, one read after the other as they are taken; the first now, so that a refusal is
 * still one. Ends at the rows that a report may have. What fails later cuts the answer off.
 */
export async function allPages<Row, Place>(
  world: World,
  read: (after: Place | null, size: number) => Promise<ListPage<Row, Place>>,
): Promise<AsyncIterable<readonly Row[]>> {
  const first = await read(null, pageRows);
  async function* pages() {
    let page: ListPage<Row, Place> = first;
    for (let told = page.rows.length; ; told += page.rows.length) {
      yield page.rows;
      if (page.next === null || told >= mostRows) return;
      page = await read(page.next, pageRows).catch(cutOff);
    }
  }
  function cutOff(problem: unknown): never {
    world.log('error', 'report cut off', { problem: String(problem) });
    throw problem;
  }
  return pages();
}
