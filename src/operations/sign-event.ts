import { createPrivateKey, hash, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Sender } from '../store/endpoints.ts';
import type { World } from './world.ts';

/** Seconds for which a receiver may take the token for fresh. */
const tokenLife = 300;

/** What one attempt to tell an event says about it besides the body. */
export interface EventToSign {
  readonly programId: string;
  readonly eventId: string;
  readonly eventType: string;
  /** What the event is about: a pass. */
  readonly subject: string;
  readonly sequence: number;
  readonly attempt: number;
}

/** The headers of one attempt: a token that signs the exact bytes of the body. Throws when there is no good key. */
export async function signedHeaders(
  world: World,
  sender: Sender,
  event: EventToSign,
  body: string,
  at: number,
): Promise<Record<string, string>> {
  const { programId, eventId, eventType, subject, sequence, attempt } = event;
  const token = await new SignJWT({
    programId,
    eventType,
    sequence,
    attempt,
    bodySha256: hash('sha256', body, 'base64url'),
  })
    .setProtectedHeader({ alg: 'RS256', kid: sender.kid!, typ: 'passdesk-event+jwt' })
    .setIssuer(world.push.issuer)
    .setIssuedAt(Math.floor(at / 1000))
    .setExpirationTime(Math.floor(at / 1000) + tokenLife)
    .setJti(eventId)
    .setSubject(subject)
    .sign(keyOf(sender));
  return {
    'Content-Type': 'application/json',
    Authorization: `Bearer ${token}`,
    'X-Event-ID': eventId,
    'X-Event-Sequence': String(sequence),
    'X-Event-Attempt': String(attempt),
    'User-Agent': 'Passdesk',
  };
}

/** Reading a key costs more than signing with it; keys are few and change seldom. */
const keys = new Map<string, KeyObject>();
const mostKeys = 1_000;

function keyOf({ privateKey }: Sender): KeyObject {
  if (privateKey === null) throw new Error('the endpoint has no key to sign with');
  const known = keys.get(privateKey);
  if (known !== undefined) return known;
  const made = readKey(privateKey);
  if (keys.size >= mostKeys) keys.clear();
  keys.set(privateKey, made);
  return made;
}

/** What is wrong with a key is told in our words: those of a library might repeat a part of it. */
function readKey(privateKey: string): KeyObject {
  try {
    const made = createPrivateKey(privateKey);
    if (made.asymmetricKeyType === 'rsa') return made;
  } catch {
    // Told below.
  }
  throw new Error('the key of the endpoint cannot be read');
}
