import type { Database, Statement, Transaction } from './database.ts';

/** A public key of a client, as it is managed. */
export interface ManagedKey {
  readonly clientId: string;
  readonly kid: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
  readonly createdAt: number;
}

const keysStatement: Statement = {
  name: 'keys_of_clients',
  text: `select client_id as "clientId", kid, public_key as "publicKey", created_at as "createdAt"
    from client_keys where client_id = any ($1::text[]) order by created_at, kid`,
};

/** The public keys of these clients, oldest first. */
export function keysOfClients(
  reader: Pick<Database, 'read'> | Pick<Transaction, 'run'>,
  clientIds: readonly string[],
): Promise<ManagedKey[]> {
  if ('read' in reader) return reader.read<ManagedKey>(keysStatement, [clientIds]);
  return reader.run<ManagedKey>(keysStatement, [clientIds]);
}

const insertClientKeyStatement: Statement = {
  name: 'insert_client_key',
  text: 'insert into client_keys (client_id, kid, public_key, created_at) values ($1, $2, $3, $4::timestamptz)',
};

/** Enters a public key of a client. */
export async function insertClientKey(
  transaction: Transaction,
  key: { readonly clientId: string; readonly kid: string; readonly publicKey: string },
  now: number,
): Promise<void> {
  const parameters = [key.clientId, key.kid, key.publicKey, new Date(now).toISOString()];
  await transaction.run(insertClientKeyStatement, parameters);
}

const deleteClientKeyStatement: Statement = {
  name: 'delete_client_key',
  text: 'delete from client_keys where client_id = $1 and kid = $2 returning kid',
};

/** Removes a public key of a client; tokens signed with it are refused within a second. */
export async function deleteClientKey(transaction: Transaction, clientId: string, kid: string): Promise<boolean> {
  return (await transaction.run(deleteClientKeyStatement, [clientId, kid])).length > 0;
}
