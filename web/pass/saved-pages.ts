import type { ShownPage } from './page-data.ts';

/** Shared with worker.ts, which keeps the page's own files in a cache beside this one. */
const cacheName = 'passdesk-pass-data';

/** Passes kept on one device; the one saved longest ago goes when one more comes. */
const mostSaved = 20;

const addressOf = (token: string) => `/v2/passPages/${encodeURIComponent(token)}`;

/** Null where the browser keeps nothing: over plain http, and in some private windows. */
function openCache(): Promise<Cache | null> {
  return 'caches' in globalThis ? caches.open(cacheName).catch(() => null) : Promise.resolve(null);
}

/** Keeps a page for a time without a network; gives whether it is kept. */
export async function savePage(token: string, page: ShownPage): Promise<boolean> {
  const cache = await openCache();
  if (cache === null) return false;
  try {
    // Deleted first, so that the oldest stand first.
    await cache.delete(addressOf(token));
    await cache.put(addressOf(token), new Response(JSON.stringify({ ...page, live: false })));
    const all = await cache.keys();
    for (const old of all.slice(0, Math.max(0, all.length - mostSaved))) await cache.delete(old);
    return true;
  } catch {
    // No room: the page works as before, with a network.
    return false;
  }
}

/** The page as it was saved, or null. */
export async function savedPage(token: string): Promise<ShownPage | null> {
  const cache = await openCache();
  const found = await cache?.match(addressOf(token));
  return found === undefined ? null : ((await found.json()) as ShownPage);
}

/** Forgets a page; the last one takes everything along that was kept for times without a network. */
export async function dropPage(token: string): Promise<boolean> {
  const cache = await openCache();
  if (cache === null) return false;
  const dropped = await cache.delete(addressOf(token));
  if ((await cache.keys()).length > 0) return dropped;
  for (const name of await caches.keys()) if (name.startsWith('passdesk-pass-')) await caches.delete(name);
  const worker = await navigator.serviceWorker?.getRegistration('/p/');
  await worker?.unregister();
  return dropped;
}
