import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { keyCursor, keyOfCursor } from '../contract/key-cursors.ts';
import { pageSizeOf } from '../contract/pages.ts';
import type { Client, ClientBody, ClientChangeBody, ClientsQuery } from '../contract/schemas-clients.ts';
import { type ClientSettings, refuseClient, usualRate } from '../domain/client.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { keysOfClients } from '../store/client-keys.ts';
import {
  findClient,
  insertClient,
  isClientTaken,
  moveClient,
  placeClient,
  listClients as readClients,
  updateClient,
  type VisibleClient,
} from '../store/clients.ts';
import { recordAct } from './audit-log.ts';
import type { Call } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { clientAnswerOf, clientViewOf, lockOwnClient, type OfClient } from './managed-client.ts';
import { programmesOf, wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

const isClientId = (key: unknown): key is string => typeof key === 'string' && /^[!-~]{1,64}$/.test(key);

/** The clients of the caller's programmes, by id; of each, only what belongs to these programmes. */
export async function listClients(
  world: World,
  call: Call,
  request: { readonly query: Static<typeof ClientsQuery> },
): Promise<Answer> {
  const { state, cursor, pageSize } = request.query;
  const list = { list: 'clients', state: state ?? null, programId: call.programId };
  const size = pageSizeOf(pageSize, 20, 100);
  const revoked = state === undefined ? null : state === 'revoked';
  const after = keyOfCursor(cursor, list, isClientId) ?? '';
  const found = await readClients(world.database, { ...clientViewOf(call), after, revoked, size: size + 1 });
  const page = found.slice(0, size);
  const ids = page.map(({ clientId }) => clientId);
  const keys = await keysOfClients(world.database, ids);
  const now = world.clock.now();
  return success({
    clients: page.map((client) => clientAnswerOf(client, keys, now)),
    nextCursor: found.length > size ? keyCursor(ids.at(-1)!, list) : null,
  });
}

/** One client of the caller's programmes. Unknown ones and those of other programmes are the same refusal. */
export async function getClient(world: World, call: Call, request: OfClient): Promise<Answer> {
  const { clientId } = request.params;
  const client = await findClient(world.database, clientViewOf(call), clientId);
  if (client === null) throw new Refusal('CLIENT_UNKNOWN');
  return success(clientAnswerOf(client, await keysOfClients(world.database, [clientId]), world.clock.now()));
}

/**
 * Refuses what nobody can be given, and what is not the caller's to give. A door that the client has may have been
 * withdrawn since.
 */
function refuseSettings(world: World, call: Call, settings: ClientSettings, doors: readonly string[]): void {
  const own = programmesOf(call);
  const { programmes } = world.directory.current();
  refuseClient(settings, {
    hasProgramme: (programId) => own.has(programId),
    isOffered: (resourceId, programIds) =>
      programIds.some((programId) => {
        const offers = own.has(programId) ? programmes.get(programId) : undefined;
        return (doors.includes(resourceId) ? offers?.everOffered : offers?.resources)?.has(resourceId) === true;
      }),
  });
}

/** Creates a client with a secret of 256 random bits, which is told this once. */
export async function createClient(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof ClientBody> },
): Promise<Answer> {
  const { body } = request;
  const { name, scopes, programIds, resourceIds = [], ratePerMinute = usualRate } = body;
  const settings = { name, scopes, programIds, resourceIds, ratePerMinute };
  programmesOf(call);
  const clientId = body.clientId ?? `cl_${world.ids.uuid().replaceAll('-', '')}`;
  const issuer = body.issuer ?? clientId;
  const secret = world.ids.secret();
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    body,
    async (transaction, now) => {
      refuseSettings(world, call, settings, []);
      const { idTaken, issuerTaken } = await isClientTaken(transaction, clientId, issuer);
      if (idTaken) throw fieldRefusal('CLIENT_EXISTS', 'clientId', 'is or was taken');
      if (issuerTaken) throw fieldRefusal('CLIENT_EXISTS', 'issuer', 'is or was taken');
      await insertClient(transaction, { ...settings, clientId, issuer, secret }, programIds, resourceIds, now);
      const details = { issuer, ...settings };
      await recordAct(transaction, call, { act: 'client.create', subject: clientId, details }, now);
    },
    (now) => {
      const times = { createdAt: now, revokedAt: null, secretAt: now, oldSecretUntil: null };
      return success({ client: clientAnswerOf({ clientId, issuer, ...settings, ...times }, [], now), secret });
    },
  );
}

/** Changes what a client may do, where, and how often. */
export async function changeClient(
  world: World,
  call: Call,
  request: OfClient & { readonly body: Static<typeof ClientChangeBody> },
): Promise<Answer> {
  const { params, body } = request;
  if (Object.keys(body).length === 0)
    throw fieldRefusal('REQUEST_INVALID', 'body', 'give at least one field to change');
  let told: Static<typeof Client> | null = null;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    { ...params, ...body },
    async (transaction, now) => {
      const { client, keys } = await lockOwnClient(transaction, call, params.clientId);
      const after: VisibleClient = { ...client, ...(body as Partial<ClientSettings>) };
      refuseSettings(world, call, after, client.resourceIds);
      await updateClient(transaction, after);
      if (body.programIds !== undefined)
        await moveClient(transaction, after.clientId, body.programIds, client.programIds);
      if (body.resourceIds !== undefined) await placeClient(transaction, after.clientId, body.resourceIds);
      told = clientAnswerOf(after, keys, now);
      const before = Object.fromEntries(
        Object.keys(body).map((field) => [field, client[field as keyof typeof body]] as const),
      );
      const details = { before, after: body };
      await recordAct(transaction, call, { act: 'client.change', subject: params.clientId, details }, now);
    },
    () => success(told),
  );
}
