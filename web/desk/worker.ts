/// <reference lib="webworker" />
/**
 * Opens the desk on bad Wi-Fi: its own files are kept on the device and shown at once; a newer build is
 * fetched meanwhile and opens the next time. Nothing of the API is ever kept.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

const cacheName = 'passdesk-desk-files';
const shellAddress = '/desk';

/** The files that a text names: the shell its script and style, a script the parts that it loads later. */
function namedIn(text: string): string[] {
  return [...text.matchAll(/assets\/[\w.-]+\.(?:js|css|svg|webmanifest|wasm)\b/g)].map(([file]) => `/${file}`);
}

/** Keeps a shell with everything that it names, however deep; forgets files of older builds. */
async function keepShell(shell: Response): Promise<void> {
  const cache = await caches.open(cacheName);
  const wanted = new Set(namedIn(await shell.clone().text()));
  for (const file of wanted) {
    // Large, and not needed where the browser reads codes itself: kept when it is first asked for.
    if (file.endsWith('.wasm')) continue;
    const kept = await cache.match(file);
    const answer = kept ?? (await fetch(file));
    if (!answer.ok) throw new Error(`${file} came with status ${answer.status}`);
    if (kept === undefined) await cache.put(file, answer.clone());
    // A set may grow while it is gone through: scripts name further files.
    if (file.endsWith('.js')) for (const more of namedIn(await answer.text())) wanted.add(more);
  }
  // Last, so that a shell is never kept without its files.
  await cache.put(shellAddress, shell);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (pathname !== shellAddress && !wanted.has(pathname)) await cache.delete(url);
  }
}

async function fetchShell(): Promise<Response> {
  const shell = await fetch(shellAddress, { cache: 'no-cache' });
  // The sign-in page of a network, or a server in trouble, is not our shell.
  const ours = shell.ok && !shell.redirected && shell.headers.get('content-type')?.startsWith('text/html');
  if (!ours) throw new Error(`the shell came with status ${shell.status}`);
  return shell;
}

async function openShell(event: FetchEvent): Promise<Response> {
  const kept = await (await caches.open(cacheName)).match(shellAddress);
  if (kept === undefined) return fetch(event.request);
  event.waitUntil(
    fetchShell()
      .then(keepShell)
      .catch(() => {}),
  );
  return kept;
}

/** Files are named after their content: one that is kept is the right one. */
async function openFile(request: Request): Promise<Response> {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request.url);
  if (kept !== undefined) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request.url, answer.clone());
  return answer;
}

worker.addEventListener('install', (event) => {
  event.waitUntil(
    fetchShell()
      .then(keepShell)
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(openShell(event));
  else if (pathname.startsWith('/assets/')) event.respondWith(openFile(request));
});

// A module of its own for the type checker: the other worker has the same names.
export {};
