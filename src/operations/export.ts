import { byteOrderMark, type Cell, csvLine } from '../contract/csv.ts';
import { orderOf } from '../contract/orders.ts';
import { formatInstant } from '../domain/instant.ts';
import type { Pass } from '../domain/pass.ts';
import type { Database, Transaction } from '../store/database.ts';
import { readDirectory } from '../store/directory.ts';
import { countExport, type EntryRow, type ExportFilter, exportEntries, exportPasses } from '../store/export.ts';
import type { Progress } from '../store/progress.ts';
import { beginSnapshot, readerOf } from '../store/table-rows.ts';

/** What can be exported. */
export const exportKinds = ['passes', 'usages', 'entries'] as const;
export type ExportKind = (typeof exportKinds)[number];
export const exportFormats = ['ndjson', 'csv'] as const;
export type ExportFormat = (typeof exportFormats)[number];

type Line = Readonly<Record<string, Cell>>;

/**
 * Writes all passes or lines of history of one instant, in no order; gives how many. Memory does not grow with them.
 * They are counted beforehand when somebody looks on.
 */
export function exportAll(
  database: Database,
  kind: ExportKind,
  filter: ExportFilter,
  now: number,
  write: (lines: readonly Line[]) => Promise<void>,
  progress: Progress | null = null,
): Promise<number> {
  return database.transaction(async (transaction) => {
    await beginSnapshot(transaction);
    progress?.total(await countExport(transaction, kind, filter));
    let count = 0;
    for await (const lines of linesOf(transaction, kind, filter, now)) {
      count += lines.length;
      await write(lines);
      progress?.add(lines.length);
    }
    return count;
  });
}

async function* linesOf(
  transaction: Transaction,
  kind: ExportKind,
  filter: ExportFilter,
  now: number,
): AsyncGenerator<Line[]> {
  if (kind !== 'passes') {
    for await (const rows of exportEntries(transaction, filter, kind === 'usages')) yield rows.map(entryLine);
    return;
  }
  // A sandbox has a clock of its own, by which its passes are active or expired.
  const { programs } = await readDirectory(readerOf(transaction));
  const offsets = new Map(programs.map(({ programId, clockOffset }) => [programId, clockOffset]));
  for await (const passes of exportPasses(transaction, filter)) {
    yield passes.map((pass) => passLine(pass, now + (offsets.get(pass.programId) ?? 0)));
  }
}

/** The names are the API's. */
function passLine(pass: Pass, now: number): Line {
  const { extra, ...order } = orderOf(pass, now);
  return {
    programId: pass.programId,
    ePassId: extra.ePassId,
    orderId: order.orderId,
    module: order.module,
    status: order.status,
    ePassStatus: extra.ePassStatus,
    clientUserId: order.clientUserId,
    firstName: extra.firstName,
    lastName: extra.lastName,
    orderCreatedDate: order.orderCreatedDate,
    orderCancelledDate: order.orderCancelledDate,
    activationDate: extra.activationDate,
    expirationDate: extra.expirationDate,
    usageDate: order.usageDate,
    grantedUsages: pass.granted,
    usedUsages: extra.usedUsages,
    availableUsages: extra.availableUsages,
    allowedModules: pass.allowedModules.join(' '),
    restriction: pass.restriction.kind,
    restrictedTo: pass.restriction.values.join(' '),
    suspendedReason: pass.suspension?.reason ?? null,
  };
}

function entryLine(row: EntryRow): Line {
  return {
    programId: row.programId,
    ePassId: row.passId,
    sequence: row.number,
    kind: row.kind,
    date: formatInstant(row.at),
    usages: row.units,
    availableUsages: row.left,
    orderId: row.orderId,
    clientId: row.clientId,
    resourceId: row.resourceId,
    module: row.module,
    adultCount: row.adults,
    childCount: row.children,
    reason: row.reason,
  };
}

/** Lines as text in a format; `first` when nothing was written before. */
export function exportText(lines: readonly Line[], format: ExportFormat, first: boolean): string {
  if (format === 'ndjson') return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const head = first && lines.length > 0 ? byteOrderMark + csvLine(Object.keys(lines[0]!)) : '';
  return head + lines.map((line) => csvLine(Object.values(line))).join('');
}
