import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvAnswer, type Table, tableAnswer } from '../../src/contract/tables.ts';
import { Type } from '../../src/contract/typebox.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { allPages, mostRows, readReport, runReport } from '../../src/operations/report-run.ts';
import type { World } from '../../src/operations/world.ts';
import { readRows } from '../harness/csv.ts';

const logged: string[] = [];
const newWorld = () => ({ log: (_level: string, event: string) => logged.push(event) }) as unknown as World;
const refused = (name: string) => (problem: unknown) => problem instanceof Refusal && problem.refusal === name;

/** A report that goes on until it is let go. */
function held(world: World) {
  let started = false;
  let finish: (value: string) => void = () => {};
  const goes = new Promise<string>((resolve) => {
    finish = resolve;
  });
  const made = runReport(world, async () => {
    started = true;
    return goes;
  });
  return { made, letGo: () => finish('made'), hasStarted: () => started };
}

const aTurn = () => new Promise((resolve) => setImmediate(resolve));

test('two reports run at once, four wait in their order, and one more is refused at once', async () => {
  const world = newWorld();
  const reports = Array.from({ length: 6 }, () => held(world));
  await aTurn();
  const started = () => reports.map(({ hasStarted }) => hasStarted());
  assert.deepEqual(started(), [true, true, false, false, false, false]);
  await assert.rejects(
    runReport(world, async () => 'x'),
    (problem: Refusal) => {
      assert.ok(refused('REPORTS_BUSY')(problem));
      return typeof problem.facts.retryAfter === 'number';
    },
  );
  reports[1]!.letGo();
  assert.equal(await reports[1]!.made, 'made');
  await aTurn();
  assert.deepEqual(started(), [true, true, true, false, false, false]);
  // Another world has places of its own.
  assert.equal(await runReport(newWorld(), async () => 'elsewhere'), 'elsewhere');
  for (const report of reports) report.letGo();
  assert.deepEqual(await Promise.all(reports.map(({ made }) => made)), Array(6).fill('made'));
  assert.equal(await runReport(world, async () => 'again'), 'again');
});

test('a report that fails gives its place back; one that became too large or was ended by the server says so', async () => {
  const world = newWorld();
  for (let count = 0; count < 5; count += 1) {
    await assert.rejects(
      runReport(world, async () => {
        throw new Error('broken');
      }),
      /broken/,
    );
  }
  await assert.rejects(
    runReport(world, async ({ check }) => check(mostRows + 1)),
    refused('REPORT_TOO_LARGE'),
  );
  assert.equal(await runReport(world, async ({ check }) => check(mostRows)), undefined);
  const ended = Object.assign(new Error('canceling statement'), { code: '57014' });
  await assert.rejects(
    readReport(() => Promise.reject(ended)),
    refused('REPORT_TOO_LARGE'),
  );
});

interface Item {
  readonly name: string;
  readonly count: number;
}
const table: Table<Item> = [
  { name: 'name', schema: Type.String(), cell: ({ name }) => name },
  { name: 'count', schema: Type.Integer(), cell: ({ count }) => count },
];
const items = (length: number) => Array.from({ length }, (_, count) => ({ name: `=item "${count}"`, count }));

async function textOf(answer: ReturnType<typeof tableAnswer>): Promise<string> {
  if (answer.stream === undefined) return answer.body;
  let text = '';
  for await (const piece of answer.stream.pieces()) text += piece;
  return text;
}

test('a long report is the same JSON as a short one, in pieces', async () => {
  for (const length of [0, 1, 999, 1_000, 1_001, 2_345]) {
    const answer = tableAnswer(table, { programId: '[0]"]}' }, items(length));
    assert.equal(answer.stream === undefined, length <= 1_000);
    const text = await textOf(answer);
    assert.equal(text, JSON.stringify({ code: 0, data: { programId: '[0]"]}', rows: items(length) } }));
  }
});

test('every page of a list comes into the file, up to the rows that a report may have', async () => {
  const lengths = [0, 1, 500, 501, 1_999];
  for (const length of lengths) {
    const all = items(length);
    const pages = await allPages(newWorld(), async (after: number | null, size) => {
      const from = after ?? 0;
      return { rows: all.slice(from, from + size), next: from + size < all.length ? from + size : null };
    });
    const rows = readRows(await textOf(csvAnswer(table, 'x.csv', pages)));
    assert.deepEqual(
      rows,
      all.map(({ name, count }) => ({ name, count: String(count) })),
    );
  }
  const endless = await allPages(newWorld(), async (_after: number | null, size) => ({ rows: items(size), next: 1 }));
  assert.equal(readRows(await textOf(csvAnswer(table, 'x.csv', endless))).length, mostRows);
});

test('what fails at first is refused; what fails later cuts the file off, and is logged', async () => {
  const broken = async () => Promise.reject(new Error('gone'));
  await assert.rejects(allPages(newWorld(), broken), /gone/);
  const pages = await allPages(newWorld(), async (after: number | null) =>
    after === null ? { rows: items(1), next: 1 } : broken(),
  );
  await assert.rejects(textOf(csvAnswer(table, 'x.csv', pages)), /gone/);
  assert.deepEqual(logged, ['report cut off']);
});
