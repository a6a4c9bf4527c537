import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { Refusal } from '../domain/refusal.ts';
import type { Person } from '../operations/caller.ts';
import { personWith } from '../operations/sessions.ts';
import type { SignInPlace } from '../operations/sign-in.ts';
import type { World } from '../operations/world.ts';
import { readCookie, type Sent } from './cookies.ts';

/** The session that a request came with. A token beats it: a request has one proof, and a token needs no page. */
export function sessionOf(world: World, request: FastifyRequest): Sent {
  const { authorization, cookie } = request.headers;
  return authorization === undefined ? readCookie(cookie, 'session', world.publicUrl) : null;
}

/** Lets a person in by the session of the cookie. Refuses what has ended, and what no page of ours has sent. */
export async function admitPerson(world: World, request: FastifyRequest, sessionId: string): Promise<Person> {
  refuseStrangers(request, world.publicUrl);
  const person = sessionId === 'unusable' ? null : await personWith(world, sessionId);
  if (person === null) throw new Refusal('SESSION_REFUSED');
  if (request.method !== 'GET' && !isTokenOf(person, request.headers['x-csrf-token'])) refuseForgery();
  return person;
}

function refuseForgery(): never {
  throw new Refusal('CSRF_REFUSED');
}

function isTokenOf({ session }: Person, sent: string | string[] | undefined): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return typeof sent === 'string' && timingSafeEqual(digest(sent), digest(session.csrfToken));
}

/** Refuses a request that a browser says comes from a page of somebody else. */
export function refuseStrangers({ headers, method }: FastifyRequest, publicUrl: string): void {
  const { origin, 'sec-fetch-site': site } = headers;
  // `none` is a person who typed the address, which asks for something and never sends anything.
  const isOurs = site === undefined || site === 'same-origin' || (site === 'none' && method === 'GET');
  if (!isOurs || (origin !== undefined && !isOwnOrigin(origin, headers.host, publicUrl))) refuseForgery();
}

/**
 * With https there is one address. Without it people come by the names that this machine happens to
 * have, and a page is our own when it came from where its request goes.
 */
function isOwnOrigin(origin: string, host: string | undefined, publicUrl: string): boolean {
  const own = new URL(publicUrl);
  if (origin === own.origin) return true;
  return own.protocol === 'http:' && origin.toLowerCase() === `http://${host?.toLowerCase()}`;
}

/** Where an attempt to sign in comes from. */
export function placeOf(world: World, request: FastifyRequest): SignInPlace {
  const usable = (sent: Sent) => (sent === 'unusable' ? null : sent);
  const { cookie } = request.headers;
  return {
    requestId: request.id,
    address: networkOf(request.ip),
    device: usable(readCookie(cookie, 'device', world.publicUrl)),
    session: usable(readCookie(cookie, 'session', world.publicUrl)),
  };
}

/** An address, or of IPv6 the /64 that one household has: its owner has 2^64 addresses. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('%')[0]!.split('::');
  const [first, last] = [head, tail].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
  const zeros = new Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
  const groups = [...first, ...zeros, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
