/** Reads passes and history whole, for an export; inside an open transaction. */
import type { Pass } from '../domain/pass.ts';
import type { Transaction } from './database.ts';
import { type PassRow, passColumns, passOf } from './passes.ts';
import { fetchAll } from './table-rows.ts';

/** A line of history as it stands. */
export interface EntryRow {
  readonly programId: string;
  readonly passId: string;
  readonly number: number;
  readonly kind: string;
  readonly at: number;
  readonly units: number;
  readonly left: number;
  readonly orderId: string;
  readonly clientId: string;
  readonly resourceId: string | null;
  readonly module: number;
  readonly adults: number;
  readonly children: number;
  readonly reason: string | null;
}

/** Which of them; instants in milliseconds, null for no limit. */
export interface ExportFilter {
  /** Checked by the caller: letters, digits, `_` and `-`. Null for every programme. */
  readonly programId: string | null;
  readonly from: number | null;
  readonly to: number | null;
}

const iso = (instant: number) => new Date(instant).toISOString();

// A cursor takes no parameters; what comes in here is checked or made by us.
function conditionOf({ programId, from, to }: ExportFilter, alias: string, time: string): string {
  const conditions = [
    ...(programId === null ? [] : [`${alias}.program_id = '${programId}'`]),
    ...(from === null ? [] : [`${alias}.${time} >= '${iso(from)}'`]),
    ...(to === null ? [] : [`${alias}.${time} < '${iso(to)}'`]),
  ];
  return conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`;
}

const roughSize = 400;

/** Passes issued in a range of time, or lines of its history: which rows that is. */
function sourceOf(kind: 'passes' | 'usages' | 'entries', filter: ExportFilter): string {
  if (kind === 'passes') return `from passes p${conditionOf(filter, 'p', 'created_at')}`;
  const condition = conditionOf(filter, 'e', 'at');
  const usages = `${condition === '' ? ' where' : `${condition} and`} e.kind in ('use', 'give-back')`;
  return `from entries e${kind === 'usages' ? usages : condition}`;
}

/** How much there is to export. */
export async function countExport(
  transaction: Transaction,
  kind: 'passes' | 'usages' | 'entries',
  filter: ExportFilter,
): Promise<number> {
  const query = `select count(*)::float8 as count ${sourceOf(kind, filter)}`;
  let all = 0;
  for await (const rows of fetchAll<{ count: number }>(transaction, 'count', query, () => roughSize)) {
    for (const { count } of rows) all += count;
  }
  return all;
}

/** Passes issued in a range of time. */
export async function* exportPasses(transaction: Transaction, filter: ExportFilter): AsyncGenerator<Pass[]> {
  const query = `select ${passColumns} ${sourceOf('passes', filter)}`;
  for await (const rows of fetchAll<PassRow>(transaction, 'passes', query, () => roughSize)) yield rows.map(passOf);
}

/** Lines of history of a range of time; of uses and give-backs alone when `usagesOnly`. */
export function exportEntries(
  transaction: Transaction,
  filter: ExportFilter,
  usagesOnly: boolean,
): AsyncGenerator<EntryRow[]> {
  const query = `select e.program_id as "programId", e.pass_id as "passId", e.number, e.kind, e.at, e.units,
      e.left_after as "left", e.order_id as "orderId", e.client_id as "clientId", e.resource_id as "resourceId", e.module,
      e.adults, e.children, e.reason ${sourceOf(usagesOnly ? 'usages' : 'entries', filter)}`;
  return fetchAll<EntryRow>(transaction, 'entries', query, () => roughSize);
}
