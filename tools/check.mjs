/**
 * `npm run check`: types, style, unused code and unit tests, in seconds. One line per step. With --untested the unit
 * tests are left out, for a run of all tests that follows.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { install, requireNode, root, testFiles } from './prepare.mjs';

requireNode();
install();

const bin = (...path) => [join(root, 'node_modules', ...path)];

const STEPS = [
  ['types', bin('typescript', 'bin', 'tsc'), ['-p', 'tsconfig.json']],
  ['types of the pages', bin('typescript', 'bin', 'tsc'), ['-p', join('web', 'tsconfig.json')]],
  ['style', bin('@biomejs', 'biome', 'bin', 'biome'), ['check', '--error-on-warnings', '.']],
  ['unused', bin('knip', 'bin', 'knip.js'), ['--no-progress']],
  ['unit tests', [], ['--test', '--test-reporter=spec', ...testFiles([join('test', 'unit')])]],
];

// All of them, even after a failure: one run tells everything.
const steps = process.argv.includes('--untested') ? STEPS.slice(0, -1) : STEPS;
const failures = steps.filter((step) => !passes(...step));
process.exitCode = failures.length === 0 ? 0 : 1;

function passes(name, program, parameters) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...program, ...parameters], {
    cwd: root,
    encoding: 'utf8',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (status !== 0) console.log(stdout + stderr);
  return status === 0;
}
