import type { ClientScope } from './access.ts';
import { minute } from './calendar.ts';
import { formatInstant, type Instant } from './instant.ts';
import { nameProblem } from './name.ts';
import { type Problem, Refusal } from './refusal.ts';

/** Public keys a client may have at once, so that they can rotate (contract, section 2). */
export const mostClientKeys = 2;

/** Requests a minute of a client that is given no rate of its own. */
export const usualRate = 6_000;

/** Minutes for which the secret before still works after a rotation, unless told otherwise. */
export const usualOverlap = 1_440;

/** What a client may do, and where. */
export interface ClientSettings {
  readonly name: string;
  readonly scopes: readonly ClientScope[];
  readonly programIds: readonly string[];
  /** The doors of a venue client. */
  readonly resourceIds: readonly string[];
  readonly ratePerMinute: number;
}

/** What there is for a client to be given. */
export interface ClientGround {
  /** Whether whoever gives has this programme. */
  readonly hasProgramme: (programId: string) => boolean;
  /** Whether one of the client's programmes offers this resource. */
  readonly isOffered: (resourceId: string, programIds: readonly string[]) => boolean;
}

/**
 * Refuses what a client cannot have, field by field: a programme that the giver does not have, a door that none of
 * its programmes offers, doors without the scope to stand at them, and that scope without a door.
 */
export function refuseClient(settings: ClientSettings, ground: ClientGround): void {
  const problems: Problem[] = [];
  const wrongName = nameProblem(settings.name);
  if (wrongName !== null) problems.push({ field: 'name', problem: wrongName });
  for (const [index, programId] of settings.programIds.entries()) {
    if (ground.hasProgramme(programId)) continue;
    problems.push({ field: `programIds.${index}`, problem: 'is not a programme that you have' });
  }
  problems.push(...doorProblems(settings, ground));
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
}

function doorProblems({ scopes, programIds, resourceIds }: ClientSettings, ground: ClientGround): Problem[] {
  const isVenue = scopes.includes('venue');
  if (isVenue && resourceIds.length === 0) {
    return [{ field: 'resourceIds', problem: 'name the resources at which a venue client stands' }];
  }
  if (!isVenue && resourceIds.length > 0) {
    return [{ field: 'resourceIds', problem: 'only a client with the scope venue stands at resources' }];
  }
  return resourceIds.flatMap((resourceId, index) => {
    if (ground.isOffered(resourceId, programIds)) return [];
    return [{ field: `resourceIds.${index}`, problem: "is not a resource of the client's programmes" }];
  });
}

/** Until when the secret before still works; null when it ends at once. */
export interface Rotation {
  readonly oldSecretUntil: Instant | null;
}

/**
 * Plans a new secret. There are never more than two: while the one before the present one still works, only a
 * rotation without overlap is taken, which ends both.
 */
export function rotateSecret(oldSecretUntil: Instant | null, overlapMinutes: number, now: Instant): Rotation {
  if (overlapMinutes === 0) return { oldSecretUntil: null };
  if (oldSecretUntil !== null && oldSecretUntil > now) {
    throw new Refusal('CLIENT_SECRETS_EXHAUSTED', { facts: { until: formatInstant(oldSecretUntil) } });
  }
  return { oldSecretUntil: now + overlapMinutes * minute };
}

/** Refuses a third key, and a second one of the same name. */
export function refuseKey(kids: readonly string[], kid: string): void {
  if (kids.includes(kid)) throw new Refusal('CLIENT_KEY_EXISTS', { problems: [{ field: 'kid', problem: 'is taken' }] });
  if (kids.length >= mostClientKeys) {
    throw new Refusal('CLIENT_KEYS_EXHAUSTED', { facts: { most: mostClientKeys, kids } });
  }
}
