import { type Attempt, type Attempted, attempt } from '../operations/deliver-events.ts';
import { Hurry } from '../operations/hurry-events.ts';
import { type Free, noneFree } from '../operations/push-choice.ts';
import { isOfOne, pushRound, recordApart, releaseLeases } from '../operations/push-round.ts';
import type { World } from '../operations/world.ts';
import { ClockWatch } from './clock-watch.ts';
import { PushSlots } from './push-slots.ts';

/** Other processes' commits are seen this often; our own wake the worker at once. */
const pollEvery = 500;
const pauseAfterProblem = 1_000;

/**
 * What was decided by the clock as it was may be committed after it was set back: what waits is gone through once more
 * when nothing can be under way any longer that began before.
 */
const settledWithin = 6_000;

/** Attempts under way may finish for so long when the process stops; then their leases are released. */
const finishWithin = 7_000;
const stopWithin = 8_000;

/** Delivers push events until it is stopped. */
export interface PushWorker {
  /** There is something new to deliver. */
  wake(): void;
  /** Takes nothing new, finishes what is under way, and gives back what is not finished in time. */
  stop(): Promise<void>;
}

/** Starts the loop that delivers push events. While no programme has an endpoint it asks the database nothing. */
export function startPushEvents(world: World): PushWorker {
  const loop = new Loop(world);
  const running = loop.run();
  return {
    wake: () => loop.wake(),
    stop: async () => {
      const late = new Promise((resolve) => setTimeout(resolve, stopWithin).unref());
      await Promise.race([loop.stop(running), late]);
    },
  };
}

class Loop {
  readonly #world: World;
  readonly #slots = new PushSlots<Attempt>();
  readonly #watch = new ClockWatch();
  /** When to go through what waits, by a clock that only goes on: at the start, and after the clock was set back. */
  #hurries: readonly number[] = [performance.now()];
  #hurry: Hurry | null = null;
  #done: Attempted[] = [];
  #stopping = false;
  /** The last round failed, and that was told. */
  #heldUp = false;
  /** Set when something happened since the last look. */
  #woken = false;
  #alarm: (() => void) | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  wake(): void {
    this.#woken = true;
    this.#alarm?.();
  }

  async run(): Promise<void> {
    while (!this.#stopping) {
      try {
        const more = await this.#round();
        this.#heldUp = false;
        if (!more) await this.#sleep(pollEvery);
      } catch (problem) {
        if (!this.#heldUp) this.#world.log('warn', 'push events held up', { problem: String(problem) });
        this.#heldUp = true;
        this.#woken = false;
        await this.#sleep(pauseAfterProblem);
      }
    }
  }

  async stop(running: Promise<void>): Promise<void> {
    this.#stopping = true;
    this.wake();
    await running;
    const end = Date.now() + finishWithin;
    while (this.#slots.underWay.length > 0 && Date.now() < end) {
      this.#woken = false;
      await this.#sleep(end - Date.now());
    }
    try {
      await this.#record();
      const { underWay } = this.#slots;
      if (underWay.length > 0) await releaseLeases(this.#world, underWay);
    } catch (problem) {
      // Nothing is lost: the leases end, and what was sent is sent again under the same event id.
      this.#world.log('warn', 'push events not recorded', { problem: String(problem) });
    }
  }

  /** Records, claims and sets going; says whether there is more to claim at once. */
  async #round(): Promise<boolean> {
    this.#woken = false;
    const now = performance.now();
    if (this.#watch.wasSetBack(this.#world.clock.now(), now)) this.#hurries = [now, now + settledWithin];
    if (this.#done.length === 0 && this.#world.directory.current().endpoints.size === 0) return false;
    const { attempts, more } = await this.#exchange(this.#slots.free(performance.now()));
    for (const part of attempts) this.#start(part);
    return (await this.#hurryOn(now)) || more;
  }

  /** One step at a time, so that results are written down in between; says whether there is another to be made. */
  async #hurryOn(now: number): Promise<boolean> {
    if (this.#hurries.length > 0 && this.#hurries[0]! <= now) {
      this.#hurries = this.#hurries.slice(1);
      this.#hurry = new Hurry(this.#world);
    }
    const hurry = this.#hurry;
    if (hurry === null) return false;
    try {
      if (!(await hurry.step())) return true;
    } catch (problem) {
      // Its events come later than they should; nothing else waits for that.
      this.#world.log('warn', 'push events not brought forward', { problem: String(problem) });
      hurry.skip();
      return true;
    }
    const { moved } = hurry;
    this.#hurry = null;
    if (moved > 0) this.#world.log('warn', 'the clock was set back: push events were brought forward', { moved });
    return moved > 0;
  }

  #record(): Promise<unknown> {
    return this.#done.length === 0 ? Promise.resolve() : this.#exchange(noneFree);
  }

  /** What could not be recorded is kept for the next time, unless it would fail for ever. */
  async #exchange(free: Free) {
    const done = this.#done;
    this.#done = [];
    try {
      return await pushRound(this.#world, done, free);
    } catch (problem) {
      const kept = isOfOne(problem) ? await this.#recordApart(done) : done;
      this.#done = [...kept, ...this.#done];
      throw problem;
    }
  }

  async #recordApart(done: readonly Attempted[]): Promise<readonly Attempted[]> {
    const { kept, refused } = await recordApart(this.#world, done);
    for (const { attempted, problem, inShort } of refused) {
      const { programId, endpointId, passId, number } = attempted.result;
      const facts = { programId, endpointId, passId, number, problem: String(problem) };
      if (inShort) this.#world.log('warn', 'push attempt recorded without its details', facts);
      else this.#world.log('error', 'push attempt not recorded', facts);
    }
    return kept;
  }

  #start(part: Attempt): void {
    this.#slots.take(part, performance.now());
    attempt(this.#world, part)
      .then((attempted) => attempted !== null && this.#finished(attempted))
      // The lease ends, and then it is tried again.
      .catch((problem: unknown) => this.#world.log('error', 'push attempt failed', { problem: String(problem) }))
      .finally(() => {
        this.#slots.giveBack(part);
        this.wake();
      });
  }

  #finished(attempted: Attempted): void {
    const { result, outcome } = attempted;
    // What cannot be sent says nothing about who should have got it.
    if (outcome !== 'unsendable') this.#slots.learn(result, outcome === 'delivered');
    this.#world.pushed[outcome] += 1;
    this.#done.push(attempted);
  }

  /** Waits to be woken, but no longer than that. */
  #sleep(milliseconds: number): Promise<void> {
    if (this.#woken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.#alarm = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
