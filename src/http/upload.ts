import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../domain/refusal.ts';
import type { Upload } from '../operations/bulk-reader.ts';
import { watched } from './discard-rest.ts';

const formats = { 'application/x-ndjson': 'ndjson', 'text/csv': 'csv' } as const;

/** Lets the routes of `scope` take files as they come, and nothing else. */
export function acceptUploads(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(Object.keys(formats), (_request, payload, done) => done(null, payload));
}

/**
 * The file that a request brings, to be read as it comes; null when there is none. From here on nobody
 * but its reader watches how long it takes.
 */
export function uploadOf(request: FastifyRequest): Upload | null {
  const { raw } = request;
  if (request.body === undefined) return null;
  const [media, ...parameters] = String(request.headers['content-type']).toLowerCase().split(';');
  if (parameters.some((one) => /^\s*charset\s*=/.test(one) && !/=\s*"?utf-?8"?\s*$/.test(one))) {
    throw new Refusal('CONTENT_TYPE_UNSUPPORTED');
  }
  watched.add(raw.socket);
  raw.once('close', () => watched.delete(raw.socket));
  const format = formats[media!.trim() as keyof typeof formats];
  return { format, bytes: { [Symbol.asyncIterator]: () => raw.iterator({ destroyOnReturn: false }) } };
}
