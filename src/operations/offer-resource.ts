import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { Resource as ResourceAnswer } from '../contract/schemas-catalogue.ts';
import type { OfferBody, Withdrawal } from '../contract/schemas-management.ts';
import { formatInstant } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import { findTransportHub, lockOffer, lockPlace, writeOffer } from '../store/places.ts';
import { recordAct } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { lockOffered, refuseProgrammes, resourceAnswerOf } from './offered-resource.ts';
import type { World } from './world.ts';

type OfResource = { readonly params: { readonly resourceId: string } };

/** Whether the caller may know of a resource: one of its programmes offers it, or did. */
function sees(world: World, call: Call, resourceId: string): boolean {
  const { programmes } = world.directory.current();
  return [...call.caller.programs.keys()].some((programId) => programmes.get(programId)!.everOffered.has(resourceId));
}

/** Offers a resource in the caller's programme: one of another of its programmes, or one that was withdrawn. */
export async function offerResource(
  world: World,
  call: Call,
  request: OfResource & { readonly body: Static<typeof OfferBody> },
): Promise<Answer> {
  const { params, body } = request;
  const { resourceId } = params;
  const programme = programmeOf(call);
  const { programId } = programme;
  let told: Static<typeof ResourceAnswer> | null = null;
  return changeDirectory(
    world,
    call,
    programId,
    { ...params, ...body },
    async (transaction, now) => {
      const place = sees(world, call, resourceId) ? await lockPlace(transaction, resourceId) : null;
      if (place === null) throw new Refusal('RESOURCE_UNKNOWN');
      refuseProgrammes([programme], place.module);
      const before = await lockOffer(transaction, programId, resourceId);
      if (before !== null && before.withdrawnAt === null) throw new Refusal('RESOURCE_ALREADY_OFFERED');
      const childrenCount = body.childrenCount ?? before?.childrenCount ?? true;
      const offer = { closedAt: null, closedReason: null, ...before, childrenCount, withdrawnAt: null };
      await writeOffer(transaction, programId, resourceId, offer);
      const hub = await findTransportHub(transaction, place.transportHubId);
      told = resourceAnswerOf(world, place, hub!, offer);
      const details = { childrenCount };
      await recordAct(transaction, call, { act: 'resource.offer', subject: resourceId, programId, details }, now);
    },
    () => success(told),
  );
}

/** Withdraws a resource from the caller's programme. Uses in flight may still be taken for a second. */
export async function withdrawResource(world: World, call: Call, request: OfResource): Promise<Answer> {
  const { resourceId } = request.params;
  const { programId } = programmeOf(call);
  return changeDirectory(
    world,
    call,
    programId,
    request.params,
    async (transaction, now) => {
      const { offer } = await lockOffered(transaction, programId, resourceId);
      await writeOffer(transaction, programId, resourceId, { ...offer, withdrawnAt: now });
      await recordAct(
        transaction,
        call,
        { act: 'resource.withdraw', subject: resourceId, programId, details: {} },
        now,
      );
    },
    (now) => {
      const withdrawal: Static<typeof Withdrawal> = { programId, resourceId, withdrawnDate: formatInstant(now) };
      return success(withdrawal);
    },
  );
}
