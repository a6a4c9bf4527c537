import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { readInstants } from '../contract/orders.ts';
import type { Traffic, TrafficQuery } from '../contract/schemas-clients.ts';
import { day, hour } from '../domain/calendar.ts';
import { formatInstant, type Instant } from '../domain/instant.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { findClient, programmesOfClient } from '../store/clients.ts';
import { addTraffic, type TrafficKind, trafficOf } from '../store/traffic.ts';
import type { Call } from './call.ts';
import { clientViewOf, type OfClient } from './managed-client.ts';
import { trafficKeptFor } from './upkeep.ts';
import type { World } from './world.ts';

/** Keeps what this process has counted since it did so last. */
export function keepTraffic(world: World): Promise<void> {
  return world.traffic.keep((rows) => addTraffic(world.database, rows));
}

/**
 * How often a client asked for what, and what it was refused. The figures are the client's in all its programmes, so
 * only those who have all of these see them. What this process has just counted is in; what others have, within seconds.
 */
export async function clientTraffic(
  world: World,
  call: Call,
  request: OfClient & { readonly query: Static<typeof TrafficQuery> },
): Promise<Answer> {
  const { clientId } = request.params;
  if ((await findClient(world.database, clientViewOf(call), clientId)) === null) {
    throw new Refusal('CLIENT_UNKNOWN');
  }
  const all = await programmesOfClient(world.database, clientId);
  if (all.some((programId) => !call.caller.programs.has(programId))) throw new Refusal('CLIENT_SHARED');
  const { from, to } = rangeOf(request.query, world.clock.now());
  await keepTraffic(world);
  const { hours, kinds } = await trafficOf(world.database, clientId, from, to);
  const traffic: Static<typeof Traffic> = {
    clientId,
    from: formatInstant(from),
    to: formatInstant(to),
    requests: sum(hours.map(({ requests }) => requests)),
    errors: sum(hours.map(({ errors }) => errors)),
    hours: hours.map(({ requests, errors, ...at }) => ({ hour: formatInstant(at.hour), requests, errors })),
    operations: operationsOf(kinds),
  };
  return success(traffic);
}

/** From the beginning of an hour on; at most as long as figures are kept. */
function rangeOf(query: Static<typeof TrafficQuery>, now: Instant): { from: Instant; to: Instant } {
  const asked = readInstants('', { from: query.from, to: query.to });
  const to = asked.to ?? now;
  const from = Math.floor((asked.from ?? to - day) / hour) * hour;
  if (from >= to) throw fieldRefusal('REQUEST_INVALID', 'from', 'must be before to');
  if (to - from > trafficKeptFor + day) throw fieldRefusal('REQUEST_INVALID', 'from', 'is more than 31 days before to');
  return { from, to };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** Kinds come with the most frequent first, and so do the operations that they are of. */
function operationsOf(kinds: readonly TrafficKind[]): Static<typeof Traffic>['operations'] {
  const names = [...new Set(kinds.map(({ operation }) => operation))];
  const operations = names.map((operation) => {
    const own = kinds.filter((kind) => kind.operation === operation);
    const refused = own.filter(({ refusal }) => refusal !== '');
    return {
      operation,
      requests: sum(own.map(({ requests }) => requests)),
      errors: sum(refused.map(({ requests }) => requests)),
      refusals: refused.map(({ refusal, requests }) => ({ error: refusal, requests })),
    };
  });
  return operations.sort((left, right) => right.requests - left.requests);
}
