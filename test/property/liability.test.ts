/**
 * Random histories, written down by the real rules, against a tiny model: what the report says is unused
 * at the end of every step is what one finds by looking at each pass at that instant, and every movement
 * in between is the sum of what was done. PASSDESK_SEED repeats a run; the seed is printed.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cancel } from '../../src/domain/cancel.ts';
import type { Resource } from '../../src/domain/catalogue.ts';
import { giveBack, type Use } from '../../src/domain/give-back.ts';
import { type Change, entryFor, type Pass, type StandingUse } from '../../src/domain/pass.ts';
import { redeem } from '../../src/domain/redeem.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { resume, suspend } from '../../src/domain/suspend.ts';
import type { Call } from '../../src/operations/call.ts';
import type { Client } from '../../src/operations/caller.ts';
import { reportLiability } from '../../src/operations/report-liability.ts';
import { reportUsage } from '../../src/operations/report-usage.ts';
import type { World } from '../../src/operations/world.ts';
import { insertEntries, type PassEntry } from '../../src/store/entries.ts';
import { insertHolders } from '../../src/store/holders.ts';
import { insertPasses } from '../../src/store/passes.ts';
import { altered } from '../harness/altered.ts';
import { eachDatabase } from '../harness/databases.ts';
import { addProgram, useScene } from '../harness/scene.ts';

const hour = 3_600_000;
const start = Date.UTC(2030, 2, 1);
const clientId = 'demo-partner';

/** What is tried on a pass: so many hours after its issue. */
interface Wish {
  readonly after: number;
  readonly kind: 'use' | 'give-back' | 'cancel' | 'suspend' | 'resume';
  readonly people: number;
  readonly which: number;
}

interface Life {
  readonly issued: number;
  readonly waits: number;
  readonly lasts: number;
  readonly granted: number;
  readonly wishes: readonly Wish[];
}

const wish: fc.Arbitrary<Wish> = fc.record({
  after: fc.integer({ min: 0, max: 1_000 }),
  kind: fc.constantFrom('use', 'use', 'use', 'give-back', 'give-back', 'cancel', 'suspend', 'resume'),
  people: fc.integer({ min: 1, max: 4 }),
  which: fc.nat(5),
});
const life: fc.Arbitrary<Life> = fc.record({
  issued: fc.integer({ min: 0, max: 1_500 }),
  waits: fc.constantFrom(0, 0, 5, 100),
  lasts: fc.integer({ min: 1, max: 1_200 }),
  granted: fc.integer({ min: 1, max: 12 }),
  wishes: fc.array(wish, { maxLength: 9 }),
});
const lives = fc.array(life, { minLength: 2, maxLength: 14 });
const range = fc.record({
  from: fc.integer({ min: -100, max: 2_000 }),
  length: fc.integer({ min: 1, max: 1_400 }),
  step: fc.constantFrom('day' as const, 'month' as const),
  zone: fc.constantFrom('UTC', 'Europe/London', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Apia'),
  reportStep: fc.integer({ min: 1, max: 6 }),
});

interface Lived {
  readonly pass: Pass;
  readonly entries: PassEntry[];
}

const digits = (number: number, length: number) => String(number).padStart(length, '0');

/** Lets a pass live: what its rules refuse does not happen. `unordered` sets the clock back in between. */
function live(
  programId: string,
  resource: Resource,
  { issued, ...life }: Life,
  index: number,
  unordered: boolean,
): Lived {
  const createdAt = start + issued * hour;
  const activationAt = createdAt + life.waits * hour;
  let pass: Pass = {
    programId,
    passId: `9${digits(index, 15)}`,
    orderId: `DP${digits(index, 14)}`,
    module: 1,
    allowedModules: [1],
    clientUserId: `user-${index}`,
    firstName: 'Ada',
    lastName: 'Lovelace',
    createdAt,
    activationAt,
    expirationAt: activationAt + life.lasts * hour,
    granted: life.granted,
    used: 0,
    restriction: { kind: 'resourceIds', values: [] },
    lastUse: null,
    suspension: null,
    cancelledAt: null,
    changedAt: null,
    entries: 1,
  };
  const entries: PassEntry[] = [
    { programId, passId: pass.passId, entry: entryFor(pass, 'issue', createdAt, clientId) },
  ];
  const wishes = unordered ? life.wishes : life.wishes.toSorted((one, other) => one.after - other.after);
  for (const [number, asked] of wishes.entries()) {
    const now = createdAt + asked.after * hour + 1;
    const change = tried(pass, entries, resource, asked, now, `DP${digits(index, 4)}${digits(number, 10)}`);
    if (change === null || change instanceof Refusal) continue;
    pass = change.pass;
    entries.push({ programId, passId: pass.passId, entry: change.entry });
  }
  return { pass, entries };
}

function tried(
  pass: Pass,
  entries: readonly PassEntry[],
  resource: Resource,
  { kind, people, which }: Wish,
  now: number,
  orderId: string,
): Change | Refusal | null {
  if (kind === 'use') return redeem(pass, resource, { adults: people, children: 0, orderId, clientId }, now);
  if (kind === 'cancel') return cancel(pass, { ifUnused: false, clientId }, now);
  if (kind === 'suspend') return suspend(pass, { reason: 'x', clientId }, now);
  if (kind === 'resume') return resume(pass, { reason: 'x', clientId }, now);
  const use = useOf(entries, which);
  return use === null ? null : giveBack(pass, use, { reason: 'x', clientId, byOperator: true }, now);
}

function useOf(entries: readonly PassEntry[], which: number): Use | null {
  const lines = entries.map(({ entry }) => entry);
  const backOf = (orderId: string) => lines.find((line) => line.kind === 'give-back' && line.orderId === orderId);
  const uses = lines.filter(({ kind }) => kind === 'use');
  const use = uses[which % Math.max(1, uses.length)];
  if (use === undefined) return null;
  const standing = uses.filter(({ number, orderId }) => number < use.number && backOf(orderId) === undefined).at(-1);
  const before: StandingUse | null =
    standing === undefined ? null : { at: standing.at, resourceId: standing.resourceId!, number: standing.number };
  return { ...use, resourceId: use.resourceId!, givenBackAt: backOf(use.orderId)?.at ?? null, before };
}

/** What can still be used of a pass at an instant, seen from nothing but the pass and its lines. */
function unusedAt({ pass, entries }: Lived, at: number): number {
  const ended = pass.expirationAt < at || (pass.cancelledAt !== null && pass.cancelledAt < at);
  if (pass.createdAt >= at || ended) return 0;
  const used = entries.filter(({ entry }) => entry.at < at).reduce((sum, { entry }) => sum + entry.units, 0);
  return pass.granted - used;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** What was done between two instants. What ends unused is left to the balance. */
function doneBetween(all: readonly Lived[], from: number, to: number) {
  const lines = all.flatMap(({ entries }) => entries.map(({ entry }) => entry));
  const within = lines.filter(({ at }) => at >= from && at < to);
  const issued = all.filter(({ pass }) => pass.createdAt >= from && pass.createdAt < to);
  const cancels = within.filter(({ kind }) => kind === 'cancel');
  const ended = (left: { left: number; at: number; orderId: string }) =>
    left.at < all.find(({ pass }) => pass.orderId === left.orderId)!.pass.expirationAt ? left.left : 0;
  return {
    issued: sum(issued.map(({ pass }) => pass.granted)),
    used: sum(within.filter(({ kind }) => kind === 'use').map(({ units }) => units)),
    givenBack: -sum(within.filter(({ kind }) => kind === 'give-back').map(({ units }) => units)) + 0,
    cancelled: sum(cancels.map(ended)),
  };
}

type Row = Readonly<Record<string, number>> & { readonly start: string; readonly end: string };

await eachDatabase('unused usages', (open) => {
  const scene = useScene(open);
  let programmes = 0;

  /** Writes these lives into a programme of their own; gives how its operator reaches a report. */
  async function written(all: readonly Life[], unordered: boolean) {
    const { world } = scene.product;
    programmes += 1;
    const programId = `LIFE-${programmes}`;
    await addProgram(scene.product, { programId, issuerPrefix: String(3_000 + programmes), sandbox: true }, ['N00001']);
    const { programme, resources } = world.directory.current().programmes.get(programId)!;
    const lived = all.map((one, index) => live(programId, resources.get('N00001')!, one, index, unordered));
    await world.database.transaction(async (transaction) => {
      const holders = lived.map(({ pass }) => ({
        programId,
        clientUserId: pass.clientUserId,
        firstKey: 'ada',
        lastKey: 'lovelace',
      }));
      await insertHolders(transaction, holders, start);
      await insertPasses(
        transaction,
        lived.map(({ pass }) => pass),
      );
      await insertEntries(
        transaction,
        lived.flatMap(({ entries }) => entries),
      );
    });
    const caller: Client = {
      ...world.directory.current().clientsById.get(clientId)!,
      scopes: new Set(['operator'] as const),
      programs: new Map([[programId, programme]]),
    };
    const call: Call = { caller, programId: null, requestId: 'test', key: null, operationId: 'test' };
    return { lived, call };
  }

  const worldOf = (reportStep: number): World => ({
    ...scene.product.world,
    database: altered(scene.product.world.database, { reportStep }),
  });
  const rowsOf = (body: string): Row[] => JSON.parse(body).data.rows;
  const iso = (at: number) => new Date(at).toISOString();

  const seed = Number(process.env.PASSDESK_SEED ?? Date.now() % 2 ** 31);
  const parameters = { seed, numRuns: 40, endOnFailure: true };

  test('every step closes with what the passes have left then, and moves by what was done in it', async (context) => {
    context.diagnostic(`PASSDESK_SEED=${seed}`);
    let moved = 0;
    const property = fc.asyncProperty(lives, range, async (all, { from, length, step, zone, reportStep }) => {
      const { lived, call } = await written(all, false);
      const query = { from: iso(start + from * hour), to: iso(start + (from + length) * hour), step, zone };
      const world = worldOf(reportStep);
      const rows = rowsOf((await reportLiability(world, call, { query })).body);
      for (const row of rows) {
        const [begin, end] = [Date.parse(row.start), Date.parse(row.end)];
        assert.equal(row.opening, sum(lived.map((one) => unusedAt(one, begin))), `opening at ${row.start}`);
        assert.equal(row.closing, sum(lived.map((one) => unusedAt(one, end))), `closing at ${row.end}`);
        const { issued, used, givenBack, cancelled, expired } = row;
        assert.deepEqual({ issued, used, givenBack, cancelled }, doneBetween(lived, begin, end), row.start);
        assert.equal(row.closing, row.opening! + issued! - used! + givenBack! - cancelled! - expired!);
        moved += issued! + used! + givenBack! + cancelled! + expired!;
      }
      const usage = rowsOf((await reportUsage(world, call, { query: { ...query, by: 'client' } })).body);
      const figures = (list: readonly Row[], used: string, back: string) =>
        list.filter((row) => row[used]! + row[back]! > 0).map((row) => [row.start, row[used], row[back]]);
      assert.deepEqual(figures(usage, 'usages', 'givenBackUsages'), figures(rows, 'used', 'givenBack'));
    });
    await fc.assert(property, parameters);
    assert.ok(moved > 100, `${moved} usages moved`);
  });

  test('whatever a sandbox does with its clock: nothing before the first pass, nothing after the last', async (context) => {
    context.diagnostic(`PASSDESK_SEED=${seed}`);
    const property = fc.asyncProperty(lives, range, async (all, { step, zone, reportStep }) => {
      const { call } = await written(all, true);
      const query = { from: iso(start - 24 * hour), to: iso(start + 5_000 * hour), step, zone };
      const rows = rowsOf((await reportLiability(worldOf(reportStep), call, { query })).body);
      assert.deepEqual([rows[0]!.opening, rows.at(-1)!.closing], [0, 0]);
      // Wherever a range begins, it opens with what the whole one had there.
      const middle = rows[Math.floor(rows.length / 2)]!;
      const later = rowsOf(
        (await reportLiability(worldOf(reportStep), call, { query: { ...query, from: middle.start } })).body,
      );
      assert.deepEqual(later, rows.slice(Math.floor(rows.length / 2)));
    });
    await fc.assert(property, { ...parameters, numRuns: 20 });
  });
});
