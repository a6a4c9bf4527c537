import type { Module } from '../domain/module.ts';
import { insertAccount } from '../store/accounts.ts';
import { insertClient } from '../store/clients.ts';
import type { Database } from '../store/database.ts';
import { insertOffer, insertResource, insertTransportHub } from '../store/places.ts';
import { insertProgram } from '../store/programmes.ts';
import { isEmpty, lockSetup } from '../store/setup.ts';
import { hashPassword } from './passwords.ts';
import type { Clock, Ids } from './world.ts';

/** What DATA_DIR/credentials.json holds (contract, section 1). */
export interface Credentials {
  readonly baseUrl: string;
  readonly programId: string;
  readonly partner: ClientCredentials;
  readonly venue: ClientCredentials;
  readonly admin: { readonly email: string; readonly password: string };
}

export interface ClientCredentials {
  readonly clientId: string;
  readonly secret: string;
  readonly issuer: string;
}

const demo = {
  programId: 'DEMO',
  name: 'Demo programme',
  issuerPrefix: '1788',
  sandbox: true,
  modules: [1, 2, 3, 4],
  crossModules: [1, 3, 4] as Module[],
};

const hubs = [
  {
    transportHubId: 'A00001',
    name: 'Manchester Airport',
    iata: 'MAN',
    city: 'Manchester',
    countryOrRegion: 'GB',
    zone: 'Europe/London',
    latitude: 53.3537,
    longitude: -2.275,
  },
  {
    transportHubId: 'A00002',
    name: 'Hong Kong International Airport',
    iata: 'HKG',
    city: 'Hong Kong',
    countryOrRegion: 'HK',
    zone: 'Asia/Hong_Kong',
    latitude: 22.3089,
    longitude: 113.9146,
  },
  {
    transportHubId: 'A00003',
    name: 'Suvarnabhumi Airport',
    iata: 'BKK',
    city: 'Bangkok',
    countryOrRegion: 'TH',
    zone: 'Asia/Bangkok',
    latitude: 13.6811,
    longitude: 100.7473,
  },
] as const;

const resources: readonly [id: string, module: Module, hub: number, name: string, location: string][] = [
  ['N00001', 1, 0, 'Aspen Lounge', 'Terminal 1, airside, level 2'],
  ['N00002', 1, 0, 'Pennine Lounge', 'Terminal 2, airside, near gate C10'],
  ['R00001', 3, 0, 'The Mill Kitchen', 'Terminal 1, airside, food court'],
  ['C00001', 2, 0, 'Fast Track Security T1', 'Terminal 1, departures'],
  ['N00012', 1, 1, 'Harbour Lounge', 'Terminal 1, near gate 40'],
  ['C10826', 2, 2, 'Premium Lane Bangkok', 'Departures, level 4, row 3'],
];

/** Requests a minute a demo client may make: as many as one process serves, so that load tests run. */
const demoRate = 3_000_000;

/**
 * Sets the demo programme up when there is no programme at all: programme, catalogue, a partner
 * client, a venue client and an administrator. `keep` puts their secrets away before they are in
 * force. Gives them, this once; null when there was something already.
 */
export async function setUpDemo(
  database: Database,
  clock: Clock,
  ids: Ids,
  baseUrl: string,
  keep: (credentials: Credentials) => Promise<void>,
): Promise<Credentials | null> {
  if (!(await isEmpty(database))) return null;
  const credentials = drawCredentials(ids, baseUrl);
  const passwordHash = await hashPassword(credentials.admin.password);
  const made = await database.transaction(async (transaction) => {
    if (!(await lockSetup(transaction))) return false;
    const now = clock.now();
    await insertProgram(transaction, demo, now);
    for (const hub of hubs) await insertTransportHub(transaction, hub);
    for (const [resourceId, module, hub, name, location] of resources) {
      const { transportHubId, latitude, longitude } = hubs[hub]!;
      await insertResource(transaction, { resourceId, module, name, transportHubId, location, latitude, longitude });
      await insertOffer(transaction, demo.programId, resourceId, true);
    }
    const everywhere = resources.map(([resourceId]) => resourceId);
    const partner = {
      ...credentials.partner,
      name: 'Demo partner',
      scopes: ['issuer'] as const,
      ratePerMinute: demoRate,
    };
    const venue = { ...credentials.venue, name: 'Demo venue', scopes: ['venue'] as const, ratePerMinute: demoRate };
    await insertClient(transaction, partner, [demo.programId], [], now);
    await insertClient(transaction, venue, [demo.programId], everywhere, now);
    const administrator = { email: credentials.admin.email, role: 'administrator', language: 'en' } as const;
    // Drawn at random and put away where only the owner of the folder can read it: nobody else has seen it.
    const unshared = { passwordHash, passwordIsTemporary: false };
    await insertAccount(transaction, { ...administrator, programIds: null, ...unshared }, now);
    // Last, while the set-up lock is held: of two processes that start together only one gets here.
    await keep(credentials);
    return true;
  });
  return made ? credentials : null;
}

function drawCredentials(ids: Ids, baseUrl: string): Credentials {
  return {
    baseUrl,
    programId: demo.programId,
    partner: { clientId: 'demo-partner', secret: ids.secret(), issuer: 'demo-partner' },
    venue: { clientId: 'demo-venue', secret: ids.secret(), issuer: 'demo-venue' },
    admin: { email: 'admin@passdesk.local', password: ids.secret().slice(0, 24) },
  };
}
