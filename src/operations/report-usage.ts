import type { Static } from 'typebox';
import type { Answer } from '../contract/answer.ts';
import { fileName, partOf, type Range, rangeOf, toldRange } from '../contract/report-range.ts';
import { amountOf, totalsOf, type UsageFigures, type UsageRow, usageTable } from '../contract/reports.ts';
import type { UsageQuery } from '../contract/schemas-reports.ts';
import { csvAnswer, tableAnswer } from '../contract/tables.ts';
import { moduleNames } from '../domain/module.ts';
import { clientNames } from '../store/history.ts';
import { endOfStretch, sumUsages, type UsageBy, type UsageSum } from '../store/report-usage.ts';
import { type Call, programmeOffersOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import { runReport } from './report-run.ts';
import type { World } from './world.ts';

type Request = { readonly query: Static<typeof UsageQuery> };

/** What was used over time, gross and less what was given back; with `settlement`, what it comes to. */
export async function reportUsage(world: World, call: Call, request: Request): Promise<Answer> {
  const { head, rows } = await usageOf(world, call, request);
  return tableAnswer(usageTable, head, rows);
}

/** The same rows as CSV. */
export async function reportUsageCsv(world: World, call: Call, request: Request): Promise<Answer> {
  const { head, rows } = await usageOf(world, call, request);
  return csvAnswer(usageTable, fileName(head.programId, `usage-by-${head.by}`, head.from), [rows]);
}

async function usageOf(world: World, call: Call, { query }: Request) {
  const { by = 'module', step = 'day' } = query;
  const settles = query.settlement === 'true';
  const range = rangeOf(query, step);
  const offers = programmeOffersOf(world, call);
  const { programId } = offers.programme;
  const sums = await readSums(world, programId, range, by, settles);
  const labels = await labelsOf(world, offers, by, sums);
  const rows = sums.map(({ part, ...sum }) => ({ ...partOf(range, part), ...sum, label: labels(sum.key) }));
  const settlement = settles ? settlementOf(rows) : null;
  const head = { ...toldRange(programId, range), by, step, totals: totalsOf(totalOf(rows)), settlement };
  return { head, rows };
}

/** Reads the history stretch by stretch, so that no statement takes long, and puts the sums together. */
async function readSums(world: World, programId: string, range: Range, by: UsageBy, settles: boolean) {
  const { database } = world;
  const sums = await runReport(world, async ({ check }) => {
    const found = new Map<string, UsageSum>();
    for (let from = range.from; from < range.to; ) {
      const to = await endOfStretch(database, programId, from, range.to);
      for (const sum of await sumUsages(database, programId, { from, to }, range.starts, by, settles)) {
        const key = [sum.part, sum.key, sum.module, sum.currency, sum.rate].join('\n');
        const known = found.get(key);
        found.set(key, known === undefined ? sum : { ...sum, ...added(sum, known) });
      }
      check(found.size);
      from = to;
    }
    return [...found.values()];
  });
  return sums.sort(byPartAndKey);
}

function byPartAndKey(one: UsageSum, other: UsageSum): number {
  if (one.part !== other.part) return one.part - other.part;
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  return (one.module ?? 0) - (other.module ?? 0) || (one.rate ?? -1) - (other.rate ?? -1);
}

const none: UsageFigures = {
  uses: 0,
  people: 0,
  usages: 0,
  givenBackUses: 0,
  givenBackPeople: 0,
  givenBackUsages: 0,
};

/** The sums of two sets of figures. */
function added(one: UsageFigures, other: UsageFigures): UsageFigures {
  return {
    uses: one.uses + other.uses,
    people: one.people + other.people,
    usages: one.usages + other.usages,
    givenBackUses: one.givenBackUses + other.givenBackUses,
    givenBackPeople: one.givenBackPeople + other.givenBackPeople,
    givenBackUsages: one.givenBackUsages + other.givenBackUsages,
  };
}

function totalOf(rows: readonly UsageFigures[]): UsageFigures {
  return rows.reduce(added, none);
}

function settlementOf(rows: readonly UsageRow[]) {
  const amounts = new Map<string, number>();
  for (const row of rows) {
    if (row.currency === null) continue;
    amounts.set(row.currency, (amounts.get(row.currency) ?? 0) + amountOf(row)!);
  }
  const settled = [...amounts].map(([currency, amount]) => ({ currency, amount }));
  return settled.sort((one, other) => (one.currency < other.currency ? -1 : 1));
}

/** What people call what a key stands for. */
async function labelsOf(world: World, offers: ProgrammeOffers, by: UsageBy, sums: readonly UsageSum[]) {
  if (by === 'module') return (key: string) => moduleNames.get(Number(key)) ?? null;
  if (by === 'country') return (key: string) => world.geography.countryName(key, 'en');
  if (by === 'resource') return (key: string) => offers.everOffered.get(key)?.name ?? null;
  if (by === 'client') {
    const names = await clientNames(world.database, [...new Set(sums.map(({ key }) => key))]);
    return (key: string) => names.get(key) ?? null;
  }
  const hubs = [...offers.everOffered.values()].map(({ hub }) => hub);
  const names = new Map(hubs.map(({ iata, name }) => [iata, name]));
  return (key: string) => (key === '' ? null : (names.get(key) ?? null));
}
