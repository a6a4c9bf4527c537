import type { Programme } from '../domain/catalogue.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Caller, programmeOf } from './caller.ts';
import type { World } from './world.ts';

/** What is kept for the whole installation has no programme of its own. */
export const wholeInstallation = '';

/** The programmes that a request looks at: the one it names, or all that its caller has. */
export function reachOf(caller: Caller): ReadonlyMap<string, Programme> {
  if (caller.programId === null) return caller.client.programs;
  const programme = programmeOf(caller);
  return new Map([[programme.programId, programme]]);
}

/** All programmes of the caller. Refuses, like every route, one in X-Program-ID that it does not have. */
export function programmesOf(caller: Caller): ReadonlyMap<string, Programme> {
  reachOf(caller);
  return caller.client.programs;
}

/** Whether the caller has every programme there is. */
export function hasEveryProgramme(world: World, caller: Caller): boolean {
  return caller.client.programs.size >= world.directory.current().offers.size;
}

/** Refuses what concerns the whole installation to callers that have only some of its programmes. */
export function refuseUnlessEverywhere(world: World, caller: Caller): void {
  reachOf(caller);
  if (!hasEveryProgramme(world, caller)) throw new Refusal('PROGRAMS_NOT_ALL_YOURS');
}

/** Refuses to change what is shared with programmes that the caller does not have. */
export function refuseUnlessAllYours(caller: Caller, programIds: readonly string[]): void {
  const foreign = programIds.some((programId) => !caller.client.programs.has(programId));
  if (foreign) throw new Refusal('PROGRAMS_NOT_ALL_YOURS');
}
