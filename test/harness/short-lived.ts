/**
 * What a product that runs for seconds is started with, and `npm test` the tests themselves: the embedded database's
 * code is compiled piece by piece when first called and never optimised, which halves the work of a start, and young
 * memory begins with what loading needs, so that little is collected. The code is the same; only a server that stays up
 * earns back what optimising costs.
 */
export const shortLived = ['--liftoff-only', '--wasm-lazy-compilation', '--min-semi-space-size=16'] as const;
