import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type PushFigures, pushFigures } from '../operations/push-figures.ts';
import type { World } from '../operations/world.ts';

/** The product's own metrics beside those of the process. Labels never hold ids or names. */
export interface Metrics {
  readonly registry: Registry;
  /** Counts one answer of an operation, with the seconds it took. */
  answered(operation: string, status: number, seconds: number): void;
  /** Counts one refusal by its name. */
  refused(error: string): void;
}

/**
 * Makes the metrics of one process; `depth` tells how many requests the group commit holds, and the
 * world, once it is there, how push events fare.
 */
export function openMetrics(depth: () => number, world: () => World | null = () => null): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const requests = new Counter({
    name: 'passdesk_requests_total',
    help: 'Answers by operation and HTTP status.',
    labelNames: ['operation', 'status'],
    registers,
  });
  const refusals = new Counter({
    name: 'passdesk_refusals_total',
    help: 'Refusals by name.',
    labelNames: ['error'],
    registers,
  });
  const seconds = new Histogram({
    name: 'passdesk_request_seconds',
    help: 'Time from the request to its answer.',
    labelNames: ['operation'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 5],
    registers,
  });
  const waiting: Gauge = new Gauge({
    name: 'passdesk_commit_queue',
    help: 'Requests that wait for the group commit or are being written.',
    registers,
    collect: () => {
      waiting.set(depth());
    },
  });
  addPushMetrics(registers, world);
  // Children are looked up by label once: the look-up by name costs more than the count.
  const counters = new Map<string, { inc(): void }>();
  const histograms = new Map<string, { observe(value: number): void }>();
  return {
    registry,
    answered(operation, status, took) {
      const key = `${operation} ${status}`;
      const counter = counters.get(key) ?? requests.labels(operation, String(status));
      counters.set(key, counter);
      counter.inc();
      const histogram = histograms.get(operation) ?? seconds.labels(operation);
      histograms.set(operation, histogram);
      histogram.observe(took);
    },
    refused: (error) => refusals.labels(error).inc(),
  };
}

/** How push events fare. Waiting, parked and lag are the whole deployment's, not this process's. */
function addPushMetrics(registers: Registry[], world: () => World | null): void {
  new Counter({
    name: 'passdesk_push_attempts_total',
    help: 'Attempts to push an event, by what they came to.',
    labelNames: ['outcome'],
    registers,
    async collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(world()?.pushed ?? {})) this.inc({ outcome }, count);
    },
  });
  const gauge = (name: string, help: string, value: (figures: PushFigures) => number) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const open = world();
        const figures = open === null ? null : await pushFigures(open);
        if (figures !== null) this.set(value(figures));
      },
    });
  gauge('passdesk_push_waiting', 'Events that wait to be delivered, counted up to a million.', (push) => push.waiting);
  gauge('passdesk_push_parked', 'Events that were given up, counted up to a million.', (push) => push.parked);
  gauge(
    'passdesk_push_lag_seconds',
    'For how long the most overdue delivery to an active endpoint has been due.',
    (push) => push.lag / 1000,
  );
}
