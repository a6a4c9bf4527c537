import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
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
    /** Writes one line while the caller waits: for when the threads that write the others have stopped. */
    logNow(level: Level, event: string, facts: Readonly<Record<string, unknown>>): void {
      pino(settings, pino.destination({ dest: 2, sync: true }))[level](facts, event);
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
