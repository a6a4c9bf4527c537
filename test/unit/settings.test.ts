import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { settingsTable } from '../../src/system/configuration.ts';
import { packageRoot } from '../../src/system/package-root.ts';

test('the README tells every setting as the product reads it', () => {
  const readme = readFileSync(new URL('README.md', packageRoot()), 'utf8');
  assert.ok(readme.includes(settingsTable()), `README.md lacks this table:\n${settingsTable()}`);
});
