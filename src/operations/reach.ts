import type { Programme } from '../domain/catalogue.ts';
import { type Caller, programmeOf } from './caller.ts';

/** What is kept for the whole installation has no programme of its own. */
export const wholeInstallation = '';

/** The programmes that a request looks at: the one it names, or all that its caller has; an administrator has all. */
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
