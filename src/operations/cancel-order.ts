import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { cancelledOrderOf } from '../contract/orders.ts';
import type { CancelBody } from '../contract/schemas.ts';
import { cancel } from '../domain/cancel.ts';
import { Refusal } from '../domain/refusal.ts';
import { findPassByOrder } from '../store/passes.ts';
import { audited } from './audit-log.ts';
import { type Call, programmeOf, repeatsOf, timeOf } from './call.ts';
import { submitRefusal } from './submit-refusal.ts';
import type { World } from './world.ts';

/** Cancels an order at once and for ever (contract, section 6). */
export async function cancelOrder(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof CancelBody> },
): Promise<Answer> {
  const programme = programmeOf(call);
  const { programId } = programme;
  // Which pass an order has never changes, so this needs no lock.
  const found = await findPassByOrder(world.database, programId, request.body.orderId);
  const repeats = repeatsOf(call, programId, request.body);
  if (found === null) return submitRefusal(world, call, repeats, new Refusal('ORDER_UNKNOWN'));
  const asked = { ifUnused: request.body.ifUnused ?? false, clientId: call.caller.clientId };
  return world.commit.submit({
    programId,
    requestId: call.requestId,
    passId: found.passId,
    clientUserId: null,
    useNumber: null,
    repeats,
    time: timeOf(programme),
    decide: ({ pass }, now) => (pass === null ? new Refusal('ORDER_UNKNOWN') : cancel(pass, asked, now)),
    answer: ({ pass }, now) => success(cancelledOrderOf(pass, now)),
    audited: audited(call, 'pass.cancel'),
  });
}
