/** FLT-15: a disk that is really full under the embedded database. Its floor of free space is taken away, as a quota does. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { CommitUnknown, type Database, DatabaseUnavailable } from '../../src/store/database.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { fillDisk, mountMemory, unmount, whyNoDisks, workFolder } from '../harness/disks.ts';
import { checkInvariants, dataIn, finalAnswer, History, isOk, uncleanAnswers } from '../harness/history.ts';
import type { ReadRows } from '../harness/invariants.ts';
import { openProduct } from '../harness/product.ts';
import { fillFolder } from '../harness/templates.ts';
import { ask, issueSpec, redeemSpec, replayAll, sendOnce, targetOf } from '../harness/traffic.ts';

const work = workFolder('full');
const closers: (() => Promise<void>)[] = [];
const disks = ['data', 'log'].map((name) => join(work, name)) as [string, string];
const skip = whyNoDisks(() => {
  for (const disk of disks) mountMemory(disk, '192M');
});

after(async () => {
  for (const close of closers.reverse()) await close().catch(() => {});
  for (const disk of disks) unmount(disk);
  rmSync(work, { recursive: true, force: true });
});

function readerOf(database: Database): ReadRows {
  let statements = 0;
  return (text) => database.read({ name: `inspect-${++statements}`, text }, []);
}

test('data files cannot grow: changes get a clean 503, reads go on, and it heals', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const folder = join(disks[0], 'passdesk');
  fillFolder(folder);
  const database = await openEmbedded({ folder, minimumFreeBytes: 0 });
  const product = await openProduct(database);
  closers.push(
    () => database.close(),
    () => product.close(),
  );
  const target = await targetOf(product.credentials, product.baseUrl);
  const history = new History();
  // A new segment, so that the log has room and the data files meet the full disk.
  await database.script('select pg_switch_wal()');
  const first = await ask(target, history, issueSpec(3));
  const empty = fillDisk(disks[0]);

  const issues = Array.from({ length: 200 }, () => history.begin(issueSpec(2)));
  const refused = () => issues.filter(({ answers }) => answers.some(({ status }) => status !== 200));
  for (const issue of issues) {
    await sendOnce(target, issue);
    if (refused().length >= 5) break;
  }
  assert.equal(refused().length, 5, 'the disk was not full');
  assert.deepEqual(uncleanAnswers(history.requests), []);
  assert.equal(refused()[0]!.answers[0]!.status, 503);
  const search = await fetch(`${product.baseUrl}/v2/orders/ePasses/search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${target.partner}`, 'content-type': 'application/json' },
    body: JSON.stringify({ orderId: dataIn(first).orderId }),
  });
  assert.equal(search.status, 200, `${await search.text()} ${JSON.stringify(product.logged.slice(-8))}`);
  const ready = await fetch(`${product.baseUrl}/readyz`);
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /the disk of the data folder is full/);

  empty();
  const use = await ask(target, history, redeemSpec(dataIn(first).extra.ePassId));
  assert.ok(isOk(use));
  for (const issue of issues.filter((one) => one.answers.length > 0 && !isOk(one)))
    while (finalAnswer(issue) === undefined && (await sendOnce(target, issue))?.status === 503) await pause(100);
  assert.deepEqual(await replayAll(target, history), []);
  assert.deepEqual(await checkInvariants(readerOf(database), history), []);
  assert.equal((await fetch(`${product.baseUrl}/readyz`)).status, 200);
  t.diagnostic(`${history.acknowledged().length} changes acknowledged, ${refused().length} refused first, 0 lost`);
});

test('the log cannot grow: the database ends, and with room again nothing is lost', {
  skip,
  timeout: 120_000,
}, async (t) => {
  const folder = join(disks[1], 'passdesk');
  fillFolder(folder);
  let tell = (_problem: string) => {};
  const ended = new Promise<string>((resolve) => (tell = resolve));
  const database = await openEmbedded({ folder, minimumFreeBytes: 0, ended: tell });
  closers.push(() => database.close());
  await database.script('create table kept (id int primary key); insert into kept values (0)');
  const empty = fillDisk(disks[1]);

  // Whole pages go into the log after a checkpoint, and none into the data files.
  const text = `update kept set id = $1 returning pg_logical_emit_message(true, 'test', repeat('x', 100000))`;
  let acknowledged = 0;
  let problem: unknown = null;
  for (let id = 1; problem === null; id += 1) {
    const write = database.transaction((tx) => tx.run({ name: 'keep', text }, [id]));
    await write.then(
      () => (acknowledged = id),
      (error) => (problem = error),
    );
  }
  t.diagnostic(`${acknowledged} writes acknowledged`);
  assert.ok(problem instanceof CommitUnknown || problem instanceof DatabaseUnavailable, String(problem));
  assert.match(await ended, /PANIC.*No space left on device/);
  await database.close();
  await assert.rejects(openEmbedded({ folder }), /could not be opened.*No space left on device/s);
  empty();
  const again = await openEmbedded({ folder });
  closers.push(() => again.close());
  const [row] = await again.read<{ id: number }>({ name: 'kept', text: 'select id from kept' }, []);
  assert.ok(row!.id === acknowledged || row!.id === acknowledged + 1, `${row!.id} is not ${acknowledged}`);
});
