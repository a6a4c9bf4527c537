/** The kinds of service a pass can open; the numbers are the DragonPass v2 API's. */
export const moduleNumbers = [0, 1, 2, 3, 4, 7, 8, 11] as const;
export type Module = (typeof moduleNumbers)[number];

export const crossModule = 0;

/**
 * Modules whose resources stand at airports, so that an airport restriction makes sense: lounges,
 * fast track, dining and dining coupons, and the cross-module passes made of them.
 */
const airportModules: ReadonlySet<number> = new Set([0, 1, 2, 3, 4]);

/** Whether a pass of this module may be restricted to airports: only airport-related ones may (the E-pass guide). */
export function isAirportModule(module: number): boolean {
  return airportModules.has(module);
}

/** The name of each module's path segment under /v2/orders (contract, section 3). */
export const moduleOfSegment: ReadonlyMap<string, Module> = new Map<string, Module>([
  ['crossModule', 0],
  ['multiModule', 0],
  ['lounges', 1],
  ['fastTrack', 2],
  ['setMeals', 3],
  ['coupons', 4],
  ['fitness', 7],
  ['esims', 8],
  ['localOffers', 11],
]);

/** What each module is called in words. */
export const moduleNames: ReadonlyMap<number, string> = new Map<Module, string>([
  [0, 'Cross-module'],
  [1, 'Lounge'],
  [2, 'Fast track'],
  [3, 'Set meal'],
  [4, 'Coupon'],
  [7, 'Fitness'],
  [8, 'eSIM'],
  [11, 'Local offer'],
]);
