import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { readInstants } from '../contract/orders.ts';
import { jwkOf, signingKeyOf } from '../contract/push.ts';
import type { NewKeyBody, NewKey as NewKeySchema } from '../contract/schemas-push.ts';
import { takeOver } from '../domain/endpoint.ts';
import { formatInstant } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import {
  type EndpointName,
  forgetPrivateKeys,
  lockEndpoint,
  publicKeys,
  publicKeysOfEndpoint,
  publicKeysOfProgram,
} from '../store/endpoint-settings.ts';
import { insertSigningKey, retireSigningKey } from '../store/endpoints.ts';
import { type Act, recordIfAudited } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import type { World } from './world.ts';

const generate = promisify(generateKeyPair);

/** A new key pair with its name; PEM, PKCS #8 and SubjectPublicKeyInfo. */
export interface NewKey {
  readonly kid: string;
  readonly privateKey: string;
  readonly publicKey: string;
}

/** Makes a key pair: RSA of 2,048 bits, in a thread of its own. To be called outside any transaction. */
export async function makeSigningKey(world: World): Promise<NewKey> {
  const { privateKey, publicKey } = await generate('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return { kid: `key_${world.ids.uuid().replaceAll('-', '')}`, privateKey, publicKey };
}

/**
 * Makes the next signing key of an endpoint. The present one signs until the next one's time comes
 * and is accepted a while longer: rotation loses no event.
 */
export async function addSigningKey(
  world: World,
  call: Call,
  request: { readonly params: { readonly endpointId: string }; readonly body: Static<typeof NewKeyBody> },
): Promise<Answer> {
  const { programId } = programmeOf(call);
  const name = { programId, endpointId: request.params.endpointId };
  const { signsFrom } = readInstants('', { signsFrom: request.body.signsFrom });
  const made = await keyIfRoom(world, name);
  let told: Static<typeof NewKeySchema> | null = null;
  const answer = await changeDirectory(
    world,
    call,
    programId,
    { ...request.params, ...request.body },
    async (transaction, now) => {
      told = await rotate(world, transaction, name, { made, signsFrom, now });
      const details = { newKey: told.newKey.kid, signsFrom: told.newKey.signsFrom };
      const act: Act = { act: 'endpoint.add-key', subject: name.endpointId, programId, details };
      await recordIfAudited(transaction, call, act, now);
    },
    () => success(told),
  );
  // Whoever asks from here on finds the new key; other processes tell of it within the second.
  keySets.delete(world);
  return answer;
}

/** Making a key is dear: none is made for a request that will be refused. */
async function keyIfRoom(world: World, name: EndpointName): Promise<NewKey | null> {
  const now = world.clock.now();
  const keys = await publicKeysOfProgram(world.database, name.programId, now);
  return keys.filter((key) => key.endpointId === name.endpointId).length === 1 ? makeSigningKey(world) : null;
}

async function rotate(
  world: World,
  transaction: Transaction,
  name: EndpointName,
  { made, signsFrom, now }: { made: NewKey | null; signsFrom: number | null; now: number },
): Promise<Static<typeof NewKeySchema>> {
  if ((await lockEndpoint(transaction, name)) === null) throw new Refusal('ENDPOINT_UNKNOWN');
  const keys = await publicKeysOfEndpoint(transaction, name, now);
  const plan = takeOver(keys, signsFrom, now);
  const key = made ?? (await makeSigningKey(world));
  await insertSigningKey(transaction, { ...name, ...key, createdAt: now, signsFrom: plan.signsFrom });
  await retireSigningKey(transaction, { ...name, kid: plan.present }, plan.retiredAt);
  await forgetPrivateKeys(transaction, name, now);
  const old = keys.find(({ kid }) => kid === plan.present)!;
  return {
    endpointId: name.endpointId,
    newKey: signingKeyOf({ ...key, signsFrom: plan.signsFrom, retiredAt: null }),
    oldKey: signingKeyOf({ ...old, retiredAt: plan.retiredAt }),
    overlap: { from: formatInstant(now), until: formatInstant(plan.retiredAt) },
  };
}

interface KeySet {
  readonly madeAt: number;
  readonly text: string;
}

const keySets = new WeakMap<World, Promise<KeySet>>();

/** Anybody may ask: the database is asked once a second at most. */
const keptFor = 1_000;

/** The JWK set of every public key that receivers must accept now, of all endpoints, as JSON text. */
export async function publicKeySet(world: World): Promise<string> {
  const kept = keySets.get(world);
  if (kept !== undefined && performance.now() - (await kept).madeAt < keptFor) return (await kept).text;
  // Asked again, unless somebody else has begun to meanwhile.
  if (keySets.get(world) === kept) {
    const asked = readKeySet(world);
    keySets.set(world, asked);
    asked.catch(() => keySets.delete(world));
  }
  return (await keySets.get(world)!).text;
}

async function readKeySet(world: World): Promise<KeySet> {
  const madeAt = performance.now();
  const keys = await publicKeys(world.database, world.clock.now());
  return { madeAt, text: JSON.stringify({ keys: keys.map(({ kid, publicKey }) => jwkOf(kid, publicKey)) }) };
}
