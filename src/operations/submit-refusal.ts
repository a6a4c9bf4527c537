import type { Answer } from '../contract/answer.ts';
import { failure, isRepeatable } from '../contract/answer.ts';
import type { Refusal } from '../domain/refusal.ts';
import { type Caller, repeatsOf } from './caller.ts';
import type { World } from './world.ts';

/**
 * Refuses a change for a reason that was found before anything was locked, such as an id that does not exist. Like
 * every refusal by a rule it is kept under the request's key (contract, section 2), so that the same key tells the
 * same later, and another body under it is refused. Without a key, or without a programme to keep it in, it is
 * thrown as it is.
 */
export async function submitRefusal(world: World, caller: Caller, request: unknown, refusal: Refusal): Promise<Answer> {
  const { programs } = caller.client;
  const named = caller.programId !== null && programs.has(caller.programId) ? caller.programId : null;
  const programId = named ?? programs.keys().next().value;
  const repeats = programId === undefined ? [] : repeatsOf(caller, programId, request);
  if (repeats.length === 0 || !isRepeatable(failure(refusal, caller.requestId))) throw refusal;
  return world.commit.submit({
    programId: programId!,
    requestId: caller.requestId,
    passId: null,
    clientUserId: null,
    useNumber: null,
    repeats,
    clock: (now) => now,
    decide: () => refusal,
    answer: () => {
      throw new Error('a refusal was accepted');
    },
  });
}
