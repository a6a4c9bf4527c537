import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { endpointOf } from '../contract/push.ts';
import type { EndpointBody, EndpointChangeBody } from '../contract/schemas-push.ts';
import type { ActName } from '../domain/act.ts';
import type { Programme } from '../domain/catalogue.ts';
import { mostEndpoints, urlProblem } from '../domain/endpoint.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import { lagOf } from '../store/delivery-log.ts';
import { dueNow } from '../store/due-now.ts';
import {
  countEndpoints,
  findEndpoint,
  lockEndpoint,
  publicKeysOfEndpoint,
  publicKeysOfProgram,
} from '../store/endpoint-settings.ts';
import {
  type EndpointRow,
  insertEndpoint,
  insertSigningKey,
  listEndpoints as readEndpoints,
  updateEndpoint,
} from '../store/endpoints.ts';
import { type Act, recordIfAudited } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { makeSigningKey, type NewKey } from './signing-keys.ts';
import type { World } from './world.ts';

type OfEndpoint = { readonly params: { readonly endpointId: string } };

/** The endpoints of the programme, oldest first. */
export async function listEndpoints(world: World, call: Call): Promise<Answer> {
  const { programId } = programmeOf(call);
  const keys = await publicKeysOfProgram(world.database, programId, world.clock.now());
  const endpoints = await readEndpoints(world.database, programId);
  return success({
    endpoints: endpoints.map((row) =>
      endpointOf({ ...row, keys: keys.filter(({ endpointId }) => endpointId === row.endpointId) }),
    ),
  });
}

/** An endpoint of the caller's programme. Unknown and another programme's are the same refusal. */
export async function endpointFor(world: World, call: Call, request: OfEndpoint): Promise<EndpointRow> {
  const { programId } = programmeOf(call);
  const found = await findEndpoint(world.database, { programId, endpointId: request.params.endpointId });
  if (found === null) throw new Refusal('ENDPOINT_UNKNOWN');
  return found;
}

/** One endpoint with its keys, and how far it lags behind. */
export async function getEndpoint(world: World, call: Call, request: OfEndpoint): Promise<Answer> {
  const row = await endpointFor(world, call, request);
  const keys = await publicKeysOfProgram(world.database, row.programId, world.clock.now());
  const own = keys.filter(({ endpointId }) => endpointId === row.endpointId);
  return success(endpointOf({ ...row, keys: own }, await lagOf(world.database, row)));
}

function refuseUrl(world: World, programme: Programme, url: string): void {
  const { isAllowedHost, isPublicHost } = world.push;
  const problem = urlProblem(url, !programme.sandbox, (host) => isAllowedHost(host) || isPublicHost(host));
  if (problem !== null) throw fieldRefusal('ENDPOINT_URL_REFUSED', 'url', problem);
}

const pausedOverTheApi = 'Paused over the API';

/** Registers an endpoint with a signing key of its own. It is told of what happens from now on. */
export async function createEndpoint(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof EndpointBody> },
): Promise<Answer> {
  const programme = programmeOf(call);
  const { programId } = programme;
  const { url, eventTypes, state = 'active' } = request.body;
  refuseUrl(world, programme, url);
  // Making a key is dear: none is made for a request that will be refused, or answered again.
  const room = (await readEndpoints(world.database, programId)).length < mostEndpoints;
  const key = room ? await makeSigningKey(world) : null;
  const endpointId = `ep_${world.ids.uuid().replaceAll('-', '')}`;
  const pausedReason = state === 'paused' ? pausedOverTheApi : null;
  const endpoint = { programId, endpointId, url, eventTypes, state, pausedReason };
  return changeDirectory(
    world,
    call,
    programId,
    request.body,
    async (transaction, now) => {
      await enter(transaction, { ...endpoint, createdAt: now }, key);
      await recordIfAudited(transaction, call, actOn('endpoint.create', endpoint), now);
    },
    (now) => success(endpointOf({ ...endpoint, createdAt: now, keys: [{ ...key!, signsFrom: now, retiredAt: null }] })),
  );
}

async function enter(transaction: Transaction, endpoint: EndpointRow, key: NewKey | null): Promise<void> {
  const { programId, endpointId, createdAt } = endpoint;
  if ((await countEndpoints(transaction, programId)) >= mostEndpoints || key === null) {
    throw new Refusal('ENDPOINTS_EXHAUSTED', { facts: { most: mostEndpoints } });
  }
  await insertEndpoint(transaction, endpoint);
  await insertSigningKey(transaction, { programId, endpointId, ...key, createdAt, signsFrom: createdAt });
}

/** Changes the address or the event types of an endpoint, pauses it or resumes it. */
export async function changeEndpoint(
  world: World,
  call: Call,
  request: OfEndpoint & { readonly body: Static<typeof EndpointChangeBody> },
): Promise<Answer> {
  const programme = programmeOf(call);
  const { programId } = programme;
  const { body, params } = request;
  if (Object.keys(body).length === 0) {
    throw fieldRefusal('REQUEST_INVALID', 'body', 'give at least one of url, eventTypes and state');
  }
  if (body.url !== undefined) refuseUrl(world, programme, body.url);
  let told: ReturnType<typeof endpointOf> | null = null;
  return changeDirectory(
    world,
    call,
    programId,
    { ...params, ...body },
    async (transaction, now) => {
      const row = await lockEndpoint(transaction, { programId, endpointId: params.endpointId });
      if (row === null) throw new Refusal('ENDPOINT_UNKNOWN');
      const changed = changedEndpoint(row, body);
      await updateEndpoint(transaction, changed);
      if (row.state === 'paused' && changed.state === 'active') await dueNow(transaction, row, now);
      told = endpointOf({ ...changed, keys: await publicKeysOfEndpoint(transaction, row, now) });
      await recordIfAudited(transaction, call, actOn('endpoint.change', changed), now);
    },
    () => success(told),
  );
}

/** One that is paused already keeps the reason for which it was. */
function changedEndpoint(row: EndpointRow, body: Static<typeof EndpointChangeBody>): EndpointRow {
  const state = body.state ?? row.state;
  const pausedReason = state === 'active' ? null : (row.pausedReason ?? pausedOverTheApi);
  return { ...row, url: body.url ?? row.url, eventTypes: body.eventTypes ?? row.eventTypes, state, pausedReason };
}

/** The path of an address may hold the receiver's secret, and the audit log holds none. */
function actOn(act: ActName, endpoint: Omit<EndpointRow, 'createdAt'>): Act {
  const { programId, endpointId: subject, url, eventTypes, state } = endpoint;
  return { act, subject, programId, details: { origin: new URL(url).origin, eventTypes, state } };
}
