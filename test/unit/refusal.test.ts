/** What a refusal carries, and what it does not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../src/domain/refusal.ts';

test('a refusal collects no stack, and errors after it collect theirs', () => {
  const before = Error.stackTraceLimit;
  const refusal = new Refusal('E_PASS_UNKNOWN');
  assert.ok(refusal instanceof Error);
  assert.doesNotMatch(refusal.stack ?? '', /\n\s+at /);
  assert.equal(Error.stackTraceLimit, before);
  assert.match(new Error('another').stack ?? '', /\n\s+at /);
});
