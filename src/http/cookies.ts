import type { Answer } from '../contract/answer.ts';

/** Browsers take a `__Host-` cookie only over https, from this very host, for the whole of it. */
const secure = { prefix: '__Host-', attributes: 'Path=/; Secure; HttpOnly; SameSite=Strict' } as const;
/** Over http there is only the one who listens on this machine, or somebody who was told better. */
const plain = { prefix: '', attributes: 'Path=/; HttpOnly; SameSite=Strict' } as const;

const names = { session: 'passdesk_session', device: 'passdesk_device' } as const;
const deviceLife = 90 * 86_400;

const kindOf = (publicUrl: string) => (publicUrl.startsWith('https:') ? secure : plain);

/** A cookie of ours: what it holds, null when it was not sent, and no text at all when it cannot be ours. */
export type Sent = string | null | 'unusable';

/**
 * Reads one of our cookies. Sent twice, or not of the form that we give, it is unusable: somebody who
 * sets cookies from beside us must not choose which one counts.
 */
export function readCookie(header: string | undefined, which: keyof typeof names, publicUrl: string): Sent {
  if (header === undefined) return null;
  const name = `${kindOf(publicUrl).prefix}${names[which]}=`;
  const found = header
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(name));
  if (found.length === 0) return null;
  const value = found[0]!.slice(name.length);
  return found.length === 1 && /^[A-Za-z0-9_-]{43}$/.test(value) ? value : 'unusable';
}

/** The Set-Cookie headers for what an answer gives the browser to keep or to forget. */
export function cookiesOf({ session, device }: NonNullable<Answer['cookies']>, publicUrl: string): string[] {
  const { prefix, attributes } = kindOf(publicUrl);
  const made = (name: string, value: string, life: string) => `${prefix}${name}=${value}; ${life}${attributes}`;
  return [
    // Without a life of its own: it goes when the browser does.
    ...(session === undefined ? [] : [made(names.session, session ?? '', session === null ? 'Max-Age=0; ' : '')]),
    ...(device === undefined ? [] : [made(names.device, device, `Max-Age=${deviceLife}; `)]),
  ];
}
