import type { Database } from '../store/database.ts';
import type { Clock, Log } from './world.ts';

/** Milliseconds between two looks at the database's clock. */
const lookEvery = 1_000;
/** Clocks no further apart count as one: a question over a network tells no better. */
const near = 500;
/** Answers that took longer tell too little. */
const vagueAfter = 500;
/** Questions without an answer after which a start fails; each waits for a second at the most. */
const mostTries = 10;

export interface SharedClock extends Clock {
  close(): void;
}

/**
 * The clock of all processes on one database: this process's own while both agree, the database's when they do
 * not. A machine whose clock is an hour off opens no door early and closes none, although `/readyz` already says
 * that it should get no requests. A clock that jumps is followed within a second. The embedded database reads the
 * clock of this very machine, so nothing is asked. While the database does not answer, what was known last holds.
 */
export async function openSharedClock(database: Database, own: Clock, log: Log): Promise<SharedClock> {
  if (database.kind === 'embedded') return { now: own.now, close: () => {} };
  let ahead = 0;

  /** Says whether there was an answer. */
  async function look(vague: number): Promise<boolean> {
    const began = performance.now();
    const { answers, clockDifference: difference } = await database.health();
    if (!answers || performance.now() - began > vague) return answers;
    const next = Math.abs(difference) > near ? difference : 0;
    if ((next === 0) !== (ahead === 0)) tell(difference);
    ahead = next;
    return true;
  }

  function tell(difference: number): void {
    if (ahead === 0) log('warn', "the clock is wrong: the database's is used", { difference });
    else log('info', 'the clock agrees with the database again', { difference });
  }

  // A vague answer is better than none at the start, and without any this process would decide by its own clock.
  for (let tries = 1; !(await look(Number.POSITIVE_INFINITY)); tries += 1) {
    if (tries === mostTries) throw new Error('the database does not tell the time');
  }
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void look(vagueAfter).finally(() => {
      looking = false;
    });
  }, lookEvery);
  timer.unref();
  return { now: () => own.now() + ahead, close: () => clearInterval(timer) };
}
