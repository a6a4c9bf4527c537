import { type DeliveryFigures, deliveryFigures } from '../store/deliveries.ts';
import type { World } from './world.ts';

export type PushFigures = DeliveryFigures;

/** The three gauges of one scrape share one look; a scrape every second is no load. */
const goodFor = 1_000;

const looks = new WeakMap<World, { readonly at: number; readonly figures: Promise<PushFigures | null> }>();

/** How the deliveries stand, at most a second old; null when the database does not tell. */
export function pushFigures(world: World): Promise<PushFigures | null> {
  const known = looks.get(world);
  if (known !== undefined && performance.now() - known.at < goodFor) return known.figures;
  const figures = deliveryFigures(world.database, world.clock.now()).catch(() => null);
  looks.set(world, { at: performance.now(), figures });
  return figures;
}
