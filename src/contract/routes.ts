import type { TObject, TSchema } from 'typebox';
import type { Scope } from '../domain/access.ts';
import type { RefusalName } from '../domain/refusal.ts';
import * as examples from './examples.ts';
import { accountRoutes } from './routes-accounts.ts';
import { bulkRoutes } from './routes-bulk.ts';
import { clientRoutes } from './routes-clients.ts';
import { deskRoutes } from './routes-desk.ts';
import { managementRoutes } from './routes-management.ts';
import { passPageRoutes } from './routes-pass-pages.ts';
import { pushRoutes } from './routes-push.ts';
import { reportRoutes } from './routes-reports.ts';
import * as schemas from './schemas.ts';
import * as catalogue from './schemas-catalogue.ts';

export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** The canonical path; `/api/v2/…` and the unversioned form reach the same route. */
  readonly path: string;
  /** Any one of these is enough; an empty list asks for a client only, null for nothing at all. */
  readonly scopes: readonly Scope[] | null;
  /** Whether it serves a person whose one-time password has not been changed yet. */
  readonly beforePasswordChange?: true;
  /** Whether it changes something, and so can be repeated under X-Request-ID. */
  readonly changes: boolean;
  readonly summary: string;
  readonly params?: TObject;
  readonly query?: TObject;
  readonly body?: TSchema;
  /** A body that is a file of rows, read as it comes, instead of one JSON object. */
  readonly upload?: Upload;
  readonly data: TSchema;
  /** The media type of an answer that is no JSON; `data` is its text then. */
  readonly produces?: 'text/csv' | 'application/x-ndjson';
  /** What this route refuses besides what every route does. */
  readonly refusals: readonly RefusalName[];
  readonly example?: { readonly request?: unknown; readonly data: unknown };
}

/** A file of rows: the schema of one, and an example in each form that is taken, by its media type. */
export interface Upload {
  readonly row: TSchema;
  readonly files: Readonly<Record<'application/x-ndjson' | 'text/csv', string>>;
}

const atTheDoor: readonly RefusalName[] = [
  'E_PASS_UNKNOWN',
  'E_PASS_CANCELLED',
  'E_PASS_SUSPENDED',
  'E_PASS_NOT_YET_ACTIVE',
  'E_PASS_EXPIRED',
  'E_PASS_MODULE_NOT_ALLOWED',
  'E_PASS_RESOURCE_NOT_ALLOWED',
  'E_PASS_AIRPORT_NOT_ALLOWED',
  'E_PASS_COUNTRY_NOT_ALLOWED',
  'RESOURCE_CLOSED',
  'E_PASS_USAGES_EXCEEDED',
  'RESOURCE_NOT_YOURS',
];

/** The whole API: one operation, one entry. Server, validators, OpenAPI and tests are driven by it. */
export const routes = {
  fetchToken: {
    method: 'POST',
    path: '/v2/auth/token',
    scopes: null,
    changes: false,
    summary: 'Fetch a token for a client id and secret.',
    body: schemas.TokenBody,
    data: schemas.Token,
    refusals: ['CREDENTIALS_REFUSED'],
    example: examples.token,
  },
  issuePass: {
    method: 'POST',
    path: '/v2/orders/{module}/ePasses',
    scopes: ['issuer'],
    changes: true,
    summary: 'Issue an E-pass.',
    params: schemas.ModuleParams,
    body: schemas.IssueBody,
    data: schemas.Order,
    refusals: [
      'MODULE_MISMATCH',
      'MODULE_NOT_OFFERED',
      'NAME_MISMATCH',
      'ACTIVATION_IN_PAST',
      'EXPIRATION_IN_PAST',
      'ACTIVATION_NOT_BEFORE_EXPIRATION',
      'ALLOWED_RESOURCES_INVALID',
      'ALLOWED_RESOURCE_UNKNOWN',
      'ALLOWED_RESOURCE_OF_OTHER_MODULE',
      'AIRPORT_UNKNOWN',
      'AIRPORT_NOT_FOR_MODULE',
      'COUNTRY_UNKNOWN',
    ],
    example: examples.issue,
  },
  searchPass: {
    method: 'POST',
    path: '/v2/orders/ePasses/search',
    scopes: ['issuer', 'operator', 'auditor'],
    changes: false,
    summary: 'Retrieve an E-pass by its order id or its own id.',
    body: schemas.SearchBody,
    data: schemas.Order,
    refusals: ['ORDER_UNKNOWN', 'LOOK_UPS_EXHAUSTED'],
    example: examples.search,
  },
  cancelOrder: {
    method: 'PATCH',
    path: '/v2/orders',
    scopes: ['issuer', 'operator'],
    changes: true,
    summary: 'Cancel an E-pass, at once and for ever.',
    body: schemas.CancelBody,
    data: schemas.Order,
    refusals: ['ORDER_UNKNOWN', 'ORDER_ALREADY_CANCELLED', 'ORDER_ALREADY_USED', 'LOOK_UPS_EXHAUSTED'],
    example: examples.cancel,
  },
  suspendPass: {
    method: 'POST',
    path: '/v2/orders/ePasses/suspend',
    scopes: ['operator'],
    changes: true,
    summary: 'Suspend an E-pass, with a reason.',
    body: schemas.SuspendBody,
    data: schemas.Order,
    refusals: ['E_PASS_UNKNOWN', 'E_PASS_ALREADY_SUSPENDED', 'ORDER_ALREADY_CANCELLED', 'LOOK_UPS_EXHAUSTED'],
  },
  resumePass: {
    method: 'POST',
    path: '/v2/orders/ePasses/resume',
    scopes: ['operator'],
    changes: true,
    summary: 'Resume a suspended E-pass, with a reason.',
    body: schemas.SuspendBody,
    data: schemas.Order,
    refusals: ['E_PASS_UNKNOWN', 'E_PASS_NOT_SUSPENDED', 'ORDER_ALREADY_CANCELLED', 'LOOK_UPS_EXHAUSTED'],
  },
  listUserPasses: {
    method: 'POST',
    path: '/v2/users/ePasses',
    scopes: ['issuer', 'operator', 'auditor'],
    changes: false,
    summary: "List a traveller's E-passes, newest first.",
    body: schemas.UserPassesBody,
    data: schemas.UserPasses,
    refusals: ['CURSOR_INVALID'],
  },
  redeemPass: {
    method: 'POST',
    path: '/v2/redemptions',
    scopes: ['venue'],
    changes: true,
    summary: 'Use an E-pass at a venue.',
    body: schemas.RedeemBody,
    data: schemas.UsageOrder,
    refusals: [...atTheDoor, 'SCAN_ID_REUSED', 'LOOK_UPS_EXHAUSTED'],
    example: examples.redeem,
  },
  checkPass: {
    method: 'POST',
    path: '/v2/redemptions/check',
    scopes: ['venue', 'issuer', 'operator', 'auditor'],
    changes: false,
    summary: 'Ask whether a redemption would be accepted, with every rule; consumes nothing.',
    body: schemas.CheckBody,
    data: schemas.CheckAnswer,
    refusals: ['E_PASS_UNKNOWN', 'RESOURCE_NOT_YOURS', 'LOOK_UPS_EXHAUSTED'],
  },
  giveBackUse: {
    method: 'POST',
    path: '/v2/redemptions/cancel',
    scopes: ['venue', 'operator'],
    changes: true,
    summary: 'Give a use back in full: the venue for 15 minutes, an operator later.',
    body: schemas.GiveBackBody,
    data: schemas.UsageOrder,
    refusals: [
      'USAGE_ORDER_UNKNOWN',
      'USAGE_ALREADY_GIVEN_BACK',
      'GIVE_BACK_TOO_LATE',
      'E_PASS_CANCELLED',
      'LOOK_UPS_EXHAUSTED',
    ],
  },
  listUsages: {
    method: 'POST',
    path: '/v2/orders/ePasses',
    scopes: ['issuer', 'operator', 'venue', 'auditor'],
    changes: false,
    summary: 'List usage orders, newest first; a venue client sees those of its own resources.',
    body: schemas.UsageListBody,
    data: schemas.UsageList,
    refusals: ['CURSOR_INVALID', 'RESOURCE_NOT_YOURS'],
  },
  usageDetails: {
    method: 'POST',
    path: '/v2/orders/ePasses/details',
    scopes: ['issuer', 'operator', 'venue', 'auditor'],
    changes: false,
    summary: 'Retrieve a usage order.',
    body: schemas.UsageDetailsBody,
    data: schemas.UsageOrder,
    refusals: ['USAGE_ORDER_UNKNOWN', 'LOOK_UPS_EXHAUSTED'],
  },
  listTransportHubs: {
    method: 'GET',
    path: '/v2/transportHubs',
    scopes: [],
    changes: false,
    summary: 'List the transport hubs at which the programme has resources.',
    query: catalogue.TransportHubsQuery,
    data: catalogue.TransportHubList,
    refusals: ['CURSOR_INVALID', 'SCOPE_MISSING'],
  },
  getTransportHub: {
    method: 'GET',
    path: '/v2/transportHubs/{transportHubId}',
    scopes: [],
    changes: false,
    summary: 'Retrieve a transport hub.',
    params: catalogue.TransportHubParams,
    query: catalogue.LanguageQuery,
    data: catalogue.TransportHub,
    refusals: ['TRANSPORT_HUB_UNKNOWN'],
  },
  listResources: {
    method: 'GET',
    path: '/v2/resources',
    scopes: [],
    changes: false,
    summary: 'List the resources of the programme.',
    query: catalogue.ResourcesQuery,
    data: catalogue.ResourceList,
    refusals: ['CURSOR_INVALID', 'SCOPE_MISSING'],
  },
  getResource: {
    method: 'GET',
    path: '/v2/resources/{resourceId}',
    scopes: [],
    changes: false,
    summary: 'Retrieve a resource.',
    params: catalogue.ResourceParams,
    query: catalogue.LanguageQuery,
    data: catalogue.Resource,
    refusals: ['RESOURCE_UNKNOWN'],
  },
  simulateRedemption: {
    method: 'POST',
    path: '/v2/simulations/lounges/redemptions',
    scopes: ['issuer'],
    changes: true,
    summary: 'Sandbox: use a pass at lounge N00012, as a venue would.',
    body: schemas.SimulatedRedemptionBody,
    data: schemas.SimulatedOrder,
    refusals: ['SANDBOX_ONLY', 'RESOURCE_UNKNOWN', ...atTheDoor, 'LOOK_UPS_EXHAUSTED'],
  },
  simulateCancellation: {
    method: 'POST',
    path: '/v2/simulations/lounges/cancellation',
    scopes: ['issuer'],
    changes: true,
    summary: 'Sandbox: give a simulated use back.',
    body: schemas.SimulatedCancellationBody,
    data: schemas.SimulatedOrder,
    refusals: [
      'SANDBOX_ONLY',
      'USAGE_ORDER_UNKNOWN',
      'USAGE_ALREADY_GIVEN_BACK',
      'GIVE_BACK_TOO_LATE',
      'E_PASS_CANCELLED',
      'LOOK_UPS_EXHAUSTED',
    ],
  },
  setClock: {
    method: 'POST',
    path: '/v2/simulations/clock',
    scopes: ['issuer'],
    changes: true,
    summary: "Sandbox: set the programme's clock; it goes on from there. null brings real time back.",
    body: schemas.ClockBody,
    data: schemas.ClockAnswer,
    refusals: ['SANDBOX_ONLY'],
  },
  ...passPageRoutes,
  ...deskRoutes,
  ...pushRoutes,
  ...bulkRoutes,
  ...reportRoutes,
  ...accountRoutes,
  ...managementRoutes,
  ...clientRoutes,
} as const satisfies Record<string, Route>;

export type OperationId = keyof typeof routes;
