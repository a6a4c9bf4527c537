import { formatInstant, formatInstantOrNull, formatLocalInstant, type Instant } from '../domain/instant.ts';
import type { Balance } from '../domain/liability.ts';
import { type Pass, passStatusOf, usagesLeft } from '../domain/pass.ts';
import { ClientUserId, EPassId, instant, instantOrNull, OrderId } from './schemas-parts.ts';
import { type Column, schemasOf, type Table } from './tables.ts';
import { Type } from './typebox.ts';

/** The rows of the reports: each column once, for the JSON, its schema and the CSV. */

const count = (description: string) => Type.Integer({ description });
const textOrNull = (description: string) => Type.Union([Type.String(), Type.Null()], { description });
const countOrNull = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description });
const local = (description: string) => Type.String({ description, examples: ['2026-07-01T09:00:00+01:00'] });

/** One part of a report's range. */
export interface Part {
  readonly start: Instant;
  readonly end: Instant;
  readonly zone: string;
}

const partColumns = [
  { name: 'start', schema: instant('When this step begins.'), cell: ({ start }) => formatInstant(start) },
  { name: 'end', schema: instant('When the next one begins.'), cell: ({ end }) => formatInstant(end) },
  {
    name: 'localStart',
    schema: local('When it begins by the clocks of the zone of the report.'),
    cell: ({ start, zone }) => formatLocalInstant(start, zone),
  },
] as const satisfies readonly Column<Part>[];

/** What was used and given back, gross. */
export interface UsageFigures {
  readonly uses: number;
  readonly people: number;
  readonly usages: number;
  readonly givenBackUses: number;
  readonly givenBackPeople: number;
  readonly givenBackUsages: number;
}

export interface UsageRow extends Part, UsageFigures {
  readonly key: string;
  readonly label: string | null;
  /** Null unless the report settles. */
  readonly module: number | null;
  readonly currency: string | null;
  readonly rate: number | null;
}

const figureColumns = [
  { name: 'uses', schema: count('Uses, those included that were given back.'), cell: (row) => row.uses },
  { name: 'people', schema: count('The people who came in by them.'), cell: (row) => row.people },
  { name: 'usages', schema: count('The usages that they took: gross.'), cell: (row) => row.usages },
  { name: 'givenBackUses', schema: count('Uses given back in this step.'), cell: (row) => row.givenBackUses },
  { name: 'givenBackPeople', schema: count('The people of those uses.'), cell: (row) => row.givenBackPeople },
  { name: 'givenBackUsages', schema: count('The usages of those uses.'), cell: (row) => row.givenBackUsages },
] as const satisfies readonly Column<UsageFigures>[];

const netColumn = {
  name: 'netUsages',
  schema: count('`usages` less `givenBackUsages`: negative where more was given back than used.'),
  cell: ({ usages, givenBackUsages }) => usages - givenBackUsages,
} as const satisfies Column<UsageFigures>;

/** What a row comes to in minor units; null where no rate was in force. */
export function amountOf(row: UsageRow): number | null {
  return row.rate === null ? null : (row.usages - row.givenBackUsages) * row.rate;
}

export const usageTable = [
  ...partColumns,
  {
    name: 'key',
    schema: Type.String({
      description: 'Module, resource id, IATA code, country or region, or client id; may be empty.',
    }),
    cell: ({ key }) => key,
  },
  { name: 'label', schema: textOrNull('Its name.'), cell: ({ label }) => label },
  ...figureColumns,
  netColumn,
  { name: 'module', schema: countOrNull('With `settlement`: what was used.'), cell: ({ module }) => module },
  {
    name: 'currency',
    schema: textOrNull('With `settlement`: ISO 4217, or null where no rate was in force.'),
    cell: ({ currency }) => currency,
  },
  { name: 'rate', schema: countOrNull('Minor units for one usage.'), cell: ({ rate }) => rate },
  { name: 'amount', schema: countOrNull('`netUsages` times `rate`, in minor units.'), cell: amountOf },
] as const satisfies Table<UsageRow>;

/** The sums of all figures. */
export const totalsSchema = schemasOf([...figureColumns, netColumn]);

/** Figures as the totals of a report tell them. */
export function totalsOf(figures: UsageFigures) {
  return Object.fromEntries([...figureColumns, netColumn].map(({ name, cell }) => [name, cell(figures)]));
}

export interface LiabilityRow extends Part, Balance {}

export const liabilityTable = [
  ...partColumns,
  {
    name: 'opening',
    schema: count('Usages that could still be used when the step began.'),
    cell: (row) => row.opening,
  },
  { name: 'issued', schema: count('Usages of passes issued in it.'), cell: (row) => row.issued },
  { name: 'used', schema: count('Usages used in it, gross.'), cell: (row) => row.used },
  { name: 'givenBack', schema: count('Usages given back in it.'), cell: (row) => row.givenBack },
  { name: 'cancelled', schema: count('Unused usages of passes cancelled in it.'), cell: (row) => row.cancelled },
  {
    name: 'expired',
    schema: count('Unused usages of passes that ended in it, and what was given back after the end of its pass.'),
    cell: (row) => row.expired,
  },
  {
    name: 'closing',
    schema: count('opening + issued − used + givenBack − cancelled − expired.'),
    cell: (row) => row.closing,
  },
] as const satisfies Table<LiabilityRow>;

/** A pass that ends soon, and the programme's now. */
export interface ExpiringRow {
  readonly pass: Pass;
  readonly now: Instant;
}

export const expiringTable = [
  { name: 'ePassId', schema: EPassId, cell: ({ pass }) => pass.passId },
  { name: 'orderId', schema: OrderId, cell: ({ pass }) => pass.orderId },
  { name: 'clientUserId', schema: ClientUserId, cell: ({ pass }) => pass.clientUserId },
  { name: 'firstName', schema: Type.String(), cell: ({ pass }) => pass.firstName },
  { name: 'lastName', schema: Type.String(), cell: ({ pass }) => pass.lastName },
  { name: 'module', schema: Type.Integer(), cell: ({ pass }) => pass.module },
  {
    name: 'ePassStatus',
    schema: count('0 pending activation, 1 active, 2 suspended.'),
    cell: ({ pass, now }) => passStatusOf(pass, now),
  },
  {
    name: 'expirationDate',
    schema: instant('Until just before when the pass can be used.'),
    cell: ({ pass }) => formatInstant(pass.expirationAt),
  },
  { name: 'availableUsages', schema: count('What is left.'), cell: ({ pass }) => usagesLeft(pass) },
  { name: 'usedUsages', schema: Type.Integer(), cell: ({ pass }) => pass.used },
  {
    name: 'usageDate',
    schema: instantOrNull('The latest use.'),
    cell: ({ pass }) => formatInstantOrNull(pass.lastUse?.at ?? null),
  },
] as const satisfies Table<ExpiringRow>;

export interface RefusalRow extends Part {
  readonly key: string;
  readonly label: string | null;
  readonly count: number;
}

export const refusalTable = [
  ...partColumns,
  { name: 'key', schema: Type.String({ description: 'The refusal, or the resource id.' }), cell: ({ key }) => key },
  { name: 'label', schema: textOrNull('What leads to it, or the name of the resource.'), cell: ({ label }) => label },
  { name: 'count', schema: count('How often the door said no.'), cell: (row) => row.count },
] as const satisfies Table<RefusalRow>;

/** One hour of one resource's present day, in which somebody came or was refused. */
export interface TodayRow {
  readonly resourceId: string;
  readonly resourceName: string;
  readonly iata: string | null;
  readonly zone: string;
  readonly hour: Instant;
  readonly uses: number;
  readonly people: number;
  readonly usages: number;
  readonly refusals: number;
}

export const todayTable = [
  { name: 'resourceId', schema: Type.String(), cell: ({ resourceId }) => resourceId },
  { name: 'resourceName', schema: Type.String(), cell: ({ resourceName }) => resourceName },
  { name: 'iata', schema: textOrNull('The airport that it stands at.'), cell: ({ iata }) => iata },
  { name: 'timezone', schema: Type.String({ description: 'IANA zone of the resource.' }), cell: ({ zone }) => zone },
  { name: 'hour', schema: instant('When the hour began.'), cell: ({ hour }) => formatInstant(hour) },
  {
    name: 'localHour',
    schema: local('When it began by the clocks there.'),
    cell: ({ hour, zone }) => formatLocalInstant(hour, zone),
  },
  { name: 'uses', schema: count('Uses, those included that were given back.'), cell: ({ uses }) => uses },
  { name: 'people', schema: count('The people who came in by them.'), cell: ({ people }) => people },
  { name: 'usages', schema: count('The usages that they took.'), cell: ({ usages }) => usages },
  { name: 'refusals', schema: count('How often the door said no.'), cell: ({ refusals }) => refusals },
] as const satisfies Table<TodayRow>;
