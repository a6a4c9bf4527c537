import type { KnownAirport, Resource, TransportHub } from './catalogue.ts';
import type { Instant } from './instant.ts';
import { type Pass, passStatus, passStatusOf, usagesLeft } from './pass.ts';
import { explainRedeem, opens } from './redeem.ts';

/** The states a traveller is told of, in the order of the door's rules. */
export const pageStates = ['pendingActivation', 'active', 'suspended', 'cancelled', 'expired', 'usedUp'] as const;
export type PageState = (typeof pageStates)[number];

/** The state of a pass as its page tells it: that of the pass, and "used up" once nothing is left of it. */
export function pageStateOf(pass: Pass, now: Instant): PageState {
  const status = passStatusOf(pass, now);
  if (status === passStatus.cancelled) return 'cancelled';
  if (status === passStatus.suspended) return 'suspended';
  if (status === passStatus.expired) return 'expired';
  if (status === passStatus.pendingActivation) return 'pendingActivation';
  return usagesLeft(pass) === 0 ? 'usedUp' : 'active';
}

/** Whether the door would let one person in now: the very rules of the door. */
export function worksNow(pass: Pass, resource: Resource, now: Instant): boolean {
  return explainRedeem(pass, resource, { adults: 1, children: 0 }, now).every(({ holds }) => holds);
}

/** What a page shows at most; beyond it only tells how many more there are. */
export const pageLimits = { airports: 100, hubs: 40, resources: 200, zones: 40, visits: 50 } as const;

/** A transport hub with those of its resources that a pass opens. */
export interface HubWithResources {
  readonly hub: TransportHub;
  readonly resources: readonly Resource[];
}

/** Where a pass works in its programme: by hub, sorted by city and name. */
export function hubsOf(pass: Pass, resources: Iterable<Resource>): HubWithResources[] {
  const hubs = new Map<string, { hub: TransportHub; resources: Resource[] }>();
  for (const resource of resources) {
    if (!opens(pass, resource)) continue;
    const { hub } = resource;
    const known = hubs.get(hub.transportHubId);
    if (known === undefined) hubs.set(hub.transportHubId, { hub, resources: [resource] });
    else known.resources.push(resource);
  }
  const order = ({ hub }: HubWithResources) => [hub.city, hub.name, hub.transportHubId].join('\n');
  return [...hubs.values()].sort((left, right) => (order(left) < order(right) ? -1 : 1));
}

/** As many hubs and resources as a page shows, the first ones. */
export function shownHubs(hubs: readonly HubWithResources[]): HubWithResources[] {
  const shown: HubWithResources[] = [];
  let room: number = pageLimits.resources;
  for (const { hub, resources } of hubs) {
    if (shown.length === pageLimits.hubs || room === 0) break;
    const fitting = resources.slice(0, room);
    room -= fitting.length;
    shown.push({ hub, resources: fitting });
  }
  return shown;
}

/**
 * The zones in which a traveller lives by the pass, sorted: those of the airports it is restricted to, and of the
 * places where it works.
 */
export function zonesOf(hubs: readonly HubWithResources[], airports: readonly KnownAirport[]): string[] {
  return [...new Set([...airports.map(({ zone }) => zone), ...hubs.map(({ hub }) => hub.zone)])].sort();
}
