/** Two programmes that must not see each other, with clients of every kind. */
import { eventIdOf } from '../../src/contract/events.ts';
import { eventTypes } from '../../src/domain/event.ts';
import { bulkRow, ndjson, upload } from './bulk.ts';
import { issueBody, openClient, type TestClient } from './client.ts';
import { addClient, addProgramme, type ClientWish } from './embedded-product.ts';
import { openPerson } from './people.ts';
import type { ProductHere } from './product.ts';

export type Side = 'DEMO' | 'OTHER';

/** The client names of the matrix; `both` has both programmes, `none` has none. */
export const kinds = [
  'partnerA',
  'venueA',
  'operatorA',
  'partnerB',
  'venueB',
  'operatorB',
  'personB',
  'both',
  'none',
] as const;
export type Kind = (typeof kinds)[number];

/** The second programme: live, with its own issuer prefix, hub and places. */
const other = { programId: 'OTHER', name: 'Other programme', issuerPrefix: '4321', sandbox: false };
const hub = { transportHubId: 'A90001', name: 'Other Airport', iata: 'EDI', city: 'Edinburgh' };
const where = { countryOrRegion: 'GB', zone: 'Europe/London', latitude: 55.95, longitude: -3.37 };

const wishes: Readonly<Record<Exclude<Kind, 'partnerA' | 'venueA' | 'personB'>, Omit<ClientWish, 'clientId'>>> = {
  operatorA: { scopes: ['operator'], programs: ['DEMO'] },
  partnerB: { scopes: ['issuer'], programs: ['OTHER'] },
  venueB: { scopes: ['venue'], programs: ['OTHER'], resources: ['N90001'] },
  operatorB: { scopes: ['operator'], programs: ['OTHER'] },
  both: { scopes: ['issuer', 'operator'], programs: ['DEMO', 'OTHER'] },
  none: { scopes: ['issuer', 'venue', 'operator'], programs: [] },
};

export type Clients = Readonly<Record<Kind, TestClient>>;

/** Enters the second programme, every client, and a paused endpoint and a cancelled bulk job on each side; gives the clients. */
export async function addOtherProgramme(product: ProductHere): Promise<Clients> {
  const places = [{ resourceId: 'N90001', module: 1 as const, name: 'Other Lounge', location: 'Gate 1' }];
  await addProgramme(
    product,
    { ...other, modules: [1, 2, 3, 4], crossModules: [1, 3, 4] },
    { ...hub, ...where },
    places,
  );
  const { baseUrl, credentials } = product;
  const clients: Partial<Record<Kind, TestClient>> = {
    partnerA: await openClient(baseUrl, credentials.partner),
    venueA: await openClient(baseUrl, credentials.venue),
    personB: await openPerson(product, { role: 'operator', programIds: ['OTHER'] }),
  };
  for (const [clientId, wish] of Object.entries(wishes) as [Kind, Omit<ClientWish, 'clientId'>][]) {
    clients[clientId] = await openClient(baseUrl, await addClient(product, { clientId, ...wish }));
  }
  for (const kind of ['partnerA', 'partnerB'] as const) {
    await clients[kind]!.post('/v2/endpoints', { url: 'https://partner.example/', eventTypes, state: 'paused' });
    const row = bulkRow('two-programmes', { firstName: kind === 'partnerA' ? 'Ada' : 'Grace' });
    const sent = await upload(clients[kind]!, ndjson([row]), { query: '?dryRun=true' });
    await clients[kind]!.post(`/v2/bulk/${sent.json.data.jobId}/cancel`);
  }
  return clients as Clients;
}

/** Where each side's pass is used. */
export const doorOf = { DEMO: 'N00012', OTHER: 'N90001' } as const;

/** Ids of one pass with one use, and of the place, in one programme. */
export interface SideIds {
  readonly orderId: string;
  readonly ePassId: string;
  readonly usageOrderId: string;
  readonly clientUserId: string;
  readonly resourceId: string;
  readonly transportHubId: string;
  /** Of the partner that issued the pass. */
  readonly clientId: string;
  readonly endpointId: string;
  readonly deviceId: string;
  /** Of the issue of the pass. */
  readonly eventId: string;
  /** Of a bulk job that was cancelled. */
  readonly jobId: string;
}

/** Issues a pass in one programme and uses it once. */
export async function makePass(clients: Clients, side: Side): Promise<SideIds> {
  const [partner, venue, operator] =
    side === 'DEMO'
      ? [clients.partnerA, clients.venueA, clients.operatorA]
      : [clients.partnerB, clients.venueB, clients.operatorB];
  const body = issueBody(9, { firstName: side === 'DEMO' ? 'Ada' : 'Grace' });
  const issued = await partner.post('/v2/orders/lounges/ePasses', body);
  const ePassId: string = issued.json.data.extra.ePassId;
  const used = await venue.redeem(ePassId, { resourceId: doorOf[side] });
  const device = await operator.post('/v2/devices', { name: 'Entrance', resourceId: doorOf[side] });
  const { endpoints } = (await partner.get('/v2/endpoints')).json.data;
  const { jobs } = (await partner.get('/v2/bulk')).json.data;
  return {
    orderId: issued.json.data.orderId,
    ePassId,
    usageOrderId: used.json.data.orderId,
    clientUserId: body.clientUserId,
    resourceId: doorOf[side],
    transportHubId: side === 'DEMO' ? 'A00002' : 'A90001',
    clientId: side === 'DEMO' ? 'demo-partner' : 'partnerB',
    endpointId: endpoints[0].endpointId,
    deviceId: device.json.data.deviceId,
    eventId: eventIdOf({ programId: side, passId: ePassId, number: 1, epoch: 0 }),
    jobId: jobs[0].jobId,
  };
}
