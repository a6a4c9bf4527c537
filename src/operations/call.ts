import { hash } from 'node:crypto';
import type { Programme } from '../domain/catalogue.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Caller } from './caller.ts';
import type { ProgrammeTime, Repeat } from './command.ts';
import type { ProgrammeOffers } from './directory.ts';
import { wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

/** One request as operations have it: who calls, the programme it named, and the key that makes a change repeatable. */
export interface Call {
  readonly caller: Caller;
  /** X-Program-ID; null when it was not sent. */
  readonly programId: string | null;
  readonly requestId: string;
  /** Idempotency-Key or X-Request-ID as sent; null when neither was. */
  readonly key: string | null;
  /** The operation, the same under every alias of its path. */
  readonly operationId: string;
}

/**
 * The programme a request is about: the one it names, or the caller's only one. A programme that
 * the caller does not have is refused like one that does not exist.
 */
export function programmeOf(call: Call): Programme {
  const { programs } = call.caller;
  if (call.programId !== null) {
    const named = programs.get(call.programId);
    if (named === undefined) throw new Refusal('PROGRAM_UNKNOWN');
    return named;
  }
  const [only, another] = programs.values();
  if (only === undefined || another !== undefined) throw new Refusal('PROGRAM_REQUIRED');
  return only;
}

/** The caller's programme with what it offers. */
export function programmeOffersOf(world: World, call: Call): ProgrammeOffers {
  return world.directory.current().programmes.get(programmeOf(call).programId)!;
}

/**
 * Whether a caller may meet the passes of a programme: those of its own programmes, and at its doors
 * those of every programme that offers them. A device has a door, but keeps to the programmes it was made for.
 */
export function meetsPassesOf(caller: Caller, { programme, everOffered }: ProgrammeOffers): boolean {
  if (caller.programs.has(programme.programId)) return true;
  if (!caller.scopes.has('venue') || caller.kind === 'device') return false;
  return [...caller.resources].some((resourceId) => everOffered.has(resourceId));
}

/** JSON with its keys in order, so that the same request has the same fingerprint however it was written. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
}

/** The request's own key as the group commit takes it; empty when the request is not repeatable. */
export function repeatsOf(call: Call, programId: string, request: unknown): Repeat[] {
  if (call.key === null) return [];
  return [
    {
      programId,
      clientId: call.caller.clientId,
      route: call.operationId,
      key: call.key,
      fingerprint: hash('sha256', JSON.stringify(canonical(request)), 'base64url'),
      reused: 'IDEMPOTENCY_KEY_REUSED',
    },
  ];
}

/** Each picture of the directory has callers of its own, and each request a person, so nothing in here grows old. */
const met = new WeakMap<Caller, readonly ProgrammeOffers[]>();

/** The programmes whose passes a caller may meet. */
export function programmesMet(world: World, caller: Caller): readonly ProgrammeOffers[] {
  const known = met.get(caller);
  if (known !== undefined) return known;
  const found = [...world.directory.current().programmes.values()].filter((offers) => meetsPassesOf(caller, offers));
  met.set(caller, found);
  return found;
}

/** Whether a caller meets the passes of one programme only, and that is its own. */
function keepsToOneProgramme(world: World, caller: Caller): boolean {
  return caller.programs.size === 1 && programmesMet(world, caller).length === 1;
}

/**
 * As `repeatsOf`, for a request whose programme is told by its pass. Whoever meets passes of several programmes has
 * each key once in all of them (contract, section 2): it is kept under none of them, too.
 */
export function repeatsAnywhere(world: World, call: Call, programId: string, request: unknown): Repeat[] {
  const repeats = repeatsOf(call, programId, request);
  if (programId === wholeInstallation || keepsToOneProgramme(world, call.caller)) return repeats;
  return [...repeats, ...repeatsOf(call, wholeInstallation, request)];
}

/** The programme's clock: real time, moved in a sandbox. */
export function clockOf(programme: Programme): (now: number) => number {
  return (now) => now + programme.clockOffset;
}

/** How time goes in the programme, for what changes its passes. */
export function timeOf(programme: Programme): ProgrammeTime {
  return { clock: clockOf(programme), mayGoBack: programme.sandbox };
}
