/** The examples of push events; the ids are those of the other examples. */

const endpointId = 'ep_0b9f3c5e8d7a4f61b2c3d4e5f6071829';
const kid = 'key_5f0c2a9d7e1b4c38';
const nextKid = 'key_9b41d07e62aa4f1c';
const url = 'https://partner.example/passdesk/events';
const pem = '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…\n-----END PUBLIC KEY-----\n';

const keyOf = (name: string, signsFrom: string, acceptUntil: string | null) => ({
  kid: name,
  alg: 'RS256',
  signsFrom,
  acceptUntil,
  publicKeyJwk: { kty: 'RSA', n: 'vUq0…', e: 'AQAB', kid: name, use: 'sig', alg: 'RS256' },
  publicKeyPem: pem,
});

const registered = {
  endpointId,
  programId: 'DEMO',
  url,
  eventTypes: ['walkin.redemption', 'epass.cancelled'],
  state: 'active',
  pausedReason: null,
  createdDate: '2025-01-01T08:00:00+00:00',
  signingKeys: [keyOf(kid, '2025-01-01T08:00:00+00:00', null)],
};

export const endpoint = { request: { url, eventTypes: registered.eventTypes }, data: registered };

export const endpointList = { data: { endpoints: [registered] } };

export const laggingEndpoint = {
  data: { ...registered, lag: { waiting: 2, oldestWaitingDate: '2025-01-02T09:30:00+00:00', parked: 0 } },
};

export const endpointChange = {
  request: { state: 'paused' },
  data: { ...registered, state: 'paused', pausedReason: 'Paused over the API' },
};

const overlapEnd = '2025-02-02T09:00:00+00:00';

export const newKey = {
  request: { signsFrom: '2025-02-02T08:00:00+00:00' },
  data: {
    endpointId,
    newKey: keyOf(nextKid, '2025-02-02T08:00:00+00:00', null),
    oldKey: keyOf(kid, '2025-01-01T08:00:00+00:00', overlapEnd),
    overlap: { from: '2025-02-01T08:00:00+00:00', until: overlapEnd },
  },
};

const redemption = {
  eventType: 'walkin.redemption',
  orderId: 'DP00000000000002',
  programId: 'DEMO',
  dpId: '1788000066668888',
  module: 1,
  category: 1,
  status: 2,
  orderCreatedDate: '2025-01-02T09:30:00+00:00',
  usageDate: '2025-01-02T09:30:00+00:00',
  orderCancelledDate: null,
  transportHubId: 'A00001',
  transportHubName: 'Manchester Airport',
  resourceId: 'N00001',
  resourceName: 'Aspen Lounge',
  passengers: { cardholder: 1, guests: 0 },
};

const eventId = 'evt_Xq3vZ0mB7r-T1kYw9cD_e5Ua';
const received = { status: 200, answer: '{"status":"success"}', milliseconds: 84 };
const attempt = {
  attempt: 1,
  attemptDate: '2025-01-02T09:30:00+00:00',
  succeeded: true,
  sent: { url, kid, body: JSON.stringify(redemption) },
  received,
};
const delivered = {
  eventId,
  eventType: 'walkin.redemption',
  dpId: redemption.dpId,
  sequence: 2,
  state: 'delivered',
  attemptCount: 1,
  createdDate: '2025-01-02T09:30:00+00:00',
  nextAttemptDate: null,
  finishedDate: '2025-01-02T09:30:00+00:00',
};

export const deliveryList = { data: { deliveries: [{ ...delivered, lastAttempt: attempt }], nextCursor: null } };

export const deliveryDetails = { data: { ...delivered, attempts: [attempt] } };

export const resend = {
  request: { from: '2025-01-02T09:00:00+00:00', to: '2025-01-02T12:00:00+00:00', state: 'parked' },
  data: { resent: 17, nextCursor: null },
};

const testBody = {
  eventType: 'endpoint.test',
  programId: 'DEMO',
  endpointId,
  occurredDate: '2025-01-01T08:00:05+00:00',
};

export const test = {
  data: {
    eventId: 'evt_4kP0sWc2nJ8yQx6LhVbT_m1R',
    succeeded: true,
    sent: {
      url,
      headers: {
        'Content-Type': 'application/json',
        Authorization: 'Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJwYXNzZGVzayJ9.c2lnbmF0dXJl',
        'X-Event-ID': 'evt_4kP0sWc2nJ8yQx6LhVbT_m1R',
        'X-Event-Sequence': '0',
        'X-Event-Attempt': '1',
      },
      body: JSON.stringify(testBody),
    },
    received,
  },
};

export const eventList = {
  data: {
    events: [{ eventId, sequence: 2, eventType: 'walkin.redemption', body: redemption }],
    nextCursor: 'WyI4MTIiLCIxNzg4MDAwMDY2NjY4ODg4IiwyXQ',
    hasMore: false,
  },
};
