import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { placeRequestOf } from '../contract/management.ts';
import type { ResourceBody } from '../contract/schemas-management.ts';
import type { Programme } from '../domain/catalogue.ts';
import type { Module } from '../domain/module.ts';
import { letterOf, placeOf, resourceIdProblem } from '../domain/place.ts';
import { fieldRefusal, type Problem, Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import {
  findTransportHub,
  insertResource,
  lockPlace,
  lockResources,
  nextResourceId,
  writeOffer,
} from '../store/places.ts';
import { recordAct } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { refuseProgrammes, resourceAnswerOf } from './offered-resource.ts';
import { programmesOf, wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

type Body = Static<typeof ResourceBody>;

/** Sets a resource up and offers it. */
export async function createResource(world: World, call: Call, request: { readonly body: Body }): Promise<Answer> {
  const { body } = request;
  // Where it is to be offered: also by the header, so that it is part of what a key stands for.
  const programIds = body.programIds ?? [programmeOf(call).programId];
  const own = programmesOf(call);
  if (body.resourceId !== undefined) refuseId(body.resourceId, body.module as Module);
  let told: Awaited<ReturnType<typeof enter>> | null = null;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    { ...body, programIds },
    async (transaction, now) => {
      refuseProgrammes(programmesIn(own, programIds), body.module as Module);
      told = await enter(world, transaction, body, programIds);
      const details = { ...body, programIds };
      await recordAct(transaction, call, { act: 'resource.create', subject: told.resourceId, details }, now);
    },
    () => success(told),
  );
}

/** The programmes that are to offer it. Refuses, by field, those that the caller does not have. */
function programmesIn(own: ReadonlyMap<string, Programme>, programIds: readonly string[]): Programme[] {
  const problems: Problem[] = [];
  const found = programIds.flatMap((programId, index) => {
    const programme = own.get(programId);
    if (programme !== undefined) return [programme];
    problems.push({ field: `programIds.${index}`, problem: 'is not a programme that you have' });
    return [];
  });
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
  return found;
}

function refuseId(resourceId: string, module: Module): void {
  const problem = resourceIdProblem(resourceId, module);
  if (problem !== null) throw fieldRefusal('REQUEST_INVALID', 'resourceId', problem);
}

async function enter(world: World, transaction: Transaction, body: Body, programIds: readonly string[]) {
  const module = body.module as Module;
  await lockResources(transaction);
  const hub = await findTransportHub(transaction, body.transportHubId);
  if (hub === null) throw fieldRefusal('TRANSPORT_HUB_UNKNOWN', 'transportHubId', 'is not a transport hub');
  const resourceId = body.resourceId ?? (await nextResourceId(transaction, letterOf(module)!));
  if ((await lockPlace(transaction, resourceId)) !== null) {
    throw fieldRefusal('RESOURCE_EXISTS', 'resourceId', 'is taken');
  }
  const { latitude, longitude, transportHubId } = hub;
  const facts = placeOf(placeRequestOf(body), { name: '', location: '', image: null, latitude, longitude });
  await insertResource(transaction, { ...facts, resourceId, module, transportHubId });
  const offer = { childrenCount: body.childrenCount ?? true, closedAt: null, closedReason: null, withdrawnAt: null };
  for (const programId of programIds) await writeOffer(transaction, programId, resourceId, offer);
  return resourceAnswerOf(world, { ...facts, resourceId, module }, hub, offer);
}
