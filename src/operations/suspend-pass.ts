import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { orderOf } from '../contract/orders.ts';
import type { SuspendBody } from '../contract/schemas.ts';
import type { ActName } from '../domain/act.ts';
import { Refusal } from '../domain/refusal.ts';
import { resume, suspend } from '../domain/suspend.ts';
import { audited } from './audit-log.ts';
import { type Caller, programmeOf, repeatsOf, timeOf } from './caller.ts';
import type { World } from './world.ts';

interface SuspendRequest {
  readonly body: Static<typeof SuspendBody>;
}

/** Suspends a pass, with a reason: an operator's act. */
export function suspendPass(world: World, caller: Caller, request: SuspendRequest): Promise<Answer> {
  return submit(world, caller, request, { act: 'pass.suspend', rule: suspend });
}

/** Resumes a suspended pass, with a reason. */
export function resumePass(world: World, caller: Caller, request: SuspendRequest): Promise<Answer> {
  return submit(world, caller, request, { act: 'pass.resume', rule: resume });
}

interface Verb {
  readonly act: ActName;
  readonly rule: typeof suspend;
}

function submit(world: World, caller: Caller, { body }: SuspendRequest, { act, rule }: Verb): Promise<Answer> {
  const programme = programmeOf(caller);
  const asked = { reason: body.reason, clientId: caller.client.clientId };
  return world.commit.submit({
    programId: programme.programId,
    requestId: caller.requestId,
    passId: body.ePassId,
    clientUserId: null,
    useNumber: null,
    repeats: repeatsOf(caller, programme.programId, body),
    time: timeOf(programme),
    decide: ({ pass }, now) => (pass === null ? new Refusal('E_PASS_UNKNOWN') : rule(pass, asked, now)),
    answer: ({ pass }, now) => success(orderOf(pass, now)),
    audited: audited(caller, act),
  });
}
