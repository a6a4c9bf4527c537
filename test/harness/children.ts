import type { ChildProcess } from 'node:child_process';
import { after } from 'node:test';

const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill('SIGKILL');
});

/** Ends a child with its file of tests: what a failed test leaves running would keep the file from ending. */
export function endWithTests(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}

/**
 * What a product that runs for seconds is started with, as `npm test` starts the tests themselves: the embedded database's
 * code is compiled piece by piece when first called and never optimised, which halves the work of a start. The code is
 * the same; only a server that stays up earns back what optimising costs.
 */
export const shortLived = ['--liftoff-only', '--wasm-lazy-compilation'] as const;
