/** What the command line has a server do: a move that no second one can cross, and copies that do not stay behind. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { openAdminDoor } from '../../src/http/admin-door.ts';
import { openKeeper } from '../../src/open-keeper.ts';
import type { Keeper } from '../../src/operations/keeper.ts';
import type { Database } from '../../src/store/database.ts';
import { gated } from '../../src/store/gate.ts';
import { readMoved } from '../../src/system/moved.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-keeper-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;

/** A keeper of a database that does nothing but count its changes. */
function scene(copy: (into: string) => Promise<string> = async () => '1') {
  const dataFolder = join(folder, `data-${++folders}`);
  mkdirSync(dataFolder);
  let changes = 0;
  const database = { transaction: async () => ++changes, copy } as unknown as Database;
  const gate = gated(database);
  const paused: (string | null)[] = [];
  const keeper = openKeeper({
    dataFolder,
    database,
    gate,
    log: () => {},
    drained: async () => {},
    pause: (detail) => paused.push(detail),
    state: () => 'ready',
  });
  const change = () => gate.database.transaction(async () => {});
  return { dataFolder, keeper, change, paused };
}

test('only the move whose hold is in force may say that the data is elsewhere', async () => {
  const { dataFolder, keeper, change } = scene();
  await assert.rejects(keeper.moved('postgres://db/passdesk', ''), /not in force/);
  const first = await keeper.hold();
  await assert.rejects(change(), /held up/);
  await assert.rejects(keeper.hold(), /another move/);
  first.letGo();
  await pause(5);
  await change();
  await assert.rejects(keeper.moved('postgres://db/passdesk', first.token), /not in force/);
  const second = await keeper.hold();
  await assert.rejects(keeper.moved('postgres://db/passdesk', first.token), /not in force/);
  first.letGo();
  await assert.rejects(change(), /held up/, 'it is not the first one that holds');
  assert.equal(await readMoved(dataFolder), null);
  await keeper.moved('postgres://db/passdesk', second.token);
  second.letGo();
  await pause(5);
  await assert.rejects(change(), /held up/);
  assert.equal((await readMoved(dataFolder))?.to, 'postgres://db/passdesk');
  await assert.rejects(keeper.hold(), /has moved/);
});

test('a mover that goes while its mark is being written lets nothing in between', async () => {
  const { keeper, change, paused } = scene();
  const { token, letGo } = await keeper.hold();
  const moving = keeper.moved('postgres://db/passdesk', token);
  letGo();
  await assert.rejects(change(), /held up/);
  await moving;
  await pause(5);
  await assert.rejects(change(), /held up/);
  assert.match(paused.at(-1)!, /has moved/);
});

test('a mark that cannot be written leaves everything as it was', async () => {
  const { dataFolder, keeper, change, paused } = scene();
  const { token, letGo } = await keeper.hold();
  mkdirSync(join(dataFolder, 'moved.json.new'));
  await assert.rejects(keeper.moved('postgres://db/passdesk', token), /EISDIR/);
  letGo();
  await pause(5);
  await change();
  assert.equal(paused.at(-1), null);
  assert.equal(await readMoved(dataFolder), null);
});

test('a mover that says nothing more for ten minutes holds nothing up any longer', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { keeper, change } = scene();
  const { token } = await keeper.hold();
  t.mock.timers.tick(600_000);
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  await change();
  await assert.rejects(keeper.moved('postgres://db/passdesk', token), /not in force/);
});

test('a copy that fails leaves no folder', async () => {
  const { dataFolder, keeper } = scene(() => Promise.reject(new Error('no room')));
  await assert.rejects(keeper.copy(), /no room/);
  assert.deepEqual(readdirSync(join(dataFolder, 'copies')), []);
});

/** Asks an admin door as the command line does; resolves with the first bytes and how to go away. */
async function ask(keeper: Keeper, path: string) {
  const door = openAdminDoor(keeper).listen(0, '127.0.0.1');
  after(() => void door.close());
  await once(door, 'listening');
  const { port } = door.address() as AddressInfo;
  const asked = request({ port, path, method: 'POST', agent: false }).end();
  asked.on('error', () => {});
  return asked;
}

async function firstOf(asked: Awaited<ReturnType<typeof ask>>): Promise<unknown> {
  const [answer] = await once(asked, 'response');
  answer.on('error', () => {});
  const [chunk] = await once(answer, 'data');
  return JSON.parse(String(chunk));
}

test('a copy is there for as long as its reader is, and no longer when nobody waited for it', async () => {
  const finishes: (() => void)[] = [];
  const { dataFolder, keeper } = scene(() => new Promise((resolve) => finishes.push(() => resolve('7'))));
  const copies = () => readdirSync(join(dataFolder, 'copies'));
  const gone = async () => {
    while (copies().length > 0) await pause(5);
  };
  const reader = await ask(keeper, '/copy');
  while (finishes.length < 1) await pause(5);
  finishes[0]!();
  const made = (await firstOf(reader)) as { folder: string; since: string };
  assert.deepEqual([made.since, existsSync(made.folder)], ['7', true]);
  reader.destroy();
  await gone();
  const impatient = await ask(keeper, '/copy');
  while (finishes.length < 2) await pause(5);
  impatient.destroy();
  await pause(20);
  finishes[1]!();
  await gone();
});
