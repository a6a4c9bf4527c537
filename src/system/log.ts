import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';

/** Milliseconds for which lines that are still kept may be written when the process ends. */
const lastWithin = 500;

/** Lines kept while the reader of the log does not read; past that lines are dropped, requests are not. */
const mostBuffered = 4 * 1024 * 1024;

/** Values that belong to nobody who reads a log. */
const redact = ['secret', 'token', 'password', 'authorization', 'firstName', 'lastName'];

const settings = { base: null, redact, timestamp: pino.stdTimeFunctions.isoTime };

/**
 * Opens the log: JSON lines on standard error, written in the background so that a blocked pipe
 * never blocks a request.
 */
export function openLog() {
  const destination = pino.destination({ dest: 2, sync: false, maxLength: mostBuffered });
  const logger = pino(settings, destination);
  // A closed pipe is no reason to stop serving.
  destination.on('error', () => {});
  let closed = false;
  type Level = 'info' | 'warn' | 'error';
  return {
    log(level: Level, event: string, facts: Readonly<Record<string, unknown>> = {}): void {
      if (!closed) logger[level](facts, event);
    },
    /**
     * Writes one line without the threads that write the others, and waits for it half a second at most: a pipe that
     * nobody reads holds whoever writes to it, so that is a thread of its own.
     */
    async logApart(level: Level, event: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
      const lines: string[] = [];
      pino(settings, { write: (line: string) => lines.push(line) })[level](facts, event);
      const writer = new Worker("require('node:fs').writeSync(2, require('node:worker_threads').workerData)", {
        eval: true,
        execArgv: [],
        workerData: lines.join(''),
      });
      writer.on('error', () => {});
      await Promise.race([new Promise((ended) => writer.once('exit', ended)), pause(lastWithin)]);
    },
    /**
     * Writes what is still kept, if somebody reads; nothing is logged after it. Then the destination is destroyed:
     * pino would write on as the process exits, and for ever when nobody reads.
     */
    async close(): Promise<void> {
      if (closed) return;
      closed = true;
      const written = once(destination, 'close').catch(() => {});
      destination.end();
      await Promise.race([written, pause(lastWithin)]);
      destination.destroy();
    },
  };
}
