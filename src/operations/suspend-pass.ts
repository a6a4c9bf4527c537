import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { orderOf } from '../contract/orders.ts';
import type { SuspendBody } from '../contract/schemas.ts';
import { Refusal } from '../domain/refusal.ts';
import { resume, suspend } from '../domain/suspend.ts';
import { type Caller, clockOf, programmeOf, repeatsOf } from './caller.ts';
import type { World } from './world.ts';

interface SuspendRequest {
  readonly body: Static<typeof SuspendBody>;
}

/** Suspends a pass, with a reason: an operator's act. */
export function suspendPass(world: World, caller: Caller, request: SuspendRequest): Promise<Answer> {
  return submit(world, caller, request, suspend);
}

/** Resumes a suspended pass, with a reason. */
export function resumePass(world: World, caller: Caller, request: SuspendRequest): Promise<Answer> {
  return submit(world, caller, request, resume);
}

function submit(world: World, caller: Caller, { body }: SuspendRequest, rule: typeof suspend): Promise<Answer> {
  const programme = programmeOf(caller);
  const asked = { reason: body.reason, clientId: caller.client.clientId };
  return world.commit.submit({
    programId: programme.programId,
    requestId: caller.requestId,
    passId: body.ePassId,
    clientUserId: null,
    useNumber: null,
    repeats: repeatsOf(caller, programme.programId, body),
    clock: clockOf(programme),
    decide: ({ pass }, now) => (pass === null ? new Refusal('E_PASS_UNKNOWN') : rule(pass, asked, now)),
    answer: ({ pass }, now) => success(orderOf(pass, now)),
  });
}
