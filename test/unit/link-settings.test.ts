/** Where links lead to, what they are made with and whose word counts for addresses: settings, and a file. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationProblem, readConfiguration } from '../../src/system/configuration.ts';
import { readLinkSecret } from '../../src/system/link-secret.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-secret-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the secret is drawn once, is its owner’s alone, and leaves no draft behind', async () => {
  const data = join(folder, 'not', 'there', 'yet');
  const drawn = await Promise.all(Array.from({ length: 5 }, () => readLinkSecret(data)));
  assert.match(drawn[0]!, /^[\w-]{43}$/);
  assert.deepEqual(new Set([...drawn, await readLinkSecret(data)]).size, 1);
  assert.deepEqual(readdirSync(data), ['link-secret']);
  assert.equal(statSync(join(data, 'link-secret')).mode & 0o777, 0o600);
  assert.equal(readFileSync(join(data, 'link-secret'), 'utf8').trim(), drawn[0]);
  assert.notEqual(await readLinkSecret(join(folder, 'another')), drawn[0]);
});

test('a damaged secret stops the start instead of being replaced', async () => {
  writeFileSync(join(folder, 'link-secret'), 'short\n');
  await assert.rejects(readLinkSecret(folder), /link-secret is damaged/);
});

test('PUBLIC_URL is an address without a path, and LINK_SECRET is long; both may be left out', () => {
  assert.deepEqual([readConfiguration({}).publicUrl, readConfiguration({ LINK_SECRET: '' }).linkSecret], [null, null]);
  for (const [sent, kept] of [
    ['https://passes.example', 'https://passes.example'],
    ['https://passes.example/', 'https://passes.example'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ]) {
    assert.equal(readConfiguration({ PUBLIC_URL: sent }).publicUrl, kept);
  }
  for (const PUBLIC_URL of ['passes.example', 'ftp://passes.example', 'https://a/b', 'https://u:p@a', 'https://a/?b']) {
    assert.throws(() => readConfiguration({ PUBLIC_URL }), ConfigurationProblem, PUBLIC_URL);
  }
  assert.equal(readConfiguration({ LINK_SECRET: 'x'.repeat(32) }).linkSecret, 'x'.repeat(32));
  assert.throws(() => readConfiguration({ LINK_SECRET: 'x'.repeat(31) }), ConfigurationProblem);
});

test('TRUSTED_PROXIES takes addresses and ranges, and no names', () => {
  const { trustedProxies } = readConfiguration({ TRUSTED_PROXIES: '10.1.0.0/16, ::1' });
  const asked = ['10.1.2.3', '10.2.0.1', '::1', '::ffff:10.1.0.9'];
  assert.deepEqual(asked.map(trustedProxies.allowsAddress), [true, false, true, true]);
  assert.equal(readConfiguration({}).trustedProxies.allowsAddress('127.0.0.1'), false);
  for (const TRUSTED_PROXIES of ['proxy.internal', 'true', '10.0.0.0/33', '10.1.0.0/16,*']) {
    assert.throws(() => readConfiguration({ TRUSTED_PROXIES }), ConfigurationProblem, TRUSTED_PROXIES);
  }
});
