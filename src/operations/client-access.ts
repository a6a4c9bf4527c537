import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { Client, ClientKeyBody, KeyRevocationBody, NewSecret, RotationBody } from '../contract/schemas-clients.ts';
import { rotateSecret as planRotation, refuseKey, usualOverlap } from '../domain/client.ts';
import { formatInstantOrNull } from '../domain/instant.ts';
import { fieldRefusal } from '../domain/refusal.ts';
import { deleteClientKey, insertClientKey, keysOfClients } from '../store/client-keys.ts';
import { revokeClient as storeRevocation, rotateSecret as writeSecret } from '../store/clients.ts';
import { recordAct } from './audit-log.ts';
import type { Call } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { clientAnswerOf, lockOwnClient, type OfClient } from './managed-client.ts';
import { keyFactsOf, readPublicKey } from './public-key.ts';
import { reachOf, wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

/** Makes a new secret, told this once; the one before still works for the overlap, in every process. */
export async function rotateSecret(
  world: World,
  call: Call,
  request: OfClient & { readonly body: Static<typeof RotationBody> },
): Promise<Answer> {
  const { params, body } = request;
  const { clientId } = params;
  reachOf(call);
  const secret = world.ids.secret();
  let told: Static<typeof NewSecret> | null = null;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    { ...params, ...body },
    async (transaction, now) => {
      const { client } = await lockOwnClient(transaction, call, clientId);
      const { oldSecretUntil } = planRotation(client.oldSecretUntil, body.overlapMinutes ?? usualOverlap, now);
      await writeSecret(transaction, clientId, secret, oldSecretUntil, now);
      const until = formatInstantOrNull(oldSecretUntil);
      told = { clientId, secret, oldSecretUntil: until };
      const details = { oldSecretUntil: until };
      await recordAct(transaction, call, { act: 'client.rotate-secret', subject: clientId, details }, now);
    },
    () => success(told),
  );
}

/** Registers a public key of a client. */
export async function addClientKey(
  world: World,
  call: Call,
  request: OfClient & { readonly body: Static<typeof ClientKeyBody> },
): Promise<Answer> {
  const { params, body } = request;
  const { clientId } = params;
  const { kid } = body;
  reachOf(call);
  const publicKey = readPublicKey(body.publicKey, kid);
  let told: Static<typeof Client> | null = null;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    { ...params, kid, publicKey },
    async (transaction, now) => {
      const { client, keys } = await lockOwnClient(transaction, call, clientId);
      refuseKey(
        keys.map((key) => key.kid),
        kid,
      );
      await insertClientKey(transaction, { clientId, kid, publicKey }, now);
      told = clientAnswerOf(client, await keysOfClients(transaction, [clientId]), now);
      const details = { kid, ...keyFactsOf(publicKey) };
      await recordAct(transaction, call, { act: 'client.add-key', subject: clientId, details }, now);
    },
    () => success(told),
  );
}

/** Revokes a public key of a client: its tokens are refused within a second. */
export async function revokeClientKey(
  world: World,
  call: Call,
  request: OfClient & { readonly body: Static<typeof KeyRevocationBody> },
): Promise<Answer> {
  const { params, body } = request;
  const { clientId } = params;
  const { kid } = body;
  reachOf(call);
  let told: Static<typeof Client> | null = null;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    { ...params, ...body },
    async (transaction, now) => {
      const { client, keys } = await lockOwnClient(transaction, call, clientId);
      const gone = await deleteClientKey(transaction, clientId, kid);
      if (!gone) throw fieldRefusal('CLIENT_KEY_UNKNOWN', 'kid', 'is not a key of this client');
      const left = keys.filter((key) => key.kid !== kid);
      told = clientAnswerOf(client, left, now);
      const { publicKey } = keys.find((key) => key.kid === kid)!;
      const details = { kid, ...keyFactsOf(publicKey) };
      await recordAct(transaction, call, { act: 'client.revoke-key', subject: clientId, details }, now);
    },
    () => success(told),
  );
}

/** Revokes a client for ever: its tokens are refused within a second, and it fetches no more. */
export async function revokeClient(world: World, call: Call, request: OfClient): Promise<Answer> {
  const { clientId } = request.params;
  reachOf(call);
  let told: Static<typeof Client> | null = null;
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    request.params,
    async (transaction, now) => {
      const { client, keys } = await lockOwnClient(transaction, call, clientId);
      await storeRevocation(transaction, clientId, now);
      told = clientAnswerOf({ ...client, revokedAt: now }, keys, now);
      await recordAct(transaction, call, { act: 'client.revoke', subject: clientId, details: {} }, now);
    },
    () => success(told),
  );
}
