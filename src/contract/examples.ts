/** The examples of the OpenAPI; the first three are the E-pass guide's, whose requests a test sends. */

const clientUserId = '3EF5D065-76F8-4D3E-801A-B329D15F461A';

const order = {
  status: 1,
  module: 1,
  category: 1,
  clientUserId,
  orderId: 'DP00000000000001',
  orderCreatedDate: '2024-12-31T00:00:00+00:00',
  orderCancelledDate: null,
  usageDate: null,
  extra: {
    ePassId: '1788000066668888',
    ePassStatus: 1,
    firstName: 'DragonPass',
    lastName: 'DragonPass',
    activationDate: '2024-12-31T00:00:00+00:00',
    expirationDate: '2028-12-31T23:59:59+00:00',
    availableUsages: 1,
    usedUsages: 0,
    allowedResources: { resourceIds: [] as string[] },
  },
};

export const issue = {
  request: {
    module: 1,
    clientUserId,
    extra: {
      firstName: 'DragonPass',
      lastName: 'DragonPass',
      expirationDate: '2028-12-31T23:59:59+00:00',
      availableUsages: 1,
      allowedResources: { resourceIds: [] as string[] },
    },
  },
  data: order,
};

export const search = {
  request: { orderId: 'DP00000000000001' },
  data: {
    ...order,
    status: 2,
    usageDate: '2025-01-02T09:30:00+00:00',
    extra: { ...order.extra, availableUsages: 0, usedUsages: 1, allowedResources: { resourceIds: ['N00001'] } },
  },
};

export const cancel = {
  request: { orderId: 'DP00000000000001', status: 3 },
  data: {
    ...order,
    status: 3,
    orderCancelledDate: '2025-01-03T12:00:00+00:00',
    refundableUsages: 1,
    extra: { ...order.extra, ePassStatus: 3 },
  },
};

export const token = {
  request: { clientId: 'demo-partner', secret: 'the secret that was handed over' },
  data: { token: 'eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJkZW1vIn0.c2lnbmF0dXJl', tokenType: 'Bearer', expiresIn: 3600 },
};

export const redeem = {
  request: {
    dpId: '1788000066668888',
    resourceId: 'N00001',
    adultCount: 1,
    childCount: 0,
    scanId: '7f0f2c1e-5a3b-4c8d-9e1f-0a1b2c3d4e5f',
  },
  data: {
    orderId: 'DP00000000000002',
    programId: 'DEMO',
    dpId: '1788000066668888',
    clientUserId,
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
    usedUsages: 1,
    availableUsages: 0,
  },
};
