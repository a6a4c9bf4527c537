/** The product on an embedded database of its own, and more programmes and clients for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { ClientScope } from '../../src/domain/access.ts';
import type { Programme, TransportHub } from '../../src/domain/catalogue.ts';
import type { ClientCredentials } from '../../src/operations/first-start.ts';
import type { Clock, Post, PushSettings } from '../../src/operations/world.ts';
import { insertClient } from '../../src/store/clients.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { insertOffer, insertResource, insertTransportHub, type NewResource } from '../../src/store/places.ts';
import { insertProgram } from '../../src/store/programmes.ts';
import { ids } from '../../src/system/ids.ts';
import type { OpenDatabase } from './databases.ts';
import { openProduct, type ProductHere } from './product.ts';
import { fillFolder } from './templates.ts';

/**
 * Serves the product on a new embedded database for the suite that is being defined; both are gone
 * after it. `setUp` runs once it serves. Gives the function that gives the product.
 */
export function embeddedProduct(
  setUp: (product: ProductHere) => Promise<void> = async () => {},
  outside: {
    readonly clock?: Clock;
    readonly post?: Post;
    readonly push?: Partial<PushSettings>;
    readonly isTrustedProxy?: (address: string) => boolean;
  } = {},
): () => ProductHere {
  let product: ProductHere | undefined;
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passdesk-attack-'));
    fillFolder(folder);
    product = await openProduct(await openEmbedded({ folder }), outside);
    await setUp(product);
  });
  after(async () => {
    await product?.close();
    await product?.world.database.close();
    await rm(folder, { recursive: true, force: true });
  });
  return () => product!;
}

/** Serves the product on the database of a suite that runs on each kind; otherwise like `embeddedProduct`. */
export function productOn(
  open: OpenDatabase,
  setUp: (product: ProductHere) => Promise<void> = async () => {},
): () => ProductHere {
  let product: ProductHere | undefined;
  before(async () => {
    product = await openProduct(await open());
    await setUp(product);
  });
  after(() => product?.close());
  return () => product!;
}

export interface ClientWish {
  readonly clientId: string;
  readonly scopes: readonly ClientScope[];
  readonly programs: readonly string[];
  readonly resources?: readonly string[];
  readonly issuer?: string;
  readonly ratePerMinute?: number;
}

/** Enters a client and gives its credentials; it is known at once. */
export async function addClient(product: ProductHere, wish: ClientWish): Promise<ClientCredentials> {
  const { world } = product;
  const { clientId, scopes, programs, resources = [], ratePerMinute = 3_000_000 } = wish;
  const credentials = { clientId, secret: ids.secret(), issuer: wish.issuer ?? clientId };
  const client = { ...credentials, name: clientId, scopes, ratePerMinute };
  await world.database.transaction((transaction) =>
    insertClient(transaction, client, programs, resources, world.clock.now()),
  );
  await world.directory.refresh();
  return credentials;
}

/** Enters a programme with a transport hub and places of its own. */
export async function addProgramme(
  product: ProductHere,
  programme: Omit<Programme, 'clockOffset'>,
  hub: TransportHub,
  places: readonly Omit<NewResource, 'transportHubId' | 'latitude' | 'longitude'>[],
): Promise<void> {
  const { world } = product;
  const { transportHubId, latitude, longitude } = hub;
  await world.database.transaction(async (transaction) => {
    await insertProgram(transaction, programme, world.clock.now());
    await insertTransportHub(transaction, hub);
    for (const place of places) {
      await insertResource(transaction, { ...place, transportHubId, latitude, longitude });
      await insertOffer(transaction, programme.programId, place.resourceId, true);
    }
  });
  await world.directory.refresh();
}

/** Counts and a checksum of everything that requests can change. */
export async function stateOf({ world }: ProductHere, programId = '%'): Promise<string> {
  const tables = [
    ...['holders', 'passes', 'entries', 'answers', 'offers', 'programs', 'endpoints', 'signing_keys'],
    ...['client_programs', 'settlement_rates', 'pass_links', 'devices', 'deliveries'],
  ];
  const people = ['accounts', 'known_devices', 'audit_log'];
  const managed = ['clients', 'client_keys', 'client_resources', 'resources', 'transport_hubs'];
  const ofAll = programId === '%' ? [...people, ...managed] : [];
  const sum = (table: string, where = '') =>
    `(select count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' order by md5(t::text))), '-')
      from ${table} t ${where}) as ${table}`;
  const sums = [...tables.map((table) => sum(table, 'where program_id like $1')), ...ofAll.map((table) => sum(table))];
  const [row] = await world.database.read({ name: 'test_state', text: `select ${sums.join(', ')}` }, [programId]);
  return JSON.stringify(row);
}
