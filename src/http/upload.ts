import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../domain/refusal.ts';
import type { Upload } from '../operations/bulk-reader.ts';
import { uploading } from './server.ts';

const formats = { 'application/x-ndjson': 'ndjson', 'text/csv': 'csv' } as const;

/** Milliseconds in which the rest of a file may still arrive after its answer; then the connection is cut. */
const discardWithin = 30_000;

/** Lets the routes of `scope` take files as they come, and nothing else. */
export function acceptUploads(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(Object.keys(formats), (_request, payload, done) => done(null, payload));
}

/**
 * The file that a request brings, to be read as it comes; null when there is none. From here on nobody
 * but its reader watches how long it takes. What is left unread is thrown away, so that the
 * answer is not lost in a connection that is cut on unread bytes.
 */
export function uploadOf(request: FastifyRequest): Upload | null {
  const { raw } = request;
  if (request.body === undefined) return null;
  const [media, ...parameters] = String(request.headers['content-type']).toLowerCase().split(';');
  if (parameters.some((one) => /^\s*charset\s*=/.test(one) && !/=\s*"?utf-?8"?\s*$/.test(one))) {
    throw new Refusal('CONTENT_TYPE_UNSUPPORTED');
  }
  uploading.add(raw.socket);
  raw.once('close', () => uploading.delete(raw.socket));
  const format = formats[media!.trim() as keyof typeof formats];
  return { format, bytes: { [Symbol.asyncIterator]: () => raw.iterator({ destroyOnReturn: false }) } };
}

/** Reads what is left of a file, and forgets it. */
export function discardRest({ raw }: FastifyRequest): void {
  if (raw.complete) return;
  const late = setTimeout(() => raw.destroy(), discardWithin).unref();
  raw.once('close', () => clearTimeout(late));
  raw.resume();
}
