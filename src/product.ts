import type { FastifyInstance } from 'fastify';
import { type ApiParts, serveApi } from './http/api.ts';
import { serveDocs } from './http/docs.ts';
import { type HealthParts, serveHealth } from './http/health.ts';
import { serveKeys } from './http/keys.ts';
import { servePages } from './http/pages.ts';
import { BulkBoard } from './operations/bulk-board.ts';
import { openDirectory } from './operations/directory.ts';
import { openDoorRefusals } from './operations/door-refusals.ts';
import { type GroupCommitLimits, groupCommitLimits, openGroupCommit } from './operations/group-commit.ts';
import { openPasswords } from './operations/passwords.ts';
import { openSignInThrottle } from './operations/sign-in-throttle.ts';
import { TrafficCounter } from './operations/traffic-counter.ts';
import type { World } from './operations/world.ts';
import { isPublicHost, readAllowance } from './system/addresses.ts';
import { packageRoot } from './system/package-root.ts';
import { openPost } from './system/post.ts';
import { continentOf, countryHint, countryName, isCountry, loadAirports } from './system/reference-data.ts';
import { zoneProblem } from './system/zones.ts';
import { startBulk } from './worker/bulk.ts';
import { type PushWorker, startPushEvents } from './worker/push-events.ts';
import { startTraffic } from './worker/traffic.ts';
import { startUpkeep } from './worker/upkeep.ts';

export { migrations } from './version.ts';

/** The folder of the built pages. */
const webFolder = new URL('dist/web/', packageRoot());

/** What may be left out when a world is built: nothing private is reached, and time and chance are real. */
interface Usual {
  readonly limits?: GroupCommitLimits;
  /** A clock that is never set, in milliseconds. */
  readonly steady?: () => number;
  readonly post?: World['post'];
  readonly push?: Partial<World['push']>;
  readonly publicUrl?: string;
  /** One that is left out is drawn, and lives as long as the process. */
  readonly linkSecret?: string;
}

const usualPush: World['push'] = {
  issuer: 'passdesk',
  deadline: 10_000,
  jitter: Math.random,
  isPublicHost,
  isAllowedHost: () => false,
};

/** Builds the world on an open database whose schema is current. `close` answers what is in flight first. */
export async function openWorld(
  outside: Pick<World, 'database' | 'clock' | 'ids' | 'log'> & Usual,
): Promise<{ world: World; close: () => Promise<void> }> {
  const airports = loadAirports();
  const directory = await openDirectory(outside.database, outside.log);
  let worker: PushWorker | null = null;
  const outbox = {
    hasEndpoints: (programId: string) => directory.current().endpoints.has(programId),
    committed: () => worker?.wake(),
  };
  const { limits = groupCommitLimits } = outside;
  const commit = openGroupCommit({ ...outside, limits, outbox });
  const geography = {
    isAirport: (iata: string) => airports.has(iata),
    airportOf: (iata: string) => airports.get(iata) ?? null,
    zoneProblem,
    isCountry,
    countryHint,
    countryName,
    continentOf,
  };
  const { post = openPost(readAllowance('')), push, publicUrl = 'http://127.0.0.1:8080' } = outside;
  const pushed = { delivered: 0, refused: 0, unreachable: 0, unsendable: 0 };
  const { linkSecret = outside.ids.secret() } = outside;
  const people = { passwords: openPasswords(), throttle: openSignInThrottle(outside.steady), publicUrl, linkSecret };
  const refusals = openDoorRefusals(outside.database, outside.log);
  const sending = { post, push: { ...usualPush, ...push }, pushed };
  const world: World = {
    ...outside,
    directory,
    commit,
    outbox,
    bulk: new BulkBoard(outside.ids.uuid()),
    geography,
    ...sending,
    ...people,
    traffic: new TrafficCounter(),
    refusals,
  };
  worker = startPushEvents(world);
  const bulk = startBulk(world);
  const upkeep = startUpkeep(world);
  const traffic = startTraffic(world);
  const close = async () => {
    upkeep.stop();
    await Promise.all([worker?.stop(), bulk.stop(), commit.drained()]);
    // What was just answered is counted by now.
    await traffic.stop();
    await refusals.flush();
    directory.close();
  };
  return { world, close };
}

/** Puts every surface of the product on a server. */
export function serveProduct(
  server: FastifyInstance,
  parts: ApiParts & HealthParts & { readonly baseUrl: () => string },
): void {
  serveHealth(server, parts);
  serveDocs(server, parts.baseUrl);
  serveKeys(server, parts.world);
  servePages(server, webFolder);
  serveApi(server, parts);
}
