/** Lines of back-ups and of the administrator's socket: a name may hold what other programs take for the end of a line. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openAdminDoor } from '../../src/http/admin-door.ts';
import type { Keeper } from '../../src/operations/keeper.ts';
import { readAdminLines } from '../../src/system/admin-client.ts';
import { listenOnSocket } from '../../src/system/admin-socket.ts';
import { openBackUpWriter, readBackUp } from '../../src/system/backup-file.ts';
import { linesOf } from '../../src/system/lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-lines-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const names = ['line\u2028separator', 'paragraph\u2029separator', 'next\u0085line', 'Łukasz 東京 🛫', '', 'return\r'];
const lines = names.map((name) => JSON.stringify([name, null]));

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

test('lines end at line feeds alone, wherever the chunks are cut', async () => {
  const bytes = Buffer.from(lines.join('\n'));
  for (const size of [1, 2, 3, 5, 7, 64, bytes.length]) {
    assert.deepEqual(await all(linesOf(cut(bytes, size))), lines, String(size));
    assert.deepEqual(await all(linesOf(cut(Buffer.concat([bytes, Buffer.from('\n')]), size))), lines, String(size));
  }
  assert.deepEqual(await all(linesOf(cut(Buffer.from('\n\na\n'), 1))), ['', '', 'a']);
  assert.deepEqual(await all(linesOf(cut(Buffer.alloc(0), 1))), []);
});

test('a back-up is read line by line as it was written', async () => {
  const path = join(folder, 'a.backup');
  const writer = await openBackUpWriter(path);
  // More than one chunk of the file.
  const many = Array.from({ length: 20_000 }, (_, index) => lines[index % lines.length]!);
  await writer.write(`${many.join('\n')}\n`);
  await writer.commit();
  assert.deepEqual(await all(await readBackUp(path)), many);
});

test('rows of a running server come as they are', async () => {
  const rows = names.map((name) => [name, null]);
  const keeper = { rows: (_: string, __: object, take: (batch: typeof rows) => Promise<void>) => take(rows) };
  const door = openAdminDoor(keeper as unknown as Keeper);
  await listenOnSocket(folder, door);
  try {
    assert.deepEqual(await all(readAdminLines(folder, '/rows?table=passes')), [rows]);
  } finally {
    door.close();
  }
});

test('rows that end before their end mark are refused', async () => {
  const keeper = {
    rows: async (_: string, __: object, take: (batch: string[][]) => Promise<void>) => {
      await take([['a']]);
      throw new Error('the disk is gone');
    },
  };
  const door = openAdminDoor(keeper as unknown as Keeper);
  await listenOnSocket(folder, door);
  try {
    await assert.rejects(all(readAdminLines(folder, '/rows?table=passes')), /ended before it had told everything/);
  } finally {
    door.close();
  }
});
