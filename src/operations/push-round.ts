import type { Transaction } from '../store/database.ts';
import {
  type Chosen,
  type Claimed,
  claim,
  type DeliveryKey,
  finish,
  lockDue,
  type Room,
  release,
  wakeNext,
} from '../store/deliveries.ts';
import type { EndpointName } from '../store/endpoint-settings.ts';
import { findSenders, pauseEndpoint, type Sender } from '../store/endpoints.ts';
import { findEvents } from '../store/events.ts';
import type { Attempt, Attempted } from './deliver-events.ts';
import type { World } from './world.ts';

export type { EndpointName } from '../store/endpoint-settings.ts';

/** Milliseconds that a worker holds a delivery: three times what an attempt may take. */
export const leaseLife = 30_000;

/** How long a delivery whose turn has not come is left alone, unless the one before it is finished. */
const laterBy = 10_000;

/**
 * Deliveries looked at for each that may be taken, because most of a busy pass's have to wait for the
 * first; at least so many in a lane, and at most so many of one endpoint.
 */
const looksForOne = 8;
const leastLooked = 64;
const mostLooked = 128;

/** A worker's places are in lanes, so that endpoints that do not answer keep none of the others waiting. */
export type Lane = 'good' | 'untried' | 'doubtful';

/** How many deliveries a worker may still take: of each endpoint, and in its lane of its programme and in all. */
export interface Free {
  readonly laneOf: (endpoint: EndpointName) => Lane;
  readonly ofEndpoint: (endpoint: EndpointName) => number;
  readonly ofProgramme: (programId: string, lane: Lane) => number;
  readonly ofLane: (lane: Lane) => number;
}

/** For a round that only writes down. */
export const noneFree: Free = {
  laneOf: () => 'untried',
  ofEndpoint: () => 0,
  ofProgramme: () => 0,
  ofLane: () => 0,
};

export interface Round {
  readonly attempts: readonly Attempt[];
  /** There is more that is due, and room for it. */
  readonly more: boolean;
}

/**
 * One round of the worker, in one transaction: writes down what became of attempts, lets the next
 * event of each finished one's pass go, and claims what is due, as much as there is room for.
 */
export function pushRound(world: World, done: readonly Attempted[], free: Free): Promise<Round> {
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
    const attempts = claimed.length === 0 ? [] : await prepare(transaction, claimed, { token, until, now });
    const cut = looks.some((look, index) => isCut(seen[index]!, look));
    return { attempts, more: cut || isPutOff(chosen, claimed) };
  });
}

/** What of attempts could not be written down each by itself: kept for later, or given up with the reason. */
export interface Unrecorded {
  readonly kept: readonly Attempted[];
  readonly refused: readonly { readonly attempted: Attempted; readonly problem: unknown }[];
}

/**
 * Writes attempts down one by one, when the database refused what is in them: the one that it refuses keeps
 * the others waiting for ever otherwise. Its lease ends, and it is sent again.
 */
export async function recordApart(world: World, done: readonly Attempted[]): Promise<Unrecorded> {
  const kept: Attempted[] = [];
  const refused: { attempted: Attempted; problem: unknown }[] = [];
  for (const attempted of done) {
    try {
      await pushRound(world, [attempted], noneFree);
    } catch (problem) {
      if (isOfItsOwn(problem)) refused.push({ attempted, problem });
      else kept.push(attempted);
    }
  }
  return { kept, refused };
}

/** SQLSTATE classes 22 and 23, data and constraints: the same again fails again. */
export function isOfItsOwn(problem: unknown): boolean {
  return /^2[23]/.test(String((problem as { code?: unknown }).code ?? ''));
}

interface Look {
  readonly rooms: readonly Room[];
  readonly most: number;
}

/**
 * Where to look and how far, lane by lane: what is looked at is locked, so it is no more than what there
 * is room for makes worth while. Where endpoints are many each shows less, so that many are seen.
 */
function looksOf(world: World, free: Free): Look[] {
  const lanes = new Map<Lane, EndpointRoom[]>();
  for (const one of endpointRooms(world, free)) lanes.set(one.lane, [...(lanes.get(one.lane) ?? []), one]);
  return [...lanes].map(([lane, found]) => {
    const inAll = found.reduce((sum, { room }) => sum + room, 0);
    const most = Math.max(leastLooked, looksForOne * Math.min(free.ofLane(lane), inAll));
    const look = Math.min(mostLooked, Math.max(looksForOne, Math.floor(most / found.length)));
    return { rooms: found.map(({ endpoint }) => ({ ...endpoint, look })), most };
  });
}

interface EndpointRoom {
  readonly endpoint: EndpointName;
  readonly lane: Lane;
  readonly room: number;
}

/** Endpoints that are not paused and have room, in an order drawn by lot: none is always the last. */
function endpointRooms(world: World, free: Free): EndpointRoom[] {
  const found: (EndpointRoom & { readonly place: number })[] = [];
  for (const [programId, endpoints] of world.directory.current().endpoints) {
    for (const { endpointId, state } of endpoints) {
      if (state !== 'active') continue;
      const endpoint = { programId, endpointId };
      const lane = free.laneOf(endpoint);
      const room = Math.min(free.ofLane(lane), free.ofProgramme(programId, lane), free.ofEndpoint(endpoint));
      if (room > 0) found.push({ endpoint, lane, room, place: world.push.jitter() });
    }
  }
  return found.sort((one, other) => one.place - other.place);
}

const keyOf = (...parts: readonly string[]) => parts.join('\n');

/** Counts down what is free, one key each. */
class Slots {
  readonly #left = new Map<string, number>();

  has(key: string, free: () => number): boolean {
    const left = this.#left.get(key) ?? free();
    this.#left.set(key, left);
    return left > 0;
  }

  take(...keys: readonly string[]): void {
    for (const key of keys) this.#left.set(key, this.#left.get(key)! - 1);
  }
}

/**
 * Wants the first event of each pass, one of every endpoint before the second of any. Of what is not
 * wanted only that which cannot go yet is passed on, to be put off.
 */
function choose(due: readonly DeliveryKey[], free: Free): Chosen[] {
  const chosen: Chosen[] = [];
  const slots = new Slots();
  for (const delivery of inTurns(firstsOf(due, chosen))) {
    const { programId, endpointId } = delivery;
    const lane = free.laneOf(delivery);
    const [programme, endpoint] = [keyOf(lane, programId), keyOf(lane, programId, endpointId)];
    const room =
      slots.has(lane, () => free.ofLane(lane)) &&
      slots.has(programme, () => free.ofProgramme(programId, lane)) &&
      slots.has(endpoint, () => free.ofEndpoint(delivery));
    if (!room) continue;
    slots.take(lane, programme, endpoint);
    chosen.push({ ...delivery, wanted: true });
  }
  return chosen;
}

/** The first of each pass, by endpoint; the others go to `chosen` unwanted. */
function firstsOf(due: readonly DeliveryKey[], chosen: Chosen[]): DeliveryKey[][] {
  const first = new Map<string, DeliveryKey>();
  for (const delivery of due) {
    const key = keyOf(delivery.programId, delivery.endpointId, delivery.passId);
    const known = first.get(key);
    if (known === undefined || delivery.number < known.number) first.set(key, delivery);
    const behind = known !== undefined && delivery.number < known.number ? known : delivery;
    if (known !== undefined) chosen.push({ ...behind, wanted: false });
  }
  const byEndpoint = new Map<string, DeliveryKey[]>();
  for (const delivery of first.values()) {
    const key = keyOf(delivery.programId, delivery.endpointId);
    byEndpoint.set(key, [...(byEndpoint.get(key) ?? []), delivery]);
  }
  return [...byEndpoint.values()];
}

function* inTurns(lists: readonly DeliveryKey[][]): Generator<DeliveryKey> {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  for (let turn = 0; turn < longest; turn += 1) {
    for (const list of lists) if (list[turn] !== undefined) yield list[turn]!;
  }
}

/** The look ended before what is due did. */
function isCut(due: readonly DeliveryKey[], { rooms, most }: Look): boolean {
  if (due.length >= most) return true;
  const seen = new Map<string, number>();
  for (const { programId, endpointId } of due) {
    const key = keyOf(programId, endpointId);
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return rooms.some(({ programId, endpointId, look }) => (seen.get(keyOf(programId, endpointId)) ?? 0) >= look);
}

/** Something wanted has to wait for an earlier one, and its place may be another's. */
function isPutOff(chosen: readonly Chosen[], claimed: readonly Claimed[]): boolean {
  return chosen.filter(({ wanted }) => wanted).length > claimed.length;
}

interface Lease {
  readonly token: string;
  readonly until: number;
  readonly now: number;
}

async function prepare(transaction: Transaction, claimed: readonly Claimed[], lease: Lease): Promise<Attempt[]> {
  const endpoints = new Map(claimed.map((delivery) => [keyOf(delivery.programId, delivery.endpointId), delivery]));
  const [rows, senders] = await Promise.all([
    findEvents(transaction, claimed),
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

/** Gives deliveries back that were claimed and not sent, so that another worker takes them at once. */
export async function giveUp(world: World, attempts: readonly Attempt[]): Promise<void> {
  const tokens = new Map<string, DeliveryKey[]>();
  for (const { lease, delivery } of attempts) tokens.set(lease, [...(tokens.get(lease) ?? []), delivery]);
  await world.database.transaction(async (transaction) => {
    for (const [token, deliveries] of tokens) await release(transaction, token, deliveries, world.clock.now());
  });
}
