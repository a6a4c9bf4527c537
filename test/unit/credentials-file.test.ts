import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCredentials, writeCredentials } from '../../src/system/credentials-file.ts';

test('credentials of another database are set aside, never written over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'passdesk-credentials-'));
  try {
    const first = { baseUrl: 'http://127.0.0.1:1', partner: { secret: 'one' } };
    await writeCredentials(folder, first);
    await writeCredentials(folder, { ...first, baseUrl: 'http://127.0.0.1:2' });
    assert.deepEqual(await readdir(folder), ['credentials.json']);
    await writeCredentials(folder, { ...first, partner: { secret: 'two' } });
    assert.deepEqual(await readCredentials(folder), { ...first, partner: { secret: 'two' } });
    const [kept] = (await readdir(folder)).filter((name) => name !== 'credentials.json');
    assert.match(await readFile(join(folder, kept!), 'utf8'), /"one"/);
    for (const name of await readdir(folder)) assert.equal((await stat(join(folder, name))).mode & 0o077, 0, name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
