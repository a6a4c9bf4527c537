/** The examples of managing programmes, places and clients; the ids are those of the other examples. */

const programme = {
  programId: 'DEMO',
  name: 'Demo programme',
  issuerPrefix: '1788',
  sandbox: true,
  modules: [1, 2, 3, 4],
  crossModules: [1, 3, 4],
  expiringDays: 7,
  createdDate: '2025-01-01T08:00:00+00:00',
  counts: { passes: 1_204, resources: 6, clients: 2, endpoints: 1 },
};
const none = { passes: 0, resources: 0, clients: 0, endpoints: 0 };
const settings = {
  programId: 'AIRLINE',
  name: 'Airline Lounge Pass',
  issuerPrefix: '4711',
  sandbox: false,
  modules: [1, 2],
};

export const programmeList = { data: { programmes: [programme], nextCursor: null } };

export const newProgramme = {
  request: settings,
  data: {
    ...settings,
    crossModules: [],
    expiringDays: 7,
    createdDate: '2025-01-01T08:00:00+00:00',
    counts: none,
  },
};

export const programmeChange = {
  request: { name: 'Demo', expiringDays: 14 },
  data: { ...programme, name: 'Demo', expiringDays: 14 },
};

const hub = {
  transportHubId: 'A00003',
  transportHubName: 'Edinburgh Airport',
  type: 1,
  iata: 'EDI',
  city: 'Edinburgh',
  countryOrRegion: 'GB',
  countryOrRegionName: 'United Kingdom',
  continent: 'Europe',
  timezone: 'Europe/London',
  latitude: '55.95',
  longitude: '-3.3725',
};

export const newHub = { request: { transportHubName: 'Edinburgh Airport', iata: 'EDI' }, data: hub };

export const hubChange = {
  request: { transportHubName: 'Edinburgh' },
  data: { ...hub, transportHubName: 'Edinburgh' },
};

const resource = {
  module: 1,
  resourceId: 'N00013',
  resourceName: 'Castle Lounge',
  locationInfo: {
    city: 'Edinburgh',
    countryOrRegion: 'GB',
    continent: 'Europe',
    transportHubId: 'A00003',
    transportHubName: 'Edinburgh Airport',
    iata: 'EDI',
    location: 'Near gate 4',
    timezone: 'Europe/London',
    coordinates: '55.95,-3.3725',
  },
  image: null,
  extra: { childrenCount: false, open: true, closedReason: null },
};

export const newResource = {
  request: {
    module: 1,
    resourceName: 'Castle Lounge',
    transportHubId: 'A00003',
    location: 'Near gate 4',
    childrenCount: false,
  },
  data: resource,
};

export const resourceChange = {
  request: { closed: true, reason: 'Renovation' },
  data: { ...resource, extra: { ...resource.extra, open: false, closedReason: 'Renovation' } },
};

export const offer = { request: { childrenCount: false }, data: resource };

export const withdrawal = {
  data: { programId: 'DEMO', resourceId: 'N00013', withdrawnDate: '2025-02-01T08:00:00+00:00' },
};

const secret = 'r7Jc0yB3mQ…43 characters in all';
const registered = {
  clientId: 'airline-checkout',
  name: 'Airline check-out',
  issuer: 'airline-checkout',
  scopes: ['issuer'],
  programIds: ['DEMO'],
  resourceIds: [],
  ratePerMinute: 6_000,
  createdDate: '2025-01-01T08:00:00+00:00',
  revokedDate: null,
  secretCreatedDate: '2025-01-01T08:00:00+00:00',
  oldSecretUntil: null,
  keys: [],
};
const kid = '2025-01';
const key = {
  kid,
  createdDate: '2025-01-01T09:00:00+00:00',
  bits: 2_048,
  sha256: 'q6yuZJc9hXqXb7yTgUxkq0yU3m6WbC1kq3H8y0m3b1c',
};

export const client = { data: registered };

export const clientList = { data: { clients: [registered], nextCursor: null } };

export const newClient = {
  request: {
    clientId: 'airline-checkout',
    name: 'Airline check-out',
    scopes: ['issuer'],
    programIds: ['DEMO'],
  },
  data: { client: registered, secret },
};

export const clientChange = {
  request: { ratePerMinute: 12_000 },
  data: { ...registered, ratePerMinute: 12_000 },
};

export const rotation = {
  request: { overlapMinutes: 1_440 },
  data: { clientId: 'airline-checkout', secret, oldSecretUntil: '2025-02-02T08:00:00+00:00' },
};

export const newClientKey = {
  request: {
    kid,
    publicKey: '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…\n-----END PUBLIC KEY-----\n',
  },
  data: { ...registered, keys: [key] },
};

export const keyRevocation = { request: { kid }, data: registered };

export const revokedClient = { data: { ...registered, revokedDate: '2025-03-01T08:00:00+00:00' } };

export const traffic = {
  data: {
    clientId: 'airline-checkout',
    from: '2025-01-01T08:00:00+00:00',
    to: '2025-01-02T08:15:00+00:00',
    requests: 120,
    errors: 2,
    hours: [{ hour: '2025-01-01T09:00:00+00:00', requests: 120, errors: 2 }],
    operations: [
      { operation: 'issuePass', requests: 118, errors: 2, refusals: [{ error: 'NAME_MISMATCH', requests: 2 }] },
      { operation: 'searchPass', requests: 2, errors: 0, refusals: [] },
    ],
  },
};
