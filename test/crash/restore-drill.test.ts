/** FLT-38 and INV-41: back-ups under load, restored into the other kind of database and compared row by row. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it, type TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { eventIdOf } from '../../src/contract/events.ts';
import { audit } from '../../src/operations/audit.ts';
import { restore } from '../../src/operations/restore.ts';
import type { Database } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { healEpoch } from '../../src/store/epochs.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { allRows, assertSameRows, linesOf, makeBackUp, restoreLines, restoreSettings } from '../harness/back-ups.ts';
import { dataOf, openClient } from '../harness/client.ts';
import { withPostgres } from '../harness/databases.ts';
import { checkInvariants, History, isOk } from '../harness/history.ts';
import { freshDatabase } from '../harness/postgres-server.ts';
import { openProduct } from '../harness/product.ts';
import { allTold } from '../harness/push.ts';
import { replayAll, startTraffic, targetOf } from '../harness/traffic.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-drill-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
const longest = 600_000;

type Open = () => Promise<Database>;

const embedded: Open = () =>
  openEmbedded({ folder: join(folder, `data-${++folders}`), stuckAfterMilliseconds: longest });

await withPostgres('a restore drill', (adminUrl) => {
  const postgresql: Open = async () => openPostgres({ url: await freshDatabase(adminUrl), longest });
  const timeout = 240_000;
  it('from the embedded database to PostgreSQL', { timeout }, (t) => drill(t, embedded, postgresql));
  it('from PostgreSQL to the embedded database', { timeout }, (t) => drill(t, postgresql, embedded));
  describe('afterwards', () => {
    it('cursors go on, and no event id is used for two events', { timeout }, () => lostTail(embedded, postgresql));
    it('a database that other means restored begins an epoch by itself', { timeout }, () => healed(postgresql));
    it('what cannot be restored is refused, and nothing is left behind', { timeout }, () => refusals(postgresql));
  });
});

/** What is to be read for a back-up: a copy of the embedded database, PostgreSQL itself. */
async function readable(database: Database): Promise<{ database: Database; close: () => Promise<void> }> {
  if (database.copy === undefined) return { database, close: async () => {} };
  const copy = join(folder, `copy-${++folders}`);
  await database.copy(copy);
  const opened = await openEmbedded({ folder: copy, stuckAfterMilliseconds: longest });
  return { database: opened, close: () => opened.close() };
}

async function drill(t: TestContext, from: Open, to: Open): Promise<void> {
  const source = await from();
  const product = await openProduct(source);
  const target = await targetOf(product.credentials, product.baseUrl);
  const traffic = startTraffic(target, 8);
  await pause(1_000);
  const acknowledged = traffic.history.requests.filter(isOk);
  const reading = await readable(source);
  const made = await makeBackUp(reading.database);
  const atBackUp = await allRows(reading.database);
  await reading.close();
  await traffic.stop();
  await product.close();

  const restored = await to();
  const { result, epoch } = await restoreLines(restored, made.lines);
  assert.deepEqual([result.tables, epoch], [made.result.tables, 1]);
  const rows = await allRows(restored);
  // Of PostgreSQL the rows could go on changing while the test read them for itself.
  if (source.kind === 'embedded') assertSameRows(rows, atBackUp);
  assert.deepEqual((await audit(restored)).findings, []);
  const told = new History();
  told.requests.push(
    ...traffic.history.requests.map((request) => (acknowledged.includes(request) ? request : undecided(request))),
  );
  const read = (text: string) =>
    restored.read<Record<string, unknown>>(
      { name: `drill-${text.length}-${text.slice(-30).replace(/\W/g, '')}`, text },
      [],
    );
  assert.deepEqual((await checkInvariants(read, told)).slice(0, 5), []);

  const again = await openProduct(restored, { credentials: product.credentials });
  const repeated = new History();
  repeated.requests.push(...acknowledged);
  const different = await replayAll(await targetOf(again.credentials, again.baseUrl), repeated);
  assert.deepEqual(different.slice(0, 2), []);
  await again.close();
  const back = await quietly(restored, from);
  t.diagnostic(
    `${made.result.rows} rows under load, ${acknowledged.length} acknowledged before; ${back} rows back again`,
  );
  await Promise.all([source.close(), restored.close()]);
}

/** Acknowledged after the back-up began: it may be in it or not. */
function undecided<T extends object>(request: T): T {
  return { ...request, answers: [], lost: ['after the back-up'] };
}

/** Back into the first kind, while nothing changes: every row must be what it was. */
async function quietly(source: Database, to: Open): Promise<number> {
  const made = await makeBackUp(source);
  const target = await to();
  await restore(target, linesOf(made.lines), restoreSettings);
  const count = assertSameRows(await allRows(target), await allRows(source));
  await target.close();
  assert.equal(count, made.result.rows);
  return count;
}

interface Event {
  readonly eventId: string;
  readonly sequence: number;
  readonly body: { readonly orderId: string };
}

/** After the back-up a use was made, told and lost with the server; then another one takes its place. */
async function lostTail(from: Open, to: Open): Promise<void> {
  const source = await from();
  const product = await openProduct(source);
  const partner = await openClient(product.baseUrl, product.credentials.partner);
  const venue = await openClient(product.baseUrl, product.credentials.venue);
  const { ePassId } = await partner.issue(2);
  await allTold(source);
  const first = dataOf(await partner.get('/v2/event'));
  const made = await makeBackUp(source);
  await venue.redeem(ePassId);
  await allTold(source);
  const lost = dataOf(await partner.get(`/v2/event?cursor=${first.nextCursor}`));
  assert.equal(lost.events.length, 1);
  await product.close();
  await source.close();

  const restored = await to();
  await restoreLines(restored, made.lines);
  const again = await openProduct(restored, { credentials: product.credentials });
  const [partner2, venue2] = [
    await openClient(again.baseUrl, again.credentials.partner),
    await openClient(again.baseUrl, again.credentials.venue),
  ];
  const follow = async (cursor: string): Promise<Event[]> =>
    dataOf(await partner2.get(`/v2/event?cursor=${cursor}`)).events;
  assert.deepEqual(await follow(first.nextCursor), []);
  const used = dataOf(await venue2.redeem(ePassId));
  await allTold(restored);
  // Whoever had followed the lost event, and whoever had not, is told of the new one.
  for (const cursor of [lost.nextCursor, first.nextCursor]) {
    const [event, ...more] = await follow(cursor);
    assert.deepEqual(more, []);
    assert.deepEqual([event!.sequence, event!.body.orderId], [2, used.orderId]);
    assert.notEqual(event!.eventId, lost.events[0].eventId);
    assert.equal(event!.eventId, eventIdOf({ programId: 'DEMO', passId: ePassId, number: 2, epoch: 1 }));
  }
  // What was told before keeps its id.
  const all: Event[] = dataOf(await partner2.get('/v2/event')).events;
  assert.deepEqual(all.slice(0, first.events.length), first.events);
  await again.close();
  await restored.close();
}

/** A history with the numbers of a server that had counted further, as after pg_dump and pg_restore. */
async function healed(open: Open): Promise<void> {
  const database = await open();
  const product = await openProduct(database);
  const partner = await openClient(product.baseUrl, product.credentials.partner);
  await partner.issue(1);
  await partner.issue(1);
  await database.script(`alter table entries disable trigger user;
    update entries set transaction = (transaction::text::bigint + 1000000)::text::xid8;
    alter table entries enable trigger user;`);
  assert.equal(dataOf(await partner.get('/v2/event')).events.length, 0);
  assert.equal(await healEpoch(database), 1);
  assert.equal(await healEpoch(database), null);
  await allTold(database);
  const before = dataOf(await partner.get('/v2/event'));
  assert.equal(before.events.length, 2);
  await partner.issue(1);
  await allTold(database);
  assert.equal(dataOf(await partner.get(`/v2/event?cursor=${before.nextCursor}`)).events.length, 1);
  await product.close();
  await database.close();
}

async function refusals(open: Open): Promise<void> {
  const source = await open();
  const product = await openProduct(source);
  await (await openClient(product.baseUrl, product.credentials.partner)).issue(1);
  await product.close();
  const { lines } = await makeBackUp(source);
  const target = await open();
  const changed = (index: number, text: string) => lines.map((line, at) => (at === index ? text : line));
  const row = lines.findIndex((line) => line.startsWith('[') && line.includes('Lovelace'));
  const head = JSON.parse(lines[0]!) as {
    format: number;
    migrations: { number: number; name: string; checksum: string }[];
  };
  const newer = { ...head, migrations: [...head.migrations, { number: 99, name: '0099_later.sql', checksum: 'x' }] };
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [changed(row, lines[row]!.replace('Lovelace', 'Byron')), /damaged: the rows of \w+ do not fit/],
    [lines.slice(0, -1), /cut off/],
    [lines.slice(0, row), /cut off/],
    [lines.filter((_, index) => index !== row), /damaged/],
    [changed(0, JSON.stringify({ ...head, format: 2 })), /form 2/],
    [changed(0, JSON.stringify(newer)), /newer than this program/],
    [changed(0, JSON.stringify({ ...head, madeAt: 'another time' })), /its checksum does not fit/],
    [['{"hello":"world"}'], /not a back-up/],
    [['hello'], /not JSON/],
  ];
  for (const [bad, sentence] of cases) await assert.rejects(restore(target, linesOf(bad), restoreSettings), sentence);
  // Nothing of them is there: the same database takes the whole one, and then no other.
  await restoreLines(target, lines);
  await assert.rejects(restore(target, linesOf(lines), restoreSettings), /not empty: .*have rows/);
  const foreign = await open();
  await foreign.script('create table somebody_elses (id int)');
  await assert.rejects(restore(foreign, linesOf(lines), restoreSettings), /tables of something else/);
  await Promise.all([source.close(), target.close(), foreign.close()]);
}
