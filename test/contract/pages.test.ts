import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { servePages } from '../../src/http/pages.ts';
import { openServer } from '../../src/http/server.ts';

const script = 'export const greeting = "hello";\n'.repeat(50);

describe('the pages as files', () => {
  const server = openServer(() => {});
  let folder = '';
  const get = (url: string, headers = {}) => server.inject({ method: 'GET', url, headers });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'passdesk-pages-'));
    for (const inner of ['console', 'desk', 'assets', 'pass'])
      await mkdir(join(folder, 'web', inner), { recursive: true });
    await writeFile(join(folder, 'secret.js'), 'secret');
    await writeFile(join(folder, 'web', 'console', 'index.html'), '<title>console</title>');
    await writeFile(join(folder, 'web', 'desk', 'index.html'), '<title>desk</title>');
    await writeFile(join(folder, 'web', 'desk', 'worker.js'), 'self');
    await writeFile(join(folder, 'web', 'assets', 'console-1a2b.js'), script);
    await writeFile(join(folder, 'web', 'assets', 'reader-1a2b.wasm'), Buffer.from([0, 97, 115, 109]));
    await writeFile(join(folder, 'web', 'assets', 'notes.txt'), 'nobody asked for this type');
    servePages(server, pathToFileURL(`${join(folder, 'web')}/`));
  });
  after(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('a shell stands at its address and below it, under a policy that allows its own files alone', async () => {
    for (const url of ['/console', '/console/passes/8203111122223333', '/console/reports?by=module']) {
      const answer = await get(url);
      assert.equal(answer.statusCode, 200, url);
      assert.equal(answer.body, '<title>console</title>');
      assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
      assert.equal(answer.headers['cache-control'], 'no-cache');
      const policy = String(answer.headers['content-security-policy']);
      assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.match(String(answer.headers['permissions-policy']), /camera=\(\)/);
    }
  });

  test('the front desk alone may use the camera and WebAssembly', async () => {
    const { headers } = await get('/desk');
    assert.match(String(headers['content-security-policy']), /script-src 'self' 'wasm-unsafe-eval';/);
    assert.match(String(headers['permissions-policy']), /camera=\(self\)/);
  });

  test('a service worker keeps its name, so that it looks after the addresses below', async () => {
    const { statusCode, body, headers } = await get('/desk/worker.js');
    assert.deepEqual([statusCode, body], [200, 'self']);
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-cache');
  });

  test('assets are kept for ever and come compressed to whoever takes that', async () => {
    const plain = await get('/assets/console-1a2b.js');
    assert.equal(plain.body, script);
    assert.equal(plain.headers['cache-control'], 'public, max-age=31536000, immutable');
    assert.equal(plain.headers.vary, 'accept-encoding');
    for (const [accepted, coding, decode] of [
      ['gzip, deflate, br', 'br', brotliDecompressSync],
      ['gzip, br;q=0', 'gzip', gunzipSync],
    ] as const) {
      const answer = await get('/assets/console-1a2b.js', { 'accept-encoding': accepted });
      assert.equal(answer.headers['content-encoding'], coding);
      assert.ok(answer.rawPayload.length < script.length / 2);
      assert.equal(decode(answer.rawPayload).toString(), script);
    }
    assert.equal((await get('/assets/reader-1a2b.wasm')).headers['content-type'], 'application/wasm');
  });

  test('what was not built is not there', async () => {
    const strange = ['/assets/other.js', '/assets/notes.txt', '/assets/', '/assets', '/p/token', '/p/worker.js'];
    const outside = ['/assets/..%2f..%2fsecret.js', '/assets/..%5c..%5csecret.js', '/assets/%2e%2e/%2e%2e/secret.js'];
    for (const url of [...strange, ...outside, '/assets/../../secret.js', '/assets/..%2fconsole%2findex.html']) {
      const answer = await get(url);
      assert.equal(answer.statusCode, 404, url);
      assert.equal(answer.json().error, 'ROUTE_UNKNOWN', url);
    }
    assert.equal((await server.inject({ method: 'POST', url: '/console', payload: {} })).statusCode, 404);
  });

  test('a checkout whose pages are not built serves the API alone', async () => {
    const bare = openServer(() => {});
    servePages(bare, pathToFileURL(`${join(folder, 'absent')}/`));
    assert.equal((await bare.inject('/console')).statusCode, 404);
    await bare.close();
  });
});
