import type { FastifyInstance } from 'fastify';
import { Gauge } from 'prom-client';
import { type ReadinessCheck, readiness } from '../operations/readiness.ts';
import type { World } from '../operations/world.ts';
import type { Metrics } from './metrics.ts';

export interface HealthParts {
  readonly world: () => World | null;
  /** Why there is no world yet, or that the process is stopping. */
  readonly state: () => { readonly ready: boolean; readonly detail: string };
  readonly metrics: Metrics;
  readonly migrations: URL;
}

/** Serves GET /livez, /readyz and /metrics (contract, section 1). They ask for no token and tell no secret. */
export function serveHealth(server: FastifyInstance, parts: HealthParts): void {
  addReadiness(parts);
  // Some load balancers look with HEAD.
  server.get('/livez', { exposeHeadRoute: true }, (request, reply) =>
    reply.header('x-request-id', request.id).type('application/json').send('{"status":"alive"}'),
  );
  server.get('/readyz', { exposeHeadRoute: true }, async (request, reply) => {
    const checks = await checksOf(parts);
    const ready = checks.every((check) => check.ok || check.advisory);
    reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .type('application/json');
    reply.header('x-request-id', request.id);
    if (!ready) reply.header('retry-after', '1');
    return reply.send(JSON.stringify({ status: ready ? 'ready' : 'not ready', checks }));
  });
  server.get('/metrics', async (request, reply) => {
    reply.header('x-request-id', request.id);
    return reply.type(parts.metrics.registry.contentType).send(await parts.metrics.registry.metrics());
  });
}

/** What /readyz says, for alerts: 1 for each check that holds, 0 for each that does not. */
function addReadiness(parts: HealthParts): void {
  new Gauge({
    name: 'passdesk_ready',
    help: 'Whether a check of /readyz holds.',
    labelNames: ['check'],
    registers: [parts.metrics.registry],
    async collect() {
      const checks = await checksOf(parts);
      // While there is no world, only the process itself is looked at: what was known of the rest is forgotten.
      this.reset();
      for (const { name, ok } of checks) this.set({ check: name }, ok ? 1 : 0);
    },
  });
}

async function checksOf(parts: HealthParts): Promise<ReadinessCheck[]> {
  const { ready, detail } = parts.state();
  // A process that is not well itself may never hear the answers to the other questions.
  const world = ready ? parts.world() : null;
  const process: ReadinessCheck = { name: 'process', ok: ready, detail };
  return world === null ? [process] : [process, ...(await readiness(world, parts.migrations))];
}
