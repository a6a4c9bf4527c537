import { issue, redeem } from './examples.ts';

/** The examples of the routes of reports. */

const july = {
  programId: 'DEMO',
  from: '2026-07-01T00:00:00+00:00',
  to: '2026-08-01T00:00:00+00:00',
  zone: 'UTC',
};
const figures = {
  uses: 118,
  people: 151,
  usages: 149,
  givenBackUses: 2,
  givenBackPeople: 3,
  givenBackUsages: 3,
  netUsages: 146,
};
const step = {
  start: '2026-07-01T00:00:00+00:00',
  end: '2026-08-01T00:00:00+00:00',
  localStart: '2026-07-01T00:00:00+00:00',
};
const line = {
  derived: false,
  localDate: null,
  timezone: null,
  resourceId: null,
  resourceName: null,
  transportHubName: null,
  module: 1,
  byKind: 'client',
  byId: 'demo-partner',
  byName: 'Demo partner',
  adultCount: 0,
  childCount: 0,
  reason: null,
  linkedNumber: null,
  linkedDate: null,
};
const use = redeem.data;
const place = {
  localDate: '2025-01-02T09:30:00+00:00',
  timezone: 'Europe/London',
  resourceId: use.resourceId,
  resourceName: use.resourceName,
  transportHubName: use.transportHubName,
};

export const history = {
  data: {
    ePass: { ...issue.data, status: 2, usageDate: use.usageDate },
    rows: [
      {
        ...line,
        number: 1,
        kind: 'issue',
        date: '2024-12-31T00:00:00+00:00',
        usages: 0,
        availableUsages: 1,
        orderId: issue.data.orderId,
      },
      {
        ...line,
        number: null,
        kind: 'active',
        derived: true,
        date: '2024-12-31T00:00:00+00:00',
        module: null,
        byKind: null,
        byId: null,
        byName: null,
        adultCount: null,
        childCount: null,
        usages: 0,
        availableUsages: 1,
        orderId: null,
      },
      {
        ...line,
        ...place,
        number: 2,
        kind: 'use',
        date: use.usageDate,
        byId: 'demo-venue',
        byName: 'Demo venue',
        adultCount: 1,
        usages: 1,
        availableUsages: 0,
        orderId: use.orderId,
      },
    ],
    nextCursor: null,
  },
};

export const usage = {
  data: {
    ...july,
    by: 'client',
    step: 'month',
    totals: figures,
    settlement: [{ currency: 'GBP', amount: 313_900 }],
    rows: [
      {
        ...step,
        key: 'demo-partner',
        label: 'Demo partner',
        ...figures,
        module: 1,
        currency: 'GBP',
        rate: 2150,
        amount: 313_900,
      },
    ],
  },
};

export const liability = {
  data: {
    ...july,
    step: 'month',
    rows: [{ ...step, opening: 900, issued: 250, used: 149, givenBack: 3, cancelled: 20, expired: 84, closing: 900 }],
  },
};

export const expiring = {
  data: {
    programId: 'DEMO',
    from: '2026-07-01T08:00:00+00:00',
    to: '2026-07-31T08:00:00+00:00',
    rows: [
      {
        ePassId: issue.data.extra.ePassId,
        orderId: issue.data.orderId,
        clientUserId: issue.data.clientUserId,
        firstName: issue.data.extra.firstName,
        lastName: issue.data.extra.lastName,
        module: 1,
        ePassStatus: 1,
        expirationDate: '2026-07-15T23:59:59+00:00',
        availableUsages: 1,
        usedUsages: 0,
        usageDate: null,
      },
    ],
    nextCursor: null,
  },
};

export const refusals = {
  data: {
    ...july,
    by: 'reason',
    step: null,
    total: 7,
    rows: [{ ...step, key: 'E_PASS_EXPIRED', label: 'The pass has expired.', count: 7 }],
  },
};

const day = { ...figures, refusals: 4 };

export const today = {
  data: {
    programId: 'DEMO',
    now: '2026-07-01T08:20:00+00:00',
    today: day,
    yesterday: day,
    lastWeek: day,
    refusals: [{ reason: 'E_PASS_USAGES_EXCEEDED', count: 4 }],
    push: { waiting: 0, parked: 0, oldestWaitingDate: null, lagSeconds: 0, pausedEndpoints: 0 },
    rows: [
      {
        resourceId: 'N00001',
        resourceName: 'Aspen Lounge',
        iata: 'MAN',
        timezone: 'Europe/London',
        hour: '2026-07-01T07:00:00+00:00',
        localHour: '2026-07-01T08:00:00+01:00',
        uses: 31,
        people: 40,
        usages: 39,
        refusals: 1,
      },
    ],
  },
};

export const csv = { data: '\ufeff"start","key","count"\r\n"2026-07-01T00:00:00+00:00","E_PASS_EXPIRED",7\r\n' };

const lounge = {
  number: 1,
  module: 1,
  amount: 2150,
  currency: 'GBP',
  validFrom: '2026-07-01T00:00:00+00:00',
  validUntil: null,
  enteredDate: '2026-06-20T09:00:00+00:00',
  enteredBy: 'account:admin@passdesk.local',
};

export const rates = { data: { rates: [lounge] } };

export const rate = {
  request: { module: 1, amount: 2150, currency: 'GBP', validFrom: '2026-07-01T00:00:00+00:00' },
  data: lounge,
};
