import type { Chosen, Claimed, DeliveryKey, Room } from '../store/deliveries.ts';
import type { EndpointName } from '../store/endpoint-settings.ts';
import type { World } from './world.ts';

export type { EndpointName } from '../store/endpoint-settings.ts';

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

/** Where one lane's part of a round looks, and at how much in all. */
export interface Look {
  readonly rooms: readonly Room[];
  readonly most: number;
}

/**
 * Where to look and how far, lane by lane: what is looked at is locked, so it is no more than what there
 * is room for makes worth while. Where endpoints are many each shows less, so that many are seen.
 */
export function looksOf(world: World, free: Free): Look[] {
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

/** One key of several parts. */
export const keyOf = (...parts: readonly string[]) => parts.join('\n');

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
export function choose(due: readonly DeliveryKey[], free: Free): Chosen[] {
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
export function isCut(due: readonly DeliveryKey[], { rooms, most }: Look): boolean {
  if (due.length >= most) return true;
  const seen = new Map<string, number>();
  for (const { programId, endpointId } of due) {
    const key = keyOf(programId, endpointId);
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return rooms.some(({ programId, endpointId, look }) => (seen.get(keyOf(programId, endpointId)) ?? 0) >= look);
}

/** Something wanted has to wait for an earlier one, and its place may be another's. */
export function isPutOff(chosen: readonly Chosen[], claimed: readonly Claimed[]): boolean {
  return chosen.filter(({ wanted }) => wanted).length > claimed.length;
}
