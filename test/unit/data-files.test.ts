/** What cannot be looked at is not taken for what is not there. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { examine } from '../../src/examine.ts';
import { openOutside } from '../../src/outside.ts';
import { holdsDatabase, readDataFiles } from '../../src/system/data-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-files-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// Root may look everywhere, so a folder that is a file stands for one that may not be looked into.
const closed = join(folder, 'closed');
writeFileSync(closed, '');

test('only a folder that is not there holds no database', async () => {
  assert.equal(await holdsDatabase(join(folder, 'not-there')), false);
  mkdirSync(join(folder, 'postgres'));
  assert.equal(await holdsDatabase(folder), true);
  await assert.rejects(holdsDatabase(closed), /ENOTDIR/);
  await assert.rejects(openOutside().openOwn({ DATA_DIR: closed }), /ENOTDIR/);
  await assert.rejects(
    openOutside().openOwn({ DATA_DIR: join(folder, 'not-there') }),
    /holds no database; set DATA_DIR/,
  );
});

test('the doctor says BAD of a data folder that cannot be looked into', async () => {
  const found = await examine({ DATA_DIR: closed });
  const [bad] = found.filter(({ name }) => name === 'data folder');
  assert.equal(bad!.state, 'bad');
  assert.match(bad!.detail, /cannot be looked into: ENOTDIR/);
});

test('a back-up is not made without a file that cannot be read', async () => {
  mkdirSync(join(folder, 'link-secret'));
  await assert.rejects(readDataFiles(folder), /EISDIR/);
  rmSync(join(folder, 'link-secret'), { recursive: true });
  writeFileSync(join(folder, 'link-secret'), 'secret');
  assert.deepEqual(await readDataFiles(folder), { 'link-secret': 'secret' });
});
