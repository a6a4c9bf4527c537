import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../contract/answer.ts';
import { Refusal } from '../domain/refusal.ts';
import { send } from './server.ts';

/** A page for people: a folder under `web/`, and where its shell is served. */
interface Page {
  readonly name: string;
  /** The shell stands at this address and below it, where the page itself reads the rest of the address. */
  readonly paths: readonly string[];
  /** Its service worker, if it has one, is served here, so that it may look after the addresses below. */
  readonly worker: string;
  readonly policy: Readonly<Record<string, string>>;
  readonly permissions: string;
}

const nothing = 'camera=(), microphone=(), geolocation=(), payment=(), usb=()';

const pages: readonly Page[] = [
  {
    name: 'console',
    paths: ['/console', '/console/*'],
    worker: '/console/worker.js',
    policy: { 'require-trusted-types-for': "'script'" },
    permissions: nothing,
  },
  {
    name: 'desk',
    paths: ['/desk', '/desk/*'],
    worker: '/desk/worker.js',
    // Codes are read by a WebAssembly module of ours.
    policy: { 'script-src': "'self' 'wasm-unsafe-eval'" },
    permissions: nothing.replace('camera=()', 'camera=(self)'),
  },
  { name: 'pass', paths: ['/p/:token'], worker: '/p/worker.js', policy: {}, permissions: nothing },
];

/** Everything comes from this very server, and nothing is inline. */
const policy: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data: blob:",
  'font-src': "'self'",
  'media-src': "'self'",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'worker-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
};

const headersOfAll = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  // None is for those who search: links to passes least of all.
  'x-robots-tag': 'noindex, nofollow',
} as const;

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.mp3': 'audio/mpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** These are small already. */
const incompressible = new Set(['.ico', '.mp3', '.png', '.woff2']);

type Coding = 'br' | 'gzip';

/** A file of the build, kept in memory with the compressed forms that somebody has asked for. */
interface BuiltFile {
  readonly type: string;
  readonly bytes: Buffer;
  readonly compressed: Map<Coding, Promise<Buffer>> | null;
}

/** The files of a build by their path; a path that is not among them is never looked for on the disk. */
function readBuild(folder: URL): ReadonlyMap<string, BuiltFile> {
  const files = new Map<string, BuiltFile>();
  for (const entry of namesIn(folder)) {
    const extension = extname(entry);
    const type = types[extension];
    if (type === undefined) continue;
    const compressed = incompressible.has(extension) ? null : new Map<Coding, Promise<Buffer>>();
    files.set(entry, { type, bytes: readFileSync(new URL(entry, folder)), compressed });
  }
  return files;
}

function namesIn(folder: URL): string[] {
  try {
    const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return entries.map((entry) => entry.replaceAll('\\', '/'));
  } catch (problem) {
    // A checkout whose pages have not been built serves the API alone.
    if ((problem as { code?: unknown }).code === 'ENOENT') return [];
    throw problem;
  }
}

const compress: Readonly<Record<Coding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes) => promisify(gzip)(bytes, { level: 9 }),
};

function codingFor(request: FastifyRequest): Coding | null {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  if (/\bbr\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(accepted)) return 'br';
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(accepted) ? 'gzip' : null;
}

/** Serves the pages that `folder` holds, the assets they name and their service workers. */
export function servePages(server: FastifyInstance, folder: URL): void {
  const files = readBuild(folder);
  for (const page of pages) {
    const headers = headersOf(page);
    const shell = files.get(`${page.name}/index.html`);
    if (shell !== undefined) {
      for (const path of page.paths) server.get(path, (request, reply) => give(request, reply.headers(headers), shell));
    }
    const worker = files.get(`${page.name}/worker.js`);
    if (worker !== undefined) {
      server.get(page.worker, (request, reply) => {
        // Of itself it may look after what lies below its own address only, which the page's is not.
        reply.headers(headers).header('service-worker-allowed', page.paths[0]!.replace(/:.*/, ''));
        return give(request, reply, worker);
      });
    }
  }
  server.get<{ Params: { file: string } }>('/assets/:file', (request, reply) => {
    const file = files.get(`assets/${request.params.file}`);
    if (file === undefined) return send(request, reply, failure(new Refusal('ROUTE_UNKNOWN'), request.id));
    // The name tells the content, so it can be kept for ever.
    reply.headers(headersOfAll).header('cache-control', 'public, max-age=31536000, immutable');
    return give(request, reply, file);
  });
}

function headersOf(page: Page): Readonly<Record<string, string>> {
  const directives = Object.entries({ ...policy, ...page.policy }).map(([name, value]) => `${name} ${value}`);
  return {
    ...headersOfAll,
    'cache-control': 'no-cache',
    'content-security-policy': directives.join('; '),
    'permissions-policy': page.permissions,
  };
}

async function give(request: FastifyRequest, reply: FastifyReply, file: BuiltFile): Promise<FastifyReply> {
  reply.header('x-request-id', request.id).type(file.type);
  if (file.compressed === null) return reply.send(file.bytes);
  reply.header('vary', 'accept-encoding');
  const coding = codingFor(request);
  if (coding === null) return reply.send(file.bytes);
  const made = file.compressed.get(coding) ?? compress[coding](file.bytes);
  file.compressed.set(coding, made);
  return reply.header('content-encoding', coding).send(await made);
}
