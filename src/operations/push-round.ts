import { isDamage, mayPass } from '../store/damage.ts';
import type { Transaction } from '../store/database.ts';
import { type Claimed, claim, type DeliveryKey, finish, lockDue, release, wakeNext } from '../store/deliveries.ts';
import { findSenders, pauseEndpoint, type Sender } from '../store/endpoints.ts';
import { findEvents } from '../store/events.ts';
import type { Attempt, Attempted } from './deliver-events.ts';
import { choose, type Free, isCut, isPutOff, keyOf, looksOf, noneFree } from './push-choice.ts';
import type { World } from './world.ts';

/** Milliseconds that a worker holds a delivery: three times what an attempt may take. */
export const leaseLife = 30_000;

/** How long a delivery whose turn has not come is left alone, unless the one before it is finished. */
const laterBy = 10_000;

export interface Round {
  readonly attempts: readonly Attempt[];
  /** There is more that is due, and room for it. */
  readonly more: boolean;
}

/**
 * One round of the worker, in one transaction: writes down what became of attempts, lets the next
 * event of each finished one's pass go, and claims what is due, as much as there is room for.
 */
export async function pushRound(world: World, done: readonly Attempted[], free: Free): Promise<Round> {
  try {
    return await roundWith(world, done, free, findEvents);
  } catch (problem) {
    if (!isDamage(problem)) throw problem;
    return roundOverDamage(world, done, free);
  }
}

/**
 * Some line of history cannot be read any more: what is due is claimed first and read afterwards, one by one, so
 * that it keeps none of the others waiting. It is parked, as whatever cannot be made into an event.
 */
async function roundOverDamage(world: World, done: readonly Attempted[], free: Free): Promise<Round> {
  const { attempts, more } = await roundWith(world, done, free, async () => []);
  const read: Attempt[] = [];
  for (const attempt of attempts) {
    const told = await readApart(world, attempt.delivery);
    if (told !== null) read.push({ ...attempt, ...told });
  }
  return { attempts: read, more };
}

/** Null when it may be read the next time, once the lease is over. */
async function readApart(world: World, delivery: Claimed): Promise<Pick<Attempt, 'row' | 'unreadable'> | null> {
  try {
    const [row] = await world.database.transaction((transaction) => findEvents(transaction, [delivery]));
    return { row };
  } catch (problem) {
    if (!isDamage(problem)) throw problem;
    if (mayPass(problem)) return null;
    return { row: undefined, unreadable: (problem as Error).message };
  }
}

function roundWith(world: World, done: readonly Attempted[], free: Free, find: typeof findEvents): Promise<Round> {
  const looks = looksOf(world, free);
  return world.database.transaction(async (transaction) => {
    const now = world.clock.now();
    const recorded = done.length === 0 ? null : record(transaction, done, now);
    // All in one flight: each statement sees what those before it have done.
    const looking = looks.map(({ rooms, most }) => lockDue(transaction, rooms, most, now));
    const [seen] = await Promise.all([Promise.all(looking), recorded]);
    const due = seen.flat();
    if (due.length === 0) return { attempts: [], more: false };
    const chosen = choose(due, free);
    const until = now + leaseLife;
    const token = world.ids.uuid();
    const claimed = await claim(transaction, chosen, { token, until, later: now + laterBy });
    const attempts = claimed.length === 0 ? [] : await prepare(transaction, claimed, { token, until, now }, find);
    const cut = looks.some((look, index) => isCut(seen[index]!, look));
    return { attempts, more: cut || isPutOff(chosen, claimed) };
  });
}

/** What of attempts could not be written down: kept for later, or refused, with the reason. */
export interface Unrecorded {
  readonly kept: readonly Attempted[];
  readonly refused: readonly Refused[];
}

interface Refused {
  readonly attempted: Attempted;
  readonly problem: unknown;
  /** Whether it was written down without its details instead. */
  readonly inShort: boolean;
}

/**
 * Writes attempts down one by one, when the database refused what is in them: the one that it refuses keeps
 * the others waiting for ever otherwise. Of that one the details are left out, so that it counts as an attempt: what
 * was delivered is not sent again, and what was not is given up in the end. Where not even that is taken, its lease
 * ends, and it is sent again.
 */
export async function recordApart(world: World, done: readonly Attempted[]): Promise<Unrecorded> {
  const kept: Attempted[] = [];
  const refused: Refused[] = [];
  for (const attempted of done) {
    try {
      await pushRound(world, [attempted], noneFree);
    } catch (problem) {
      if (!isOfItsOwn(problem)) kept.push(attempted);
      else await recordInShort(attempted, problem);
    }
  }
  return { kept, refused };

  async function recordInShort(attempted: Attempted, problem: unknown): Promise<void> {
    try {
      await pushRound(world, [inShort(attempted)], noneFree);
      refused.push({ attempted, problem, inShort: true });
    } catch (another) {
      if (isOfItsOwn(another)) refused.push({ attempted, problem, inShort: false });
      else kept.push(attempted);
    }
  }
}

/** An attempt without what was sent and answered: that there was one, and what follows from it. */
function inShort({ result, ...rest }: Attempted): Attempted {
  const answer = 'not kept: the database did not take what was to be written down';
  return { ...rest, result: { ...result, body: '', status: null, answer } };
}

/** Whether one attempt alone may be why a round failed: then the others are written down apart from it. */
export function isOfOne(problem: unknown): boolean {
  return isOfItsOwn(problem) || isDamage(problem);
}

/** SQLSTATE classes 22 and 23, data and constraints: the same again fails again. */
function isOfItsOwn(problem: unknown): boolean {
  return /^2[23]/.test(String((problem as { code?: unknown }).code ?? ''));
}

interface Lease {
  readonly token: string;
  readonly until: number;
  readonly now: number;
}

async function prepare(
  transaction: Transaction,
  claimed: readonly Claimed[],
  lease: Lease,
  find: typeof findEvents,
): Promise<Attempt[]> {
  const endpoints = new Map(claimed.map((delivery) => [keyOf(delivery.programId, delivery.endpointId), delivery]));
  const [rows, senders] = await Promise.all([
    find(transaction, claimed),
    findSenders(transaction, [...endpoints.values()], lease.now),
  ]);
  const numbered = new Map(rows.map((row) => [keyOf(row.programId, row.passId, String(row.number)), row]));
  const sending = new Map<string, Sender>(
    senders.map((sender) => [keyOf(sender.programId, sender.endpointId), sender]),
  );
  return claimed.map((delivery) => ({
    delivery,
    lease: lease.token,
    leasedUntil: lease.until,
    row: numbered.get(keyOf(delivery.programId, delivery.passId, String(delivery.number))),
    sender: sending.get(keyOf(delivery.programId, delivery.endpointId))!,
  }));
}

/**
 * An attempt whose lease was lost is not written down; then another worker has what comes first in its
 * pass, or had it, and there is nothing to wake.
 */
async function record(transaction: Transaction, done: readonly Attempted[], now: number): Promise<void> {
  const results = done.map(({ result }) => result);
  const over = results.filter(({ state }) => state !== 'waiting');
  const gone = done.filter((attempted) => attempted.gone).map(({ result }) => result);
  await Promise.all([
    finish(transaction, results, now),
    over.length === 0 ? null : wakeNext(transaction, over, now),
    ...gone.map(({ programId, endpointId }) =>
      pauseEndpoint(transaction, programId, endpointId, 'the receiver answered 410 Gone'),
    ),
  ]);
}

/** Ends the leases of attempts that are not over, so that another worker takes their deliveries at once. */
export async function releaseLeases(world: World, attempts: readonly Attempt[]): Promise<void> {
  const tokens = new Map<string, DeliveryKey[]>();
  for (const { lease, delivery } of attempts) tokens.set(lease, [...(tokens.get(lease) ?? []), delivery]);
  await world.database.transaction(async (transaction) => {
    for (const [token, deliveries] of tokens) await release(transaction, token, deliveries, world.clock.now());
  });
}
