import type { Answer } from '../contract/answer.ts';
import { failure, isRepeatable } from '../contract/answer.ts';
import type { Refusal } from '../domain/refusal.ts';
import { type Call, repeatsAnywhere } from './call.ts';
import type { Repeat } from './command.ts';
import { wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

/**
 * Refuses a change for a reason that was found before anything was locked, such as an id that does not exist. Like
 * every refusal by a rule it is kept under the request's key (contract, section 2), so that the same key tells the
 * same later, and another body under it is refused. Without a key it is thrown as it is; so it is when this very
 * request was accepted before, as then the caller has lost its right since, and is not told that answer (INV-19c).
 */
export async function submitRefusal(
  world: World,
  call: Call,
  repeats: readonly Repeat[],
  refusal: Refusal,
): Promise<Answer> {
  const [repeat] = repeats;
  const refused = failure(refusal, call.requestId);
  if (repeat === undefined || !isRepeatable(refused)) throw refusal;
  const answer = await world.commit.submit({
    programId: repeat.programId,
    requestId: call.requestId,
    passId: null,
    clientUserId: null,
    useNumber: null,
    repeats,
    time: { clock: (now) => now, mayGoBack: false },
    decide: () => refusal,
    answer: () => refused,
  });
  if (answer.status < 400) throw refusal;
  return answer;
}

/** As `submitRefusal`, for a request whose programme would be told by a pass that the caller does not know. */
export function submitRefusalAnywhere(world: World, call: Call, request: unknown, refusal: Refusal): Promise<Answer> {
  const { programs } = call.caller;
  const named = call.programId !== null && programs.has(call.programId) ? call.programId : null;
  const programId = named ?? programs.keys().next().value ?? wholeInstallation;
  return submitRefusal(world, call, repeatsAnywhere(world, call, programId, request), refusal);
}
