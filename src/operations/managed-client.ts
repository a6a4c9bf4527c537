import type { Static } from 'typebox';
import type { Client } from '../contract/schemas-clients.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import { keysOfClients, type ManagedKey } from '../store/client-keys.ts';
import { type ClientView, findClient, lockClient, type VisibleClient } from '../store/clients.ts';
import type { Transaction } from '../store/database.ts';
import type { Call } from './call.ts';
import { keyFactsOf } from './public-key.ts';
import { reachOf } from './reach.ts';

/** What names a client in a path. */
export type OfClient = { readonly params: { readonly clientId: string } };

/** A client as the wire has it: everything but its secrets. An old secret whose time is over is none. */
export function clientAnswerOf(
  client: VisibleClient,
  keys: readonly ManagedKey[],
  now: Instant,
): Static<typeof Client> {
  const { clientId, name, issuer, scopes, programIds, resourceIds, ratePerMinute, oldSecretUntil } = client;
  const until = oldSecretUntil !== null && oldSecretUntil > now ? oldSecretUntil : null;
  return {
    clientId,
    name,
    issuer,
    scopes: [...scopes],
    programIds: [...programIds],
    resourceIds: [...resourceIds],
    ratePerMinute,
    createdDate: formatInstant(client.createdAt),
    revokedDate: formatInstantOrNull(client.revokedAt),
    secretCreatedDate: formatInstant(client.secretAt),
    oldSecretUntil: formatInstantOrNull(until),
    keys: keys
      .filter((key) => key.clientId === clientId)
      .map((key) => ({ kid: key.kid, createdDate: formatInstant(key.createdAt), ...keyFactsOf(key.publicKey) })),
  };
}

/**
 * Which clients a request is about, and what it is told of them: of all programmes of the caller, also when it names
 * one, because whoever changes what it was told must not take away what it was not.
 */
export function clientViewOf(call: Call): ClientView {
  return { within: [...reachOf(call).keys()], told: [...call.caller.programs.keys()] };
}

/**
 * Locks a client that is to be changed, and reads it with its keys. Unknown ones and those of other programmes than
 * the request is about are the same refusal; one that is revoked is nobody's to change.
 */
export async function lockOwnClient(
  transaction: Transaction,
  call: Call,
  clientId: string,
): Promise<{ readonly client: VisibleClient; readonly keys: readonly ManagedKey[] }> {
  const view = clientViewOf(call);
  await lockClient(transaction, clientId);
  const client = await findClient(transaction, view, clientId);
  if (client === null) throw new Refusal('CLIENT_UNKNOWN');
  if (client.revokedAt !== null) {
    throw new Refusal('CLIENT_REVOKED', { facts: { revokedDate: formatInstant(client.revokedAt) } });
  }
  return { client, keys: await keysOfClients(transaction, [clientId]) };
}
