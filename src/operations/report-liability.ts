import type { Static } from 'typebox';
import type { Answer } from '../contract/answer.ts';
import { fileName, partOf, type Range, rangeOf, toldRange } from '../contract/report-range.ts';
import { liabilityTable } from '../contract/reports.ts';
import type { LiabilityQuery } from '../contract/schemas-reports.ts';
import { csvAnswer, tableAnswer } from '../contract/tables.ts';
import { change, type Movements, rollForward } from '../domain/liability.ts';
import { type Flow, type FlowSum, type PassPlace, sumFlows, sumLateFlows } from '../store/report-liability.ts';
import { type Call, programmeOf } from './call.ts';
import { runReport } from './report-run.ts';
import type { World } from './world.ts';

type Request = { readonly query: Static<typeof LiabilityQuery> };

/** The usages that can still be used, carried from step to step. */
export async function reportLiability(world: World, call: Call, request: Request): Promise<Answer> {
  const { head, rows } = await liabilityOf(world, call, request);
  return tableAnswer(liabilityTable, head, rows);
}

/** The same rows as CSV. */
export async function reportLiabilityCsv(world: World, call: Call, request: Request): Promise<Answer> {
  const { head, rows } = await liabilityOf(world, call, request);
  return csvAnswer(liabilityTable, fileName(head.programId, 'liability', head.from), [rows]);
}

async function liabilityOf(world: World, call: Call, { query }: Request) {
  const { step = 'day' } = query;
  const range = rangeOf(query, step);
  const { programId } = programmeOf(call);
  const parts = await readMovements(world, programId, range);
  const [before, ...within] = parts.map(movementsOf);
  const rows = rollForward(change(before!), within).map((balance, index) => ({
    ...partOf(range, index + 1),
    ...balance,
  }));
  return { head: { ...toldRange(programId, range), step }, rows };
}

type Sums = Readonly<Record<Flow, number>>;

/** What each part of the range moved, the time before it first; some passes at a time. */
function readMovements(world: World, programId: string, range: Range): Promise<Sums[]> {
  const { database } = world;
  const parts = [0, ...range.starts].map(() => ({ issue: 0, use: 0, 'give-back': 0, cancelled: 0, expired: 0 }));
  const add = (sums: readonly FlowSum[]) => {
    for (const { part, flow, usages } of sums) parts[part]![flow] += usages;
  };
  return runReport(world, async ({ check }) => {
    add(await sumLateFlows(database, programId, range));
    let place: PassPlace | null = null;
    do {
      const { sums, next }: Awaited<ReturnType<typeof sumFlows>> = await sumFlows(database, programId, range, place);
      add(sums);
      check(parts.length);
      place = next;
    } while (place !== null);
    return parts;
  });
}

/** The store's flows are signed, as they change what is unused and back; what is told are counts. */
function movementsOf(sums: Sums): Movements {
  return {
    issued: sums.issue,
    used: 0 - sums.use,
    givenBack: sums['give-back'],
    cancelled: sums.cancelled,
    expired: sums.expired,
  };
}
