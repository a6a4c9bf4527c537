import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { issueRequestOf, orderOf } from '../contract/orders.ts';
import type { IssueBody } from '../contract/schemas.ts';
import type { Places } from '../domain/catalogue.ts';
import { issue } from '../domain/issue.ts';
import { audited } from './audit-log.ts';
import { type Call, programmeOffersOf, repeatsOf, timeOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import type { World } from './world.ts';

/** The places of the programme, as the rules of issuing ask for them. */
export function placesOf(world: World, offers: ProgrammeOffers): Places {
  return { ...world.geography, moduleOfResource: (resourceId) => offers.resources.get(resourceId)?.module };
}

/** Issues a pass (contract, section 4) and gives its order. */
export function issuePass(
  world: World,
  call: Call,
  request: { readonly params: { readonly module: string }; readonly body: Static<typeof IssueBody> },
): Promise<Answer> {
  const offers = programmeOffersOf(world, call);
  const { programme } = offers;
  const asked = issueRequestOf(request.body, request.params.module);
  return world.commit.submit({
    programId: programme.programId,
    requestId: call.requestId,
    passId: null,
    clientUserId: asked.clientUserId,
    useNumber: null,
    repeats: repeatsOf(call, programme.programId, request.body),
    time: timeOf(programme),
    decide: ({ holder }, now) => {
      const ids = { passId: world.ids.passId(programme.issuerPrefix), orderId: world.ids.orderId() };
      return issue(asked, programme, placesOf(world, offers), holder, ids, call.caller.clientId, now);
    },
    answer: ({ pass }, now) => success(orderOf(pass, now)),
    audited: audited(call, 'pass.issue'),
  });
}
