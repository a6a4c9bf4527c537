import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { orderOf } from '../contract/orders.ts';
import type { SuspendBody } from '../contract/schemas.ts';
import type { ActName } from '../domain/act.ts';
import { Refusal } from '../domain/refusal.ts';
import { resume, suspend } from '../domain/suspend.ts';
import { audited } from './audit-log.ts';
import { type Call, programmeOf, repeatsOf, timeOf } from './call.ts';
import type { World } from './world.ts';

interface SuspendRequest {
  readonly body: Static<typeof SuspendBody>;
}

/** Suspends a pass, with a reason: an operator's act. */
export function suspendPass(world: World, call: Call, request: SuspendRequest): Promise<Answer> {
  return submit(world, call, request, { act: 'pass.suspend', rule: suspend });
}

/** Resumes a suspended pass, with a reason. */
export function resumePass(world: World, call: Call, request: SuspendRequest): Promise<Answer> {
  return submit(world, call, request, { act: 'pass.resume', rule: resume });
}

interface Verb {
  readonly act: ActName;
  readonly rule: typeof suspend;
}

function submit(world: World, call: Call, { body }: SuspendRequest, { act, rule }: Verb): Promise<Answer> {
  const programme = programmeOf(call);
  const asked = { reason: body.reason, clientId: call.caller.clientId };
  return world.commit.submit({
    programId: programme.programId,
    requestId: call.requestId,
    passId: body.ePassId,
    clientUserId: null,
    useNumber: null,
    repeats: repeatsOf(call, programme.programId, body),
    time: timeOf(programme),
    decide: ({ pass }, now) => (pass === null ? new Refusal('E_PASS_UNKNOWN') : rule(pass, asked, now)),
    answer: ({ pass }, now) => success(orderOf(pass, now)),
    audited: audited(call, act),
  });
}
