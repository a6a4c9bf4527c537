import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ThreadSilence } from '../../src/system/thread-watch.ts';

/** Threads that answer when told to. */
function threads() {
  const answers: ((error?: Error) => void)[] = [];
  const ask = () =>
    new Promise<void>((resolve, reject) => answers.push((error) => (error === undefined ? resolve() : reject(error))));
  return { silence: new ThreadSilence(ask), answers };
}

test('silence is counted from the question to the answer, whatever the answer is', async () => {
  const { silence, answers } = threads();
  assert.equal(silence.look(5_000), 0);
  assert.equal(silence.look(6_000), 1_000);
  assert.equal(silence.look(8_500), 3_500);
  assert.equal(answers.length, 1, 'one question at a time');
  answers[0]!();
  await turn();
  assert.equal(silence.look(9_500), 0);
  assert.equal(silence.look(10_500), 1_000);
  answers[1]!(new Error('no entropy'));
  await turn();
  assert.equal(silence.look(11_500), 0);
  assert.equal(answers.length, 3);
});

test('while the process itself was stopped nobody was silent', () => {
  const { silence } = threads();
  silence.look(1_000);
  assert.equal(silence.look(2_000), 1_000);
  assert.equal(silence.look(602_000), 0, 'stopped for ten minutes');
  assert.equal(silence.look(603_000), 1_000);
});
