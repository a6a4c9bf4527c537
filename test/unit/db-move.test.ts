/** A move that nobody serves must own what it moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CliProblem, exit } from '../../src/cli/command.ts';
import { dbMoveCommand } from '../../src/cli/db-move.ts';
import type { OpenData } from '../../src/cli/outside.ts';
import { openPrinter } from '../../src/cli/print.ts';
import { openOutside } from '../../src/outside.ts';

test('a server that starts while the move begins is not left behind with a copy', async () => {
  const told: string[] = [];
  const data = (name: string, how: OpenData['how']): OpenData => ({
    get database(): never {
      throw new Error(`${name} was read or written`);
    },
    how,
    since: '1',
    close: async () => void told.push(`${name} closed`),
  });
  const outside = {
    ...openOutside(),
    openEmpty: async () => Object.defineProperty(data('target', 'shared'), 'database', { value: null }),
    // The server is not there yet, and a moment later its copy is all that can be had.
    runningServer: async () => null,
    openData: async () => data('source', 'copy'),
    markMoved: async () => void told.push('marked as moved'),
  };
  const print = openPrinter({ out: () => {}, error: () => {}, isTerminal: false }, { json: false, quiet: true });
  const given = { operands: {}, text: () => 'postgres://db/passdesk', texts: () => [], on: () => false };
  await assert.rejects(dbMoveCommand.run(given, { environment: {}, print, outside }), (problem: CliProblem) => {
    assert.equal(problem.code, exit.busy);
    return /has just started: begin again/.test(problem.message);
  });
  assert.deepEqual(told, ['source closed', 'target closed']);
});
