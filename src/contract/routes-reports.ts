import * as examples from './examples-reports.ts';
import type { Route } from './routes.ts';
import * as schemas from './schemas-reports.ts';

const scopes = ['auditor', 'operator'] as const;
const made = ['REPORTS_BUSY', 'REPORT_TOO_LARGE'] as const;
const read = ['REPORT_TOO_LARGE'] as const;
const ofPasses = ['E_PASS_UNKNOWN', 'CURSOR_INVALID', 'LOOK_UPS_EXHAUSTED'] as const;

/** What a report's CSV says of itself; the rest is the report's. */
const csv = { data: schemas.Csv, produces: 'text/csv' } as const;

const history = {
  method: 'GET',
  path: '/v2/passes/{ePassId}/history',
  scopes,
  changes: false,
  summary: 'Tell everything that happened to a pass, with who, where and when.',
  params: schemas.PassParams,
  query: schemas.HistoryQuery,
  data: schemas.PassHistory,
  refusals: ofPasses,
  example: examples.history,
} as const satisfies Route;

const today = {
  method: 'GET',
  path: '/v2/reports/today',
  scopes,
  changes: false,
  summary: 'Tell what goes on today: visits by the hour, refusals, push events; beside yesterday and a week ago.',
  query: schemas.NoQuery,
  data: schemas.TodayReport,
  refusals: read,
  example: examples.today,
} as const satisfies Route;

const usage = {
  method: 'GET',
  path: '/v2/reports/usage',
  scopes,
  changes: false,
  summary: 'Report what was used over time, gross and less what was given back, and what it comes to.',
  query: schemas.UsageQuery,
  data: schemas.UsageReport,
  refusals: made,
  example: examples.usage,
} as const satisfies Route;

const liability = {
  method: 'GET',
  path: '/v2/reports/liability',
  scopes,
  changes: false,
  summary: 'Report the usages that can still be used, carried from step to step.',
  query: schemas.LiabilityQuery,
  data: schemas.LiabilityReport,
  refusals: made,
  example: examples.liability,
} as const satisfies Route;

const expiring = {
  method: 'GET',
  path: '/v2/reports/expiring',
  scopes,
  changes: false,
  summary: 'List the passes that end soon and have something left.',
  query: schemas.ExpiringQuery,
  data: schemas.ExpiringReport,
  refusals: ['CURSOR_INVALID', ...read],
  example: examples.expiring,
} as const satisfies Route;

const refusals = {
  method: 'GET',
  path: '/v2/reports/refusals',
  scopes,
  changes: false,
  summary: 'Report how often the door said no, by reason or by resource.',
  query: schemas.RefusalsQuery,
  data: schemas.RefusalReport,
  refusals: read,
  example: examples.refusals,
} as const satisfies Route;

/** The routes with which an operator finds passes, looks at what happened, and settles. */
export const reportRoutes = {
  findPasses: {
    method: 'POST',
    path: '/v2/orders/ePasses/find',
    scopes,
    changes: false,
    summary: 'Find passes by any id or by a name.',
    body: schemas.FindBody,
    data: schemas.FoundPasses,
    refusals: ['CURSOR_INVALID'],
  },
  passHistory: history,
  passHistoryCsv: {
    ...history,
    ...csv,
    path: '/v2/passes/{ePassId}/history.csv',
    summary: 'The history of a pass as CSV.',
    query: schemas.NoQuery,
    example: examples.csv,
  },
  reportToday: today,
  reportTodayCsv: {
    ...today,
    ...csv,
    path: '/v2/reports/today.csv',
    summary: "Today's hours as CSV.",
    example: examples.csv,
  },
  reportUsage: usage,
  reportUsageCsv: {
    ...usage,
    ...csv,
    path: '/v2/reports/usage.csv',
    summary: 'The report of usages as CSV.',
    example: examples.csv,
  },
  reportLiability: liability,
  reportLiabilityCsv: {
    ...liability,
    ...csv,
    path: '/v2/reports/liability.csv',
    summary: 'The report of unused usages as CSV.',
    example: examples.csv,
  },
  reportExpiring: expiring,
  reportExpiringCsv: {
    ...expiring,
    ...csv,
    path: '/v2/reports/expiring.csv',
    summary: 'The passes that end soon as CSV, at most 100,000.',
    query: schemas.ExpiringCsvQuery,
    refusals: read,
    example: examples.csv,
  },
  reportRefusals: refusals,
  reportRefusalsCsv: {
    ...refusals,
    ...csv,
    path: '/v2/reports/refusals.csv',
    summary: 'The report of refusals as CSV.',
    example: examples.csv,
  },
  listRates: {
    method: 'GET',
    path: '/v2/programmes/{programId}/rates',
    scopes: ['auditor', 'operator', 'administrator'],
    changes: false,
    summary: 'List what a usage is settled at, by module, with the rates that were and will be in force.',
    params: schemas.RatesParams,
    data: schemas.RateList,
    refusals: [],
    example: examples.rates,
  },
  enterRate: {
    method: 'POST',
    path: '/v2/programmes/{programId}/rates',
    scopes: ['administrator'],
    changes: true,
    summary: 'Enter at what a usage of a module is settled from some instant on.',
    params: schemas.RatesParams,
    body: schemas.RateBody,
    data: schemas.Rate,
    refusals: ['RATES_EXHAUSTED'],
    example: examples.rate,
  },
} as const satisfies Record<string, Route>;
