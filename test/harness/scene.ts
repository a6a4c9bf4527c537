/** The usual scene of a contract test: one product, a partner, a venue with every door, an operator. */
import { createHash, randomUUID } from 'node:crypto';
import { after, before } from 'node:test';
import type { ClientScope } from '../../src/domain/access.ts';
import type { Clock } from '../../src/operations/world.ts';
import { insertClient } from '../../src/store/clients.ts';
import type { Database, Parameter } from '../../src/store/database.ts';
import { insertOffer } from '../../src/store/places.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { insertProgram } from '../../src/store/programmes.ts';
import { openClient, type TestClient } from './client.ts';
import { patience } from './databases.ts';
import { openProduct, type ProductHere } from './product.ts';
import { preparedDatabase } from './templates.ts';

/** A clock that stands still until a test moves it. */
export interface HeldClock extends Clock {
  at: number;
}

/**
 * Holds the time at a whole second, so that what is written in seconds is exact: that of the first look at it, because
 * the suites before may take their time, and tokens carry the real one.
 */
export function holdClock(): HeldClock {
  let held: number | null = null;
  const clock: HeldClock = {
    get at() {
      held ??= Math.floor(Date.now() / 1000) * 1000;
      return held;
    },
    set at(instant) {
      held = instant;
    },
    now: () => clock.at,
  };
  return clock;
}

/** Filled in before the first test of the suite. */
export interface Scene {
  database: Database;
  product: ProductHere;
  partner: TestClient;
  venue: TestClient;
  operator: TestClient;
}

/** To be called while a suite is being defined: opens the scene before its tests, and closes it after them. */
export function useScene(open: () => Promise<Database>, clock?: Clock): Scene {
  const scene = {} as Scene;
  before(async () => {
    scene.database = await open();
    scene.product = await openProduct(scene.database, clock === undefined ? {} : { clock });
    const { baseUrl, credentials } = scene.product;
    scene.partner = await openClient(baseUrl, credentials.partner);
    scene.venue = await openClient(baseUrl, credentials.venue);
    scene.operator = await addClient(scene.product, { scopes: ['operator'] });
  });
  after(() => scene.product?.close());
  return scene;
}

/** Enters a client, whose requests go to `product`. */
export async function addClient(
  product: ProductHere,
  client: {
    readonly scopes: readonly ClientScope[];
    readonly programIds?: readonly string[];
    readonly resourceIds?: readonly string[];
  },
): Promise<TestClient> {
  const { world, baseUrl } = product;
  const clientId = `test-${randomUUID()}`;
  const row = { clientId, name: clientId, issuer: clientId, scopes: client.scopes, secret: `secret of ${clientId}` };
  await world.database.transaction((transaction) =>
    insertClient(
      transaction,
      { ...row, ratePerMinute: 1_000_000 },
      client.programIds ?? ['DEMO'],
      client.resourceIds ?? [],
      Date.now(),
    ),
  );
  await world.directory.refresh();
  return openClient(baseUrl, row);
}

/** Enters a programme that offers some of the demo's resources; lounges and cross-module passes only. */
export async function addProgram(
  product: ProductHere,
  program: { readonly programId: string; readonly issuerPrefix: string; readonly sandbox: boolean },
  resourceIds: readonly string[],
): Promise<void> {
  const { world } = product;
  await world.database.transaction(async (transaction) => {
    const offered = { name: program.programId, modules: [1], crossModules: [] };
    await insertProgram(transaction, { ...program, ...offered }, Date.now());
    for (const resourceId of resourceIds) await insertOffer(transaction, program.programId, resourceId, true);
  });
  await world.directory.refresh();
}

const named = (text: string) => ({
  name: `test_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`,
  text,
});

/** Reads rows of the database itself, behind the product's back. */
export function readRows<R>(database: Database, text: string, parameters: readonly Parameter[] = []): Promise<R[]> {
  return database.read<R>(named(text), parameters);
}

/** Changes rows of the directory behind the product's back; it sees them when this is done. */
export async function changeRows(product: ProductHere, text: string, parameters: readonly Parameter[]): Promise<void> {
  const { world } = product;
  await world.database.transaction((transaction) => transaction.run(named(text), parameters));
  await world.directory.refresh();
}

/** How much of everything there is: two of these are equal when nothing was changed in between, but by the clock. */
export async function countState(database: Database): Promise<Record<string, number>> {
  const [counts] = await readRows<Record<string, number>>(
    database,
    `select (select count(*)::int from holders) as holders, (select count(*)::int from passes) as passes,
      (select count(*)::int from entries where kind <> 'expiring') as entries, (select coalesce(sum(used), 0)::int from passes) as used`,
  );
  return { ...counts };
}

/** Several processes' worth of the product on one PostgreSQL database, as behind a load balancer. */
export interface Fleet {
  readonly products: ProductHere[];
  readonly partners: TestClient[];
  readonly venues: TestClient[];
}

/** To be called while a suite is being defined, as `useScene`. Each product has connections of its own. */
export function useFleet(adminUrl: string, size: number): Fleet {
  const fleet: Fleet = { products: [], partners: [], venues: [] };
  const databases: Database[] = [];
  before(async () => {
    const url = await preparedDatabase(adminUrl);
    for (let index = 0; index < size; index += 1) {
      const database = await openPostgres({ url, patience });
      databases.push(database);
      const first = fleet.products[0];
      const product = await openProduct(database, first === undefined ? {} : { credentials: first.credentials });
      fleet.products.push(product);
      fleet.partners.push(await openClient(product.baseUrl, product.credentials.partner));
      fleet.venues.push(await openClient(product.baseUrl, product.credentials.venue));
    }
  });
  after(async () => {
    for (const product of fleet.products) await product.close();
    for (const database of databases) await database.close();
  });
  return fleet;
}
