/** docs/operations.md: its blocks of shell, run from top to bottom as they are written, on a folder of its own. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, it } from 'node:test';
import { withPostgres } from '../harness/databases.ts';
import { findPort } from '../harness/ports.ts';
import { freshDatabase } from '../harness/postgres-server.ts';

const program = new URL('../../src/passdesk.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'passdesk-guide-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Every block marked `sh`, with the line it begins at. */
function blocks(): { line: number; text: string }[] {
  const page = readFileSync('docs/operations.md', 'utf8');
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(({ index, 1: text }) => ({
    line: page.slice(0, index).split('\n').length + 1,
    text: text!,
  }));
}

/** Stops at the first command that fails, and says in which block; whatever it started ends with it. */
function script(): string {
  const told = blocks().map(({ line, text }) => `echo 'operations.md:${line}'\n${text}`);
  return ['set -euo pipefail', `trap 'kill $(jobs -p) 2>/dev/null || true' EXIT`, ...told, 'echo done'].join('\n');
}

/** As `npm install -g` would have put it there. */
function installCommand(): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'passdesk'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(bin, 'passdesk'), 0o755);
  return bin;
}

await withPostgres('the operations guide', (adminUrl) => {
  it('every block marked sh does what the page says, one after the other', { timeout: 600_000 }, async (t) => {
    const own = /^(PASSDESK_|DATA_DIR$|DATABASE_URL$|HOST$|PORT$|PUBLIC_URL$|LINK_SECRET$)/;
    const rest = Object.entries(process.env).filter(([name]) => !own.test(name));
    const env = {
      ...Object.fromEntries(rest),
      PATH: `${installCommand()}${delimiter}${process.env.PATH}`,
      PORT: String(await findPort()),
      SECOND_PORT: String(await findPort()),
      EMPTY_DATABASE: await freshDatabase(adminUrl),
      SECOND_DATABASE: await freshDatabase(adminUrl),
    };
    const began = performance.now();
    const bash = spawn('bash', ['-c', script()], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [bash.stdout, bash.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        printed += String(chunk);
      });
    }
    const stop = setTimeout(() => bash.kill('SIGTERM'), 560_000);
    const [code] = (await once(bash, 'close')) as [number | null];
    clearTimeout(stop);
    assert.equal(code, 0, printed);
    assert.match(printed, /^done$/m);
    assert.ok(blocks().length >= 8, `${blocks().length} blocks`);
    t.diagnostic(`${blocks().length} blocks in ${Math.round((performance.now() - began) / 100) / 10} s`);
    // What the page says came about, did.
    const findings = JSON.parse(readFileSync(join(folder, 'audit.json'), 'utf8')) as { findings: unknown[] };
    assert.deepEqual(findings.findings, []);
    assert.ok(readFileSync(join(folder, 'served.ndjson'), 'utf8').trim().split('\n').length >= 1);
    assert.match(printed, /passdesk_ready\{check="database"\} 1/);
    assert.doesNotMatch(readFileSync(join(folder, 'findings.ndjson'), 'utf8'), /"bad"/);
  });
});
