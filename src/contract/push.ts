import { createPublicKey } from 'node:crypto';
import type { Static } from 'typebox';
import type { KeyTimes } from '../domain/endpoint.ts';
import type { EventFacts, EventType } from '../domain/event.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../domain/instant.ts';
import { eventIdOf, eventOf, eventTypeOf } from './events.ts';
import type * as schemas from './schemas-push.ts';

/** A signing key as far as the world may know it. */
export interface PublicKey extends KeyTimes {
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
}

/** An endpoint with the keys that receivers must accept. */
export interface EndpointFacts {
  readonly programId: string;
  readonly endpointId: string;
  readonly url: string;
  readonly eventTypes: readonly string[];
  readonly state: 'active' | 'paused';
  readonly pausedReason: string | null;
  readonly createdAt: Instant;
  readonly keys: readonly PublicKey[];
}

/** How far an endpoint lags behind. */
export interface LagFacts {
  readonly waiting: number;
  readonly oldestWaitingAt: Instant | null;
  readonly parked: number;
}

/** A public key as a member of a JWK set (RFC 7517). */
export function jwkOf(kid: string, publicKey: string): Static<typeof schemas.SigningKey>['publicKeyJwk'] {
  const { n, e } = createPublicKey(publicKey).export({ format: 'jwk' });
  return { kty: 'RSA', n: n!, e: e!, kid, use: 'sig', alg: 'RS256' };
}

/** A signing key as the wire has it. */
export function signingKeyOf({ kid, signsFrom, retiredAt, publicKey }: PublicKey): Static<typeof schemas.SigningKey> {
  return {
    kid,
    alg: 'RS256',
    signsFrom: formatInstant(signsFrom),
    acceptUntil: formatInstantOrNull(retiredAt),
    publicKeyJwk: jwkOf(kid, publicKey),
    publicKeyPem: publicKey,
  };
}

/** An endpoint as the wire has it; its lag only where that was looked at. */
export function endpointOf(facts: EndpointFacts, lag?: LagFacts): Static<typeof schemas.Endpoint> {
  return {
    endpointId: facts.endpointId,
    programId: facts.programId,
    url: facts.url,
    eventTypes: facts.eventTypes as EventType[],
    state: facts.state,
    pausedReason: facts.pausedReason,
    createdDate: formatInstant(facts.createdAt),
    signingKeys: facts.keys.map(signingKeyOf),
    ...(lag === undefined ? {} : { lag: lagOf(lag) }),
  };
}

function lagOf({ waiting, oldestWaitingAt, parked }: LagFacts): Static<typeof schemas.Lag> {
  return { waiting, oldestWaitingDate: formatInstantOrNull(oldestWaitingAt), parked };
}

/** One attempt as it was written down. */
export interface AttemptFacts {
  readonly attempt: number;
  readonly at: Instant;
  readonly milliseconds: number;
  readonly url: string;
  readonly body: string;
  readonly kid: string;
  readonly status: number | null;
  readonly answer: string;
  readonly succeeded: boolean;
}

/** An attempt as the wire has it: what was sent and what came back. */
export function attemptOf(facts: AttemptFacts): Static<typeof schemas.Attempt> {
  const { attempt, at, milliseconds, url, body, kid, status, answer, succeeded } = facts;
  return {
    attempt,
    attemptDate: formatInstant(at),
    succeeded,
    sent: { url, kid, body },
    received: { status, answer, milliseconds },
  };
}

/** One event for one endpoint, and how it fares. */
export interface DeliveryFacts {
  readonly passId: string;
  readonly number: number;
  readonly epoch: number;
  readonly eventType: string;
  readonly state: 'waiting' | 'delivered' | 'parked';
  readonly attempts: number;
  readonly createdAt: Instant;
  readonly nextAttemptAt: Instant;
  readonly finishedAt: Instant | null;
}

/** What a list and a single delivery have in common. */
export function deliveryOf(
  programId: string,
  facts: DeliveryFacts,
): Omit<Static<typeof schemas.Delivery>, 'lastAttempt'> {
  const { passId, number, epoch, eventType, state, attempts, createdAt, nextAttemptAt, finishedAt } = facts;
  return {
    eventId: eventIdOf({ programId, passId, number, epoch }),
    eventType: eventType as EventType,
    dpId: passId,
    sequence: number,
    state,
    attemptCount: attempts,
    createdDate: formatInstant(createdAt),
    nextAttemptDate: state === 'waiting' ? formatInstant(nextAttemptAt) : null,
    finishedDate: formatInstantOrNull(finishedAt),
  };
}

/** An event as GET /v2/event tells it: the body is that of the push. */
export function pushedEventOf(facts: EventFacts): Static<typeof schemas.PushedEvent> {
  const { programId, passId, epoch } = facts;
  const { number } = facts.entry;
  return {
    eventId: eventIdOf({ programId, passId, number, epoch }),
    sequence: number,
    eventType: eventTypeOf(facts.entry.kind),
    body: eventOf(facts) as Record<string, unknown>,
  };
}
