/// <reference lib="webworker" />
/**
 * Opens the page of a pass without a network. It keeps the page's own files, which are the same for every
 * pass; what is told of a pass is kept by the page itself (saved-pages.ts), which knows when to forget it.
 */
const worker = self as unknown as ServiceWorkerGlobalScope;

const cacheName = 'passdesk-pass-files';
/** The shell is the same under every token; it is kept under this one. */
const shellAddress = '/p/shell';
/** Milliseconds after which a network that does not answer counts as none. */
const patience = 4_000;

/** Keeps a shell with the files that it names; forgets files that it names no more. */
async function keepShell(shell: Response): Promise<void> {
  const cache = await caches.open(cacheName);
  const text = await shell.clone().text();
  const named = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map((match) => match[1]!);
  for (const file of named) if ((await cache.match(file)) === undefined) await cache.add(file);
  // Last, so that a shell is never kept without its files.
  await cache.put(shellAddress, shell);
  for (const { url } of await cache.keys()) {
    const { pathname } = new URL(url);
    if (pathname !== shellAddress && !named.includes(pathname)) await cache.delete(url);
  }
}

async function openShell(event: FetchEvent): Promise<Response> {
  const kept = await (await caches.open(cacheName)).match(shellAddress);
  const asked = fetch(event.request);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, patience));
  try {
    const answer = await (kept === undefined ? asked : Promise.race([asked, late]));
    if (answer === undefined) return kept!;
    // The sign-in page of a network, or a server in trouble, is not our shell.
    const ours = answer.ok && !answer.redirected && answer.headers.get('content-type')?.startsWith('text/html');
    if (!ours && kept !== undefined) return kept;
    if (ours) event.waitUntil(keepShell(answer.clone()).catch(() => {}));
    return answer;
  } catch (problem) {
    if (kept !== undefined) return kept;
    throw problem;
  }
}

async function openFile(request: Request): Promise<Response> {
  const kept = await (await caches.open(cacheName)).match(request.url);
  return kept ?? fetch(request);
}

worker.addEventListener('install', (event) => {
  const files = fetch(shellAddress, { cache: 'no-cache' }).then((shell) => {
    if (!shell.ok) throw new Error(`the shell came with status ${shell.status}`);
    return keepShell(shell);
  });
  event.waitUntil(files.then(() => worker.skipWaiting()));
});

worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(openShell(event));
  else if (pathname.startsWith('/assets/')) event.respondWith(openFile(request));
});
