import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { isPassId, isStorableInstant, openCursor, sealCursor } from '../contract/cursors.ts';
import { pageSizeOf } from '../contract/pages.ts';
import { fileName } from '../contract/report-range.ts';
import { type ExpiringRow, expiringTable } from '../contract/reports.ts';
import type { ExpiringCsvQuery, ExpiringQuery } from '../contract/schemas-reports.ts';
import { csvAnswer, rowOf } from '../contract/tables.ts';
import { day } from '../domain/calendar.ts';
import { formatInstant } from '../domain/instant.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { listEnding } from '../store/found-passes.ts';
import { type Call, clockOf, programmeOf } from './call.ts';
import { allPages, type ListPage, readReport } from './report-run.ts';
import type { World } from './world.ts';

/** A place in the list: the end of the last pass, and its id. */
interface Place {
  readonly at: number;
  readonly passId: string;
}

/** One page of the passes that end soon and have something left, the next to end first. */
export async function reportExpiring(
  world: World,
  call: Call,
  { query }: { readonly query: Static<typeof ExpiringQuery> },
): Promise<Answer> {
  const list = listOf(world, call, query.days);
  const size = pageSizeOf(query.pageSize, 100, 200);
  const { rows, next } = await list.read(placeOf(query.cursor, list.name), size);
  return success({
    ...list.head,
    rows: rows.map((row) => rowOf(expiringTable, row)),
    nextCursor: next === null ? null : sealCursor([next.at, next.passId], list.name),
  });
}

/** All of them as CSV, read while they are sent. */
export async function reportExpiringCsv(
  world: World,
  call: Call,
  { query }: { readonly query: Static<typeof ExpiringCsvQuery> },
): Promise<Answer> {
  const { head, read } = listOf(world, call, query.days);
  return csvAnswer(expiringTable, fileName(head.programId, 'expiring', head.from), await allPages(world, read));
}

function listOf(world: World, call: Call, text: string | undefined) {
  const programme = programmeOf(call);
  const { programId } = programme;
  const days = Number(text ?? 30);
  if (days < 1 || days > 365) throw fieldRefusal('REQUEST_INVALID', 'days', 'must be from 1 to 365');
  const now = clockOf(programme)(world.clock.now());
  const range = { from: now, to: now + days * day };
  return {
    // Not with the time of day: a cursor goes on in a list that has moved on a little.
    name: { list: 'expiring', programId, days },
    head: { programId, from: formatInstant(range.from), to: formatInstant(range.to) },
    read: async (after: Place | null, size: number): Promise<ListPage<ExpiringRow, Place>> => {
      // One more than is shown tells whether there is another page.
      const passes = await readReport(() => listEnding(world.database, programId, range, after, size + 1));
      const rows = passes.slice(0, size).map((pass) => ({ pass, now }));
      const last = passes.length > size ? rows.at(-1)!.pass : null;
      return { rows, next: last === null ? null : { at: last.expirationAt, passId: last.passId } };
    },
  };
}

function placeOf(cursor: string | undefined, list: object): Place | null {
  if (cursor === undefined) return null;
  const [at, passId] = openCursor(cursor, list, 2);
  if (!isStorableInstant(at) || !isPassId(passId)) throw new Refusal('CURSOR_INVALID');
  return { at, passId };
}
