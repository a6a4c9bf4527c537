import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { placeRequestOf } from '../contract/management.ts';
import type { ResourceBody } from '../contract/schemas-management.ts';
import type { Programme } from '../domain/catalogue.ts';
import type { Module } from '../domain/module.ts';
import { letterOf, placeOf, resourceIdProblem } from '../domain/place.ts';
import { type Problem, Refusal, refuseField } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import { findTransportHub, lockPlace, lockResources, nextResourceId, writeOffer } from '../store/places.ts';
import { insertResource } from '../store/setup.ts';
import { recordAct } from './audit-log.ts';
import { type Caller, programmeOf } from './caller.ts';
import { changeDirectory } from './change-directory.ts';
import { refuseProgrammes, resourceAnswerOf } from './offered-resource.ts';
import { hasEveryProgramme, programmesOf, refuseUnlessEverywhere, wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

type Body = Static<typeof ResourceBody>;

/** Sets a resource up and offers it. Only those who have every programme may choose its id themselves. */
export async function createResource(world: World, caller: Caller, request: { readonly body: Body }): Promise<Answer> {
  const { body } = request;
  const programmes = offering(caller, body);
  const programIds = programmes.map(({ programId }) => programId);
  refuseProgrammes(programmes, body.module as Module);
  if (body.resourceId !== undefined) chooseId(world, caller, body.resourceId, body.module as Module);
  let told: Awaited<ReturnType<typeof enter>> | null = null;
  return changeDirectory(
    world,
    caller,
    wholeInstallation,
    { ...body, programIds },
    async (transaction, now) => {
      told = await enter(world, caller, transaction, body, programIds);
      const details = { ...body, programIds };
      await recordAct(transaction, caller, { act: 'resource.create', subject: told.resourceId, details }, now);
    },
    () => success(told),
  );
}

/** The programmes that are to offer it: those named, or the one of the request. */
function offering(caller: Caller, body: Body): Programme[] {
  if (body.programIds === undefined) return [programmeOf(caller)];
  const own = programmesOf(caller);
  const problems: Problem[] = [];
  const found = body.programIds.flatMap((programId, index) => {
    const programme = own.get(programId);
    if (programme !== undefined) return [programme];
    problems.push({ field: `programIds.${index}`, problem: 'is not a programme that you have' });
    return [];
  });
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
  return found;
}

function chooseId(world: World, caller: Caller, resourceId: string, module: Module): void {
  refuseUnlessEverywhere(world, caller);
  const problem = resourceIdProblem(resourceId, module);
  if (problem !== null) throw refuseField('REQUEST_INVALID', 'resourceId', problem);
}

/** Whether the caller may know of a hub: those of its programmes, or all when it has all. */
function seesHub(world: World, caller: Caller, transportHubId: string): boolean {
  if (hasEveryProgramme(world, caller)) return true;
  const { offers } = world.directory.current();
  return [...caller.client.programs.keys()].some((programId) =>
    [...offers.get(programId)!.places.values()].some(({ hub }) => hub.transportHubId === transportHubId),
  );
}

async function enter(
  world: World,
  caller: Caller,
  transaction: Transaction,
  body: Body,
  programIds: readonly string[],
) {
  const module = body.module as Module;
  await lockResources(transaction);
  const found = await findTransportHub(transaction, body.transportHubId);
  const hub = seesHub(world, caller, body.transportHubId) ? found : null;
  if (hub === null)
    throw refuseField('TRANSPORT_HUB_UNKNOWN', 'transportHubId', 'is not a transport hub that you have');
  const resourceId = body.resourceId ?? (await nextResourceId(transaction, letterOf(module)!));
  if ((await lockPlace(transaction, resourceId)) !== null) {
    throw refuseField('RESOURCE_EXISTS', 'resourceId', 'is taken');
  }
  const { latitude, longitude, transportHubId } = hub;
  const facts = placeOf(placeRequestOf(body), { name: '', location: '', image: null, latitude, longitude });
  await insertResource(transaction, { ...facts, resourceId, module, transportHubId });
  const offer = { childrenCount: body.childrenCount ?? true, closedAt: null, closedReason: null, withdrawnAt: null };
  for (const programId of programIds) await writeOffer(transaction, programId, resourceId, offer);
  return resourceAnswerOf(world, { ...facts, resourceId, module }, hub, offer);
}
