import type { Static } from 'typebox';
import type { Answer } from '../contract/answer.ts';
import { errors } from '../contract/errors.ts';
import { fileName, partOf, rangeOf, toldRange } from '../contract/report-range.ts';
import { refusalTable } from '../contract/reports.ts';
import type { RefusalsQuery } from '../contract/schemas-reports.ts';
import { csvAnswer, tableAnswer } from '../contract/tables.ts';
import { Refusal } from '../domain/refusal.ts';
import { type RefusalsBy, sumRefusals } from '../store/refusals.ts';
import { type Call, programmeOffersOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import { mostRows, readReport } from './report-run.ts';
import type { World } from './world.ts';

type Request = { readonly query: Static<typeof RefusalsQuery> };

/** How often the doors said no, by reason or by resource. */
export async function reportRefusals(world: World, call: Call, request: Request): Promise<Answer> {
  const { head, rows } = await refusalsOf(world, call, request);
  return tableAnswer(refusalTable, head, rows);
}

/** The same rows as CSV. */
export async function reportRefusalsCsv(world: World, call: Call, request: Request): Promise<Answer> {
  const { head, rows } = await refusalsOf(world, call, request);
  return csvAnswer(refusalTable, fileName(head.programId, `refusals-by-${head.by}`, head.from), [rows]);
}

async function refusalsOf(world: World, call: Call, { query }: Request) {
  const { by = 'reason', step = null } = query;
  const range = rangeOf(query, step);
  const offers = programmeOffersOf(world, call);
  const { programId } = offers.programme;
  // What this process has counted itself is told at once.
  await world.refusals.flush();
  const sums = await readReport(() => sumRefusals(world.database, programId, range, by));
  if (sums.length > mostRows) throw new Refusal('REPORT_TOO_LARGE');
  const rows = sums
    .map(({ part, key, count }) => ({ ...partOf(range, part), key, label: labelOf(offers, by, key), count }))
    .sort((one, other) => one.start - other.start || other.count - one.count || (one.key < other.key ? -1 : 1));
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  return { head: { ...toldRange(programId, range), by, step, total }, rows };
}

function labelOf({ everOffered }: ProgrammeOffers, by: RefusalsBy, key: string): string | null {
  if (by === 'resource') return everOffered.get(key)?.name ?? null;
  return Object.hasOwn(errors, key) ? errors[key as keyof typeof errors].cause : null;
}
