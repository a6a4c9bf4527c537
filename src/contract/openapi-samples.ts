import type { TSchema } from 'typebox';
import * as examples from './examples.ts';
import type { Schema } from './openapi-document.ts';
import { type Route, routes } from './routes.ts';

export interface RouteExample {
  readonly request?: unknown;
  readonly data: unknown;
}

/** Values of fields by their name, for everything that is shown without an example of its own. */
const values: Readonly<Record<string, unknown>> = {
  actor: 'account:ada@example.com',
  adultCount: 1,
  availableUsages: 1,
  childCount: 0,
  city: 'Manchester',
  clientId: 'airline-checkout',
  clientUserId: examples.issue.request.clientUserId,
  closedReason: null,
  continent: 'Europe',
  coordinates: '53.3537,-2.2750',
  countryOrRegion: 'GB',
  countryOrRegionName: 'United Kingdom',
  dpId: '1788000066668888',
  ePassId: '1788000066668888',
  endpointId: 'ep_0b9f3c5e8d7a4f61b2c3d4e5f6071829',
  error: null,
  email: 'ada@example.com',
  eventId: 'evt_Xq3vZ0mB7r-T1kYw9cD_e5Ua',
  iata: 'MAN',
  image: null,
  jobId: 'bulk_4c1de0a97f3b4b0f8a6d',
  language: 'en',
  latitude: '53.3537',
  lifestyleResources: [],
  location: 'Terminal 2, after security',
  longitude: '-2.2750',
  message: 'Order Created',
  module: 1,
  nextCursor: null,
  orderId: 'DP00000000000001',
  pageNumber: 1,
  pageSize: 20,
  programId: 'DEMO',
  programIds: ['DEMO'],
  reason: 'Asked for by the holder',
  resourceId: 'N00001',
  resourceName: 'Aspen Lounge',
  timezone: 'Europe/London',
  totalNumber: 1,
  transactionId: 'DP00000000000002',
  transportHubId: 'A00001',
  transportHubName: 'Manchester Airport',
};

/** Optional fields that make a request worth reading. */
const worthShowing: ReadonlySet<string> = new Set(['reason']);

const issued = examples.issue.data;
const used = examples.redeem.data;
const givenBack = { ...used, status: 3, orderCancelledDate: '2025-01-02T09:35:00+00:00', availableUsages: 1 };
const rules = ['not cancelled', 'not suspended', 'active', 'not expired', 'module', 'place', 'open', 'usages left'];

/** Where a value by the name of its field would not tell the truth; a route's own example wins. */
const fitting: Readonly<Record<string, RouteExample>> = {
  suspendPass: {
    request: { ePassId: issued.extra.ePassId, reason: 'Reported as stolen' },
    data: { ...issued, extra: { ...issued.extra, ePassStatus: 2 } },
  },
  resumePass: { request: { ePassId: issued.extra.ePassId, reason: 'Found again' }, data: issued },
  checkPass: {
    request: { dpId: used.dpId, resourceId: used.resourceId, adultCount: 1, childCount: 0 },
    data: {
      dpId: used.dpId,
      resourceId: used.resourceId,
      holder: { firstName: issued.extra.firstName, lastName: issued.extra.lastName },
      allowed: true,
      error: null,
      message: null,
      requiredUsages: 1,
      availableUsages: 1,
      rules: rules.map((rule) => ({ rule, holds: true, error: null, facts: {} })),
      firstUse: null,
      instead: { availableUsages: 1, resources: [] },
    },
  },
  giveBackUse: { request: { orderId: used.orderId, reason: 'Scanned by mistake' }, data: givenBack },
  usageDetails: { request: { orderId: used.orderId }, data: used },
  simulateCancellation: {
    request: { dpId: used.dpId, transactionId: used.orderId },
    data: { dpId: used.dpId, transactionId: used.orderId, message: 'Order Cancelled' },
  },
};

/** The example of a route: its own, or one made from its schemas. */
export function exampleOf(operationId: string, route: Route): RouteExample {
  const own = route.example ?? fitting[operationId];
  if (own !== undefined) return own;
  return { ...(route.body === undefined ? {} : { request: sampleOf(route.body) }), data: sampleOf(route.data) };
}

/** The value shown for a parameter. */
export function parameterExample(name: string, schema: Schema): unknown {
  if (schema.enum !== undefined) return schema.enum[0];
  return ['clientId', 'email', 'endpointId', 'eventId', 'jobId', 'programId', 'resourceId', 'transportHubId'].includes(
    name,
  )
    ? values[name]
    : undefined;
}

function sampleOf(schema: TSchema, name = ''): unknown {
  const told = schema as Schema;
  if (told.properties !== undefined) return knownExample(schema) ?? objectSample(told, told.properties);
  if (name in values) return values[name];
  if (told.type === 'array') return [sampleOf(told.items as TSchema, name)];
  return told.examples?.[0] ?? told.const ?? told.enum?.[0] ?? plainSample(told, name);
}

/** What another route shows for the same schema. */
function knownExample(schema: TSchema): unknown {
  const shown = Object.values(routes as Record<string, Route>).find((route) => route.data === schema && route.example);
  return shown?.example?.data;
}

/** The required fields; of an object without any, the first, so that something can be seen. */
function objectSample(schema: Schema, properties: Readonly<Record<string, Schema>>): object {
  const required = schema.required ?? Object.keys(properties).slice(0, 1);
  const shown = Object.entries(properties).filter(([name]) => required.includes(name) || worthShowing.has(name));
  return Object.fromEntries(shown.map(([name, field]) => [name, sampleOf(field as TSchema, name)]));
}

function plainSample(schema: Schema, name: string): unknown {
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] as TSchema, name);
  if (schema.type === 'integer' || schema.type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === 'boolean') return true;
  if (schema.type === 'null') return null;
  return schema.type === 'string' ? 'text' : {};
}
