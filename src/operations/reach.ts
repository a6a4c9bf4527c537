import type { Programme } from '../domain/catalogue.ts';
import { type Call, programmeOf } from './call.ts';

/** What is kept for the whole installation has no programme of its own. */
export const wholeInstallation = '';

/** The programmes that a request looks at: the one it names, or all that its caller has; an administrator has all. */
export function reachOf(call: Call): ReadonlyMap<string, Programme> {
  if (call.programId === null) return call.caller.programs;
  const programme = programmeOf(call);
  return new Map([[programme.programId, programme]]);
}

/** All programmes of the caller. Refuses, like every route, one in X-Program-ID that it does not have. */
export function programmesOf(call: Call): ReadonlyMap<string, Programme> {
  reachOf(call);
  return call.caller.programs;
}
