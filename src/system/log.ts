import { pino } from 'pino';

/** Lines kept while the reader of the log does not read; past that lines are dropped, requests are not. */
const mostBuffered = 4 * 1024 * 1024;

/** Values that belong to nobody who reads a log. */
const redact = ['secret', 'token', 'password', 'authorization', 'firstName', 'lastName'];

/**
 * Opens the log: JSON lines on standard error, written in the background so that a blocked pipe
 * never blocks a request.
 */
export function openLog() {
  const destination = pino.destination({ dest: 2, sync: false, maxLength: mostBuffered });
  const logger = pino({ base: null, redact, timestamp: pino.stdTimeFunctions.isoTime }, destination);
  // A closed pipe is no reason to stop serving.
  destination.on('error', () => {});
  return {
    log(level: 'info' | 'warn' | 'error', event: string, facts: Readonly<Record<string, unknown>> = {}): void {
      logger[level](facts, event);
    },
    flush(): void {
      try {
        destination.flushSync();
      } catch {
        // Nothing was ever written, or nobody reads any more.
      }
    },
  };
}
