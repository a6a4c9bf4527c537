/** One more process of the product on a PostgreSQL database that another has set up. */
import { openMetrics } from '../../src/http/metrics.ts';
import { openServer } from '../../src/http/server.ts';
import { migrations, openWorld, serveProduct } from '../../src/product.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { ids } from '../../src/system/ids.ts';

/** Serves it; `close` closes its database too. */
export async function openSecondProduct(url: string): Promise<{ baseUrl: string; close(): Promise<void> }> {
  const database = await openPostgres({ url });
  const { world, close } = await openWorld({ database, clock: { now: Date.now }, ids, log: () => {} });
  const server = openServer(world.log);
  const metrics = openMetrics(() => world.commit.depth());
  serveProduct(server, { world: () => world, state: () => ({ ready: true, detail: 'test' }), metrics, migrations });
  const baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  return {
    baseUrl,
    async close() {
      await server.close();
      await close();
      await database.close();
    },
  };
}
