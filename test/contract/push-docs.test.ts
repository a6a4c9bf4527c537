/** docs/push-events.md: the receiver that partners paste, run exactly as it is written. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventTypes } from '../../src/domain/event.ts';
import { schedule } from '../../src/operations/push-schedule.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { findPort } from '../harness/ports.ts';
import { postHere, until } from '../harness/push.ts';

const page = readFileSync('docs/push-events.md', 'utf8');

/** The first block of JavaScript, without the indent of the list that it stands in. */
function receiverOfPage(): string {
  const block = /^ {3}```js\n([\s\S]*?)^ {3}```/m.exec(page)![1]!;
  return block.replace(/^ {3}/gm, '');
}

test('the page tells of every event type, and of the schedule as it is', () => {
  for (const eventType of eventTypes) assert.ok(page.includes(`\`${eventType}\``), eventType);
  const hours = schedule.slice(3).map((wait) => wait / 3_600_000);
  assert.deepEqual(schedule.slice(0, 3), [5_000, 300_000, 1_800_000]);
  assert.ok(page.includes(`and ${hours.slice(0, -1).join(', ')} and ${hours.at(-1)} hours`), hours.join());
});

describe('the receiver of the page', () => {
  const push = { isAllowedHost: (host: string) => host === '127.0.0.1' };
  const product = embeddedProduct(undefined, { post: postHere, push });
  let partner: TestClient;
  let receiver: ChildProcess;
  let url = '';
  let printed = '';
  let folder = '';
  before(async () => {
    const { baseUrl, credentials } = product();
    partner = await openClient(baseUrl, credentials.partner);
    folder = mkdtempSync(join(tmpdir(), 'passdesk-receiver-'));
    symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'receiver.mjs'), receiverOfPage());
    const port = await findPort();
    url = `http://127.0.0.1:${port}/`;
    const env = { ...process.env, PASSDESK_URL: baseUrl, PROGRAM_ID: 'DEMO', PORT: String(port) };
    receiver = spawn(process.execPath, ['receiver.mjs'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    receiver.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await until('the receiver listens', () =>
      fetch(url, { method: 'POST' }).then(
        () => true,
        () => false,
      ),
    );
  });
  after(() => {
    receiver?.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test('is short', () => {
    const code = receiverOfPage()
      .split('\n')
      .filter((line) => /\w/.test(line));
    assert.ok(code.length <= 20, `${code.length} lines`);
  });

  test('takes events in order, once each, and refuses what is not one', async () => {
    const { endpointId } = dataOf(await partner.post('/v2/endpoints', { url, eventTypes }));
    const told = dataOf(await partner.post(`/v2/endpoints/${endpointId}/test`));
    assert.equal(told.succeeded, true, JSON.stringify(told.received));
    const { sent } = told;
    const post = (body: string, headers: Record<string, string>) => fetch(url, { method: 'POST', body, headers });
    assert.equal((await post(sent.body, sent.headers)).status, 200, 'the same again');
    assert.equal((await post(`${sent.body} `, sent.headers)).status, 401, 'another body');
    assert.equal((await post(sent.body, {})).status, 401, 'no token');
    const [head, claims, signature] = sent.headers.Authorization.split('.');
    const other = Buffer.from(claims, 'base64url').toString().replace('DEMO', 'LIVE');
    const forged = [head, Buffer.from(other).toString('base64url'), signature].join('.');
    assert.equal((await post(sent.body, { ...sent.headers, Authorization: forged })).status, 401, 'another programme');
    const { ePassId, orderId } = await partner.issue(1);
    await partner.call('PATCH', '/v2/orders', { orderId, status: 3 });
    await until('both events', () => printed.includes('epass.cancelled'));
    const lines = printed.trim().split('\n');
    const seen = lines.map((line) => {
      const [, sequence, body] = /^(\d+) (.*)$/.exec(line)!;
      const { eventType, dpId } = JSON.parse(body!);
      return [sequence, eventType, dpId];
    });
    assert.deepEqual(seen, [
      ['0', 'endpoint.test', undefined],
      ['1', 'epass.issued', ePassId],
      ['2', 'epass.cancelled', ePassId],
    ]);
  });
});
