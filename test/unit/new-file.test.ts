/** Files that commands write: looked at first, whole or not there. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { issueCommand } from '../../src/cli/issue.ts';
import type { Outside } from '../../src/cli/outside.ts';
import { openPrinter } from '../../src/cli/print.ts';
import type { Credentials } from '../../src/operations/first-start.ts';
import { openOutside } from '../../src/outside.ts';
import { openNewFile } from '../../src/system/new-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'passdesk-new-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function* parts(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    if (text === 'broken') throw new Error('the connection broke');
    yield Buffer.from(text);
  }
}

test('a file appears when it is whole, for its owner only', async () => {
  const path = join(folder, 'result.csv');
  const file = await openNewFile(path);
  assert.deepEqual(readdirSync(folder), [`result.csv.${process.pid}.part`]);
  await file.fill(parts('a\n', 'b\n'));
  await file.abandon();
  assert.deepEqual(readdirSync(folder), ['result.csv']);
  assert.equal(readFileSync(path, 'utf8'), 'a\nb\n');
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('nothing is left of one that is abandoned or breaks off', async () => {
  const abandoned = await openNewFile(join(folder, 'result.csv'));
  await abandoned.abandon();
  assert.deepEqual(readdirSync(folder), []);
  const broken = await openNewFile(join(folder, 'result.csv'));
  await assert.rejects(broken.fill(parts('a\n', 'broken')), /the connection broke/);
  assert.deepEqual(readdirSync(folder), []);
});

test('a path that is taken or cannot be written is refused at once', async () => {
  const path = join(folder, 'result.csv');
  writeFileSync(path, 'mine');
  await assert.rejects(openNewFile(path), /there is a file .*result.csv already/);
  await assert.rejects(
    openNewFile(join(folder, 'nowhere', 'result.csv')),
    /nowhere\/result.csv cannot be written: ENOENT/,
  );
  assert.equal(readFileSync(path, 'utf8'), 'mine');
});

/** Runs `issue` with these flags against a server of the test's own. */
async function issueWith(
  flags: Readonly<Record<string, string>>,
  credentials: () => Promise<Credentials | null>,
  more: Partial<Outside> = {},
) {
  let printed = '';
  const streams = {
    out: (text: string) => {
      printed += text;
    },
    error: () => {},
    isTerminal: false,
  };
  const print = openPrinter(streams, { json: true, quiet: true });
  const given = { operands: {}, text: (flag: string) => flags[flag] ?? null, texts: () => [], on: () => false };
  const outside = { ...openOutside(), credentials, ...more };
  const problem = await issueCommand.run(given, { environment: {}, print, outside }).catch((error: Error) => error);
  return { problem: String(problem), printed };
}

test('issue looks at the path of its result before it asks any server', async () => {
  const path = join(folder, 'result.csv');
  writeFileSync(path, 'mine');
  writeFileSync(join(folder, 'passes.csv'), 'reference\n');
  let asked = 0;
  const credentials = async () => {
    asked += 1;
    return null;
  };
  const file = join(folder, 'passes.csv');
  assert.match((await issueWith({ file, result: path }, credentials)).problem, /there is a file .* already/);
  assert.equal(asked, 0);
  assert.match(
    (await issueWith({ file, result: join(folder, 'other.csv') }, credentials)).problem,
    /no server is named/,
  );
  assert.deepEqual(readdirSync(folder).sort(), ['passes.csv', 'result.csv']);
});

test('issue looks at its file of rows before it asks any server, and does not blame the server for it', async () => {
  let asked = 0;
  const nobody = async () => {
    asked += 1;
    return null;
  };
  mkdirSync(join(folder, 'folder.csv'));
  assert.match(
    (await issueWith({ file: join(folder, 'folder.csv') }, nobody)).problem,
    /folder.csv is a folder, not a file/,
  );
  assert.match((await issueWith({ file: join(folder, 'none.csv') }, nobody)).problem, /ENOENT/);
  assert.equal(asked, 0);

  const server = createServer((_, response) => {
    response.setHeader('set-cookie', 'session=1');
    response.end(JSON.stringify({ code: 0, data: { csrfToken: 'x' } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ baseUrl, admin: { email: 'a@b.c', password: 'x' } }) as Credentials;
  async function* rows() {
    yield Buffer.from('reference\n');
    throw new Error('the disk is gone');
  }
  const openFile = async () => ({ size: null, body: ReadableStream.from(rows()) as ReadableStream<Uint8Array> });
  try {
    const { problem } = await issueWith({ file: 'passes.csv' }, credentials, { openFile });
    assert.match(problem, /passes.csv cannot be read: the disk is gone/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('issue tells its job although the verdicts cannot be written', async () => {
  const job = { jobId: 'bulk_1', state: 'done', problem: null, rows: 1, good: 0, issued: 1, repeated: 0, refused: 0 };
  const server = createServer((request, response) => {
    if (request.url!.includes('result'))
      return void response.writeHead(200).write('reference\n', () => response.destroy());
    response.setHeader('set-cookie', 'session=1');
    response.end(JSON.stringify({ code: 0, data: { csrfToken: 'x', ...job } }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = async () => ({ baseUrl, admin: { email: 'a@b.c', password: 'x' } }) as Credentials;
  try {
    const flags = { job: job.jobId, result: join(folder, 'result.csv') };
    const { problem, printed } = await issueWith(flags, credentials);
    assert.match(problem, /the verdicts could not be written: .*; passdesk issue --job bulk_1 --dry-run --result/);
    assert.equal(JSON.parse(printed).issued, 1);
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
