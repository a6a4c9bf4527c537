import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { transportHubOf } from '../contract/catalogue.ts';
import { hubRequestOf } from '../contract/management.ts';
import type { HubBody, HubChangeBody } from '../contract/schemas-management.ts';
import type { TransportHub } from '../domain/catalogue.ts';
import { hubOf, refuseMove } from '../domain/place.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import {
  findTransportHub,
  hubOfAirport,
  insertTransportHub,
  isHubUsed,
  isZoneKnown,
  lockTransportHubs,
  nextTransportHubId,
  updateTransportHub,
} from '../store/places.ts';
import { recordAct } from './audit-log.ts';
import type { Call } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { programmesOf, wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

/** Sets a transport hub up: for all programmes, because it is one real place. */
export async function createTransportHub(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof HubBody> },
): Promise<Answer> {
  programmesOf(call);
  const { body } = request;
  const facts = hubOf('', hubRequestOf(body), null, world.geography);
  let hub: TransportHub = facts;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    body,
    async (transaction, now) => {
      await lockTransportHubs(transaction);
      const transportHubId = body.transportHubId ?? (await nextTransportHubId(transaction));
      hub = { ...facts, transportHubId };
      if ((await findTransportHub(transaction, transportHubId)) !== null) {
        throw fieldRefusal('TRANSPORT_HUB_EXISTS', 'transportHubId', 'is taken');
      }
      await refuseHub(transaction, hub);
      await insertTransportHub(transaction, hub);
      await recordAct(transaction, call, { act: 'hub.create', subject: transportHubId, details: hubDetails(hub) }, now);
    },
    () => success(transportHubOf(hub, 'en', world.geography)),
  );
}

/** Changes a transport hub, in all programmes. */
export async function changeTransportHub(
  world: World,
  call: Call,
  request: { readonly params: { readonly transportHubId: string }; readonly body: Static<typeof HubChangeBody> },
): Promise<Answer> {
  const everywhere = [...programmesOf(call).keys()];
  const { params, body } = request;
  const { transportHubId } = params;
  if (Object.keys(body).length === 0)
    throw fieldRefusal('REQUEST_INVALID', 'body', 'give at least one field to change');
  let hub: TransportHub | null = null;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    { ...params, ...body },
    async (transaction, now) => {
      await lockTransportHubs(transaction);
      const before = await findTransportHub(transaction, transportHubId);
      if (before === null) throw new Refusal('TRANSPORT_HUB_UNKNOWN');
      hub = hubOf(transportHubId, hubRequestOf(body), before, world.geography);
      refuseMove(before, hub, await isHubUsed(transaction, transportHubId, everywhere));
      await refuseHub(transaction, hub);
      await updateTransportHub(transaction, hub);
      const details = { before: hubDetails(before), after: hubDetails(hub) };
      await recordAct(transaction, call, { act: 'hub.change', subject: transportHubId, details }, now);
    },
    () => success(transportHubOf(hub!, 'en', world.geography)),
  );
}

/** An airport has one hub, and reports reckon in a zone that the database must know. */
async function refuseHub(transaction: Transaction, { transportHubId, iata, zone }: TransportHub): Promise<void> {
  const other = iata === null ? null : await hubOfAirport(transaction, iata);
  if (other !== null && other !== transportHubId) {
    throw fieldRefusal('TRANSPORT_HUB_EXISTS', 'iata', `is the airport of ${other}`, { transportHubId: other });
  }
  if (await isZoneKnown(transaction, zone)) return;
  throw fieldRefusal('REQUEST_INVALID', 'timezone', 'is not an IANA time zone that the database knows');
}

function hubDetails({ transportHubId: _, ...facts }: TransportHub): Readonly<Record<string, unknown>> {
  return { ...facts };
}
