/** The command, from what `npm pack` makes. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, test } from 'node:test';
import { installPackage, manifest, run } from '../harness/package.ts';

const { folder, passdesk } = installPackage();
after(() => rmSync(folder, { recursive: true, force: true }));

test('the command works from the package alone', () => {
  assert.equal(run(passdesk, ['version'], folder).trim(), manifest.version);
  const made = JSON.parse(
    run(passdesk, ['demo', '--once', '--passes', '20', '--port', '0', '--json'], folder),
  ) as object;
  assert.equal((made as { passes: number }).passes, 20);
  const examined = run(passdesk, ['doctor', '--data-dir', 'passdesk-demo'], folder);
  assert.match(examined, /schema: \d+ migrations applied/);
});
