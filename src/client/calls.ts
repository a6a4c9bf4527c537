import type { CallOf, ClientRouteName } from './call-check.ts';

/** Every call of the API that a client can make. Made from the route table: node tools/write-docs.mjs. */
export const calls = {
  /** Issue an E-pass. */
  issuePass: { method: 'POST', path: '/v2/orders/{module}/ePasses', changes: true },
  /** Retrieve an E-pass by its order id or its own id. */
  searchPass: { method: 'POST', path: '/v2/orders/ePasses/search', changes: false, optional: true },
  /** Cancel an E-pass, at once and for ever. */
  cancelOrder: { method: 'PATCH', path: '/v2/orders', changes: true },
  /** Suspend an E-pass, with a reason. */
  suspendPass: { method: 'POST', path: '/v2/orders/ePasses/suspend', changes: true },
  /** Resume a suspended E-pass, with a reason. */
  resumePass: { method: 'POST', path: '/v2/orders/ePasses/resume', changes: true },
  /** List a traveller's E-passes, newest first. */
  listUserPasses: { method: 'POST', path: '/v2/users/ePasses', changes: false, paged: true },
  /** Use an E-pass at a venue. */
  redeemPass: { method: 'POST', path: '/v2/redemptions', changes: true },
  /** Ask whether a redemption would be accepted, with every rule; consumes nothing. */
  checkPass: { method: 'POST', path: '/v2/redemptions/check', changes: false },
  /** Give a use back in full: the venue for 15 minutes, an operator later. */
  giveBackUse: { method: 'POST', path: '/v2/redemptions/cancel', changes: true },
  /** List usage orders, newest first; a venue client sees those of its own resources. */
  listUsages: { method: 'POST', path: '/v2/orders/ePasses', changes: false, optional: true, paged: true },
  /** Retrieve a usage order. */
  usageDetails: { method: 'POST', path: '/v2/orders/ePasses/details', changes: false },
  /** List the transport hubs at which the programme has resources. */
  listTransportHubs: { method: 'GET', path: '/v2/transportHubs', changes: false, optional: true, paged: true },
  /** Retrieve a transport hub. */
  getTransportHub: { method: 'GET', path: '/v2/transportHubs/{transportHubId}', changes: false },
  /** List the resources of the programme. */
  listResources: { method: 'GET', path: '/v2/resources', changes: false, optional: true, paged: true },
  /** Retrieve a resource. */
  getResource: { method: 'GET', path: '/v2/resources/{resourceId}', changes: false },
  /** Sandbox: use a pass at lounge N00012, as a venue would. */
  simulateRedemption: { method: 'POST', path: '/v2/simulations/lounges/redemptions', changes: true },
  /** Sandbox: give a simulated use back. */
  simulateCancellation: { method: 'POST', path: '/v2/simulations/lounges/cancellation', changes: true },
  /** Sandbox: set the programme's clock; it goes on from there. null brings real time back. */
  setClock: { method: 'POST', path: '/v2/simulations/clock', changes: true },
  /** Fetch the link to the page of an E-pass, for its traveller; the same one until it is revoked. */
  linkPass: { method: 'POST', path: '/v2/orders/ePasses/link', changes: false },
  /** Revoke the link of an E-pass: it is dead at once, and the next one is another. */
  revokePassLink: { method: 'POST', path: '/v2/orders/ePasses/link/revoke', changes: true },
  /** List the devices of the programme, newest first. */
  listDevices: { method: 'GET', path: '/v2/devices', changes: false, optional: true, paged: true },
  /** Make a device for one resource; it pairs with a code that is good once, for 10 minutes. */
  createDevice: { method: 'POST', path: '/v2/devices', changes: true },
  /** Tell a device who it is, where it stands and whose passes it may admit. */
  currentDevice: { method: 'GET', path: '/v2/devices/current', changes: false, optional: true },
  /** Revoke a device for ever; its token is refused within a second. */
  revokeDevice: { method: 'POST', path: '/v2/devices/{deviceId}/revoke', changes: true },
  /** List the endpoints to which events of the programme are pushed. */
  listEndpoints: { method: 'GET', path: '/v2/endpoints', changes: false, optional: true },
  /** Register an endpoint, with a signing key of its own; at most 10 a programme. */
  createEndpoint: { method: 'POST', path: '/v2/endpoints', changes: true },
  /** Retrieve an endpoint and how far it lags behind. */
  getEndpoint: { method: 'GET', path: '/v2/endpoints/{endpointId}', changes: false },
  /** Change the address or the event types of an endpoint, pause it, or resume it. */
  changeEndpoint: { method: 'PATCH', path: '/v2/endpoints/{endpointId}', changes: true },
  /** Make the next signing key of an endpoint; the present one retires when it takes over. */
  addSigningKey: { method: 'POST', path: '/v2/endpoints/{endpointId}/keys', changes: true },
  /** Send one signed event `endpoint.test` now, and tell what was sent and what came back. */
  testEndpoint: { method: 'POST', path: '/v2/endpoints/{endpointId}/test', changes: false },
  /** List the events of an endpoint and how they fared, newest first. */
  listDeliveries: { method: 'GET', path: '/v2/endpoints/{endpointId}/deliveries', changes: false, paged: true },
  /** Retrieve one event of an endpoint with every attempt: what was sent and what came back. */
  getDelivery: { method: 'GET', path: '/v2/endpoints/{endpointId}/deliveries/{eventId}', changes: false },
  /** Send an event again, or a range of them, at most 10,000 a call. */
  resendDeliveries: { method: 'POST', path: '/v2/endpoints/{endpointId}/deliveries/resend', changes: true },
  /** Recover events, pushed or missed, in the order in which they were committed. */
  listEvents: { method: 'GET', path: '/v2/event', changes: false, optional: true, paged: true },
  /** Issue many E-passes from a file of rows; with `dryRun=true`, only tell what each row would come to. */
  uploadBulk: { method: 'POST', path: '/v2/bulk', changes: true, upload: true },
  /** List the bulk jobs of the programme, newest first. */
  listBulkJobs: { method: 'GET', path: '/v2/bulk', changes: false, optional: true, paged: true },
  /** Retrieve a bulk job: its state and how far it has come. */
  getBulkJob: { method: 'GET', path: '/v2/bulk/{jobId}', changes: false },
  /** Start a checked job. */
  startBulkJob: { method: 'POST', path: '/v2/bulk/{jobId}/start', changes: true },
  /** Stop a running job where it is. */
  stopBulkJob: { method: 'POST', path: '/v2/bulk/{jobId}/stop', changes: true },
  /** Let a stopped job go on. */
  resumeBulkJob: { method: 'POST', path: '/v2/bulk/{jobId}/resume', changes: true },
  /** End a job for good. Passes that it has issued stay. */
  cancelBulkJob: { method: 'POST', path: '/v2/bulk/{jobId}/cancel', changes: true },
  /** List the rows of a job with their verdicts, in the order of the file. */
  listBulkRows: { method: 'GET', path: '/v2/bulk/{jobId}/rows', changes: false, paged: true },
  /** Download the verdict of every row as CSV. */
  downloadBulkResult: { method: 'GET', path: '/v2/bulk/{jobId}/result.csv', changes: false, produces: true },
  /** Download the verdict of every row, one JSON object a line. */
  downloadBulkResultLines: { method: 'GET', path: '/v2/bulk/{jobId}/result.ndjson', changes: false, produces: true },
  /** Find passes by any id or by a name. */
  findPasses: { method: 'POST', path: '/v2/orders/ePasses/find', changes: false, paged: true },
  /** Tell everything that happened to a pass, with who, where and when. */
  passHistory: { method: 'GET', path: '/v2/passes/{ePassId}/history', changes: false, paged: true },
  /** The history of a pass as CSV. */
  passHistoryCsv: { method: 'GET', path: '/v2/passes/{ePassId}/history.csv', changes: false, produces: true },
  /** Tell what goes on today: visits by the hour, refusals, push events; beside yesterday and a week ago. */
  reportToday: { method: 'GET', path: '/v2/reports/today', changes: false, optional: true },
  /** Today's hours as CSV. */
  reportTodayCsv: { method: 'GET', path: '/v2/reports/today.csv', changes: false, optional: true, produces: true },
  /** Report what was used over time, gross and less what was given back, and what it comes to. */
  reportUsage: { method: 'GET', path: '/v2/reports/usage', changes: false },
  /** The report of usages as CSV. */
  reportUsageCsv: { method: 'GET', path: '/v2/reports/usage.csv', changes: false, produces: true },
  /** Report the usages that can still be used, carried from step to step. */
  reportLiability: { method: 'GET', path: '/v2/reports/liability', changes: false },
  /** The report of unused usages as CSV. */
  reportLiabilityCsv: { method: 'GET', path: '/v2/reports/liability.csv', changes: false, produces: true },
  /** List the passes that end soon and have something left. */
  reportExpiring: { method: 'GET', path: '/v2/reports/expiring', changes: false, optional: true, paged: true },
  /** The passes that end soon as CSV, at most 100,000. */
  reportExpiringCsv: {
    method: 'GET',
    path: '/v2/reports/expiring.csv',
    changes: false,
    optional: true,
    produces: true,
  },
  /** Report how often the door said no, by reason or by resource. */
  reportRefusals: { method: 'GET', path: '/v2/reports/refusals', changes: false },
  /** The report of refusals as CSV. */
  reportRefusalsCsv: { method: 'GET', path: '/v2/reports/refusals.csv', changes: false, produces: true },
  /** List what a usage is settled at, by module, with the rates that were and will be in force. */
  listRates: { method: 'GET', path: '/v2/programmes/{programId}/rates', changes: false },
  /** List your programmes with their settings and how much there is in each. */
  listProgrammes: { method: 'GET', path: '/v2/programmes', changes: false, optional: true, paged: true },
  /** Close or open a resource for the programme, say whether children count, or change the place itself. */
  changeResource: { method: 'PATCH', path: '/v2/resources/{resourceId}', changes: true },
  /** Offer a resource in the programme that another of your programmes offers, or that it withdrew. */
  offerResource: { method: 'POST', path: '/v2/resources/{resourceId}/offer', changes: true },
  /** Withdraw a resource from the programme: its passes are no longer taken there; the history stays. */
  withdrawResource: { method: 'POST', path: '/v2/resources/{resourceId}/withdraw', changes: true },
  /** List the clients of your programmes, or of the one that X-Program-ID names. */
  listClients: { method: 'GET', path: '/v2/clients', changes: false, optional: true, paged: true },
  /** Retrieve a client. */
  getClient: { method: 'GET', path: '/v2/clients/{clientId}', changes: false },
  /** How often a client asked for what, hour by hour, and what it was refused; kept for 30 days. */
  clientTraffic: { method: 'GET', path: '/v2/clients/{clientId}/traffic', changes: false },
} as const satisfies { readonly [Name in ClientRouteName]: CallOf<Name> };
