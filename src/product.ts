import type { FastifyInstance } from 'fastify';
import { type ApiParts, serveApi } from './http/api.ts';
import { serveDocs } from './http/docs.ts';
import { type HealthParts, serveHealth } from './http/health.ts';
import { openDirectory } from './operations/directory.ts';
import { groupCommitLimits, openGroupCommit } from './operations/group-commit.ts';
import type { World } from './operations/world.ts';
import { packageRoot } from './system/package-root.ts';
import { continentOf, countryHint, countryName, isCountry, loadAirports } from './system/reference-data.ts';
import { startUpkeep } from './worker/upkeep.ts';

/** The folder of the numbered SQL files. */
export const migrations = new URL('src/store/migrations/', packageRoot());

/** Builds the world on an open database whose schema is current. `close` answers what is in flight first. */
export async function openWorld(
  outside: Pick<World, 'database' | 'clock' | 'ids' | 'log'>,
): Promise<{ world: World; close: () => Promise<void> }> {
  const airports = loadAirports();
  const directory = await openDirectory(outside.database, outside.log);
  const commit = openGroupCommit({ ...outside, limits: groupCommitLimits });
  const geography = {
    isAirport: (iata: string) => airports.has(iata),
    isCountry,
    countryHint,
    countryName,
    continentOf,
  };
  const world: World = { ...outside, directory, commit, geography };
  const upkeep = startUpkeep(world);
  const close = async () => {
    upkeep.stop();
    directory.close();
    await commit.drained();
  };
  return { world, close };
}

/** Puts every surface of the product on a server. */
export function serveProduct(
  server: FastifyInstance,
  parts: ApiParts & HealthParts & { readonly baseUrl: string },
): void {
  serveHealth(server, parts);
  serveDocs(server, parts.baseUrl);
  serveApi(server, parts);
}
