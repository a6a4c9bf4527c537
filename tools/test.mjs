/**
 * `npm test`: every test, or those whose path holds one of the arguments (`npm test -- unit crash/redeem`).
 * With --thorough (`npm run test:thorough`) the long ones alone, with the counts that are promised: about twenty minutes.
 * Starts one PostgreSQL for all of them. Its last lines are the counts of Node's own test runner.
 * With CI=true a skipped test is a failure.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, requireNode, root, testFiles } from './prepare.mjs';

const thorough = process.argv.includes('--thorough');
// Milliseconds for one test file: nothing may hang for ever.
const FILE_TIMEOUT = thorough ? 7_200_000 : 600_000;

requireNode();
install();
await build('everything', 'client', 'web');
process.exitCode = await main(process.argv.slice(2).filter((word) => word !== '--thorough'));

async function main(filters) {
  const files = testFiles(filters).filter((file) => !thorough || countsOften(file));
  if (files.length === 0) {
    console.error(`No test file matches ${filters.join(', ')}.`);
    return 1;
  }
  const needsServer = files.some((file) => !file.includes(join('test', 'unit')));
  const server = needsServer ? await startServer() : null;
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-test-'));
  try {
    const environment = { ...environmentOf(server), ...(needsServer ? await templates(folder, server) : {}) };
    const code = await run(files, join(folder, 'facts'), environment);
    return summary(join(folder, 'facts'), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (server?.kind === 'running') await server.stop('immediate');
  }
}

function countsOften(file) {
  return readFileSync(file, 'utf8').includes('/counts.js');
}

async function startServer() {
  const { startPostgres } = await import('../dist/test/harness/postgres-server.js');
  const server = await startPostgres();
  if (server.kind === 'running') console.log(`PostgreSQL ${server.version} from ${server.binaries}`);
  else console.log(`No PostgreSQL: ${server.reason}`);
  return server;
}

function environmentOf(server) {
  if (!server) return {};
  if (server.kind === 'running') return { PASSDESK_TEST_POSTGRES_URL: server.url };
  return { PASSDESK_TEST_POSTGRES_MISSING: server.reason };
}

async function templates(folder, server) {
  const { makeTemplates } = await import('../dist/test/harness/templates.js');
  return makeTemplates(join(folder, 'templates'), server?.kind === 'running' ? server.url : null);
}

async function run(files, facts, environment) {
  const { shortLived } = await import('../dist/test/harness/short-lived.js');
  const reporters = ['spec', 'stdout', join(root, 'tools', 'count-reporter.mjs'), facts].map((value, index) =>
    index % 2 ? `--test-reporter-destination=${value}` : `--test-reporter=${value}`,
  );
  const flags = [...shortLived, '--test', '--test-concurrency=2', `--test-timeout=${FILE_TIMEOUT}`, ...reporters];
  const runner = spawn(process.execPath, [...flags, ...files], {
    cwd: root,
    env: { ...process.env, ...environment, ...(thorough ? { PASSDESK_TEST_COUNTS: 'thorough' } : {}) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((done) => runner.on('exit', (code) => done(code ?? 1)));
}

/** Lists what failed and what was skipped, repeats the runner's counts as the last lines and gives the exit code. */
function summary(path, code) {
  const facts = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const skipped = facts.filter((fact) => fact.skipped);
  const refused = process.env.CI === 'true' && skipped.length > 0;
  if (skipped.length > 0) console.log(refused ? '\nSkipped, which CI=true does not allow:' : '\nSkipped:');
  for (const { skipped: name, reason } of skipped) console.log(`  ${name} (${reason})`);
  const failed = facts.filter((fact) => fact.failed);
  if (failed.length > 0) console.log('\nFailed:');
  for (const { failed: name, file } of failed) console.log(`  ${file}: ${name}`);
  console.log('');
  for (const { count } of facts.filter((fact) => fact.count)) console.log(`# ${count}`);
  return code === 0 && refused ? 1 : code;
}
