import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { orderOf, searchKeyOf } from '../contract/orders.ts';
import type { SearchBody } from '../contract/schemas.ts';
import type { Pass } from '../domain/pass.ts';
import { Refusal } from '../domain/refusal.ts';
import { findPassById, findPassByOrder } from '../store/passes.ts';
import { type Call, clockOf, programmeOf } from './call.ts';
import type { World } from './world.ts';

/** Looks a pass up by exactly one of its ids. Unknown and another programme's are the same refusal. */
export async function searchPass(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof SearchBody> },
): Promise<Answer> {
  const programme = programmeOf(call);
  const key = searchKeyOf(request.body);
  const pass = await find(world, programme.programId, key);
  if (pass === null) throw new Refusal('ORDER_UNKNOWN');
  return success(orderOf(pass, clockOf(programme)(world.clock.now())));
}

function find(world: World, programId: string, key: ReturnType<typeof searchKeyOf>): Promise<Pass | null> {
  if ('orderId' in key) return findPassByOrder(world.database, programId, key.orderId);
  return findPassById(world.database, programId, key.ePassId);
}
