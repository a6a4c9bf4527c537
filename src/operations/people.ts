import { createHash, createHmac } from 'node:crypto';
import { scopesOfRole } from '../domain/access.ts';
import type { Account, SessionTimes } from '../domain/account.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Call } from './call.ts';
import type { Person } from './caller.ts';
import type { World } from './world.ts';

/** Requests a minute of one account. */
const ratePerMinute = 1_200;

/** What is kept of a secret that is only ever compared: 256 random bits need no salt and no slowness. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** The CSRF token of a session: from its id, which no script can read, by a way that does not lead back. */
function csrfTokenOf(sessionId: string): string {
  return createHmac('sha256', sessionId).update('csrf').digest('base64url');
}

const nowhere: ReadonlySet<string> = new Set();

/** The caller that an account is with a session. Its scopes come from its role, its programmes from its list. */
export function personOf(world: World, account: Account, sessionId: string, times: SessionTimes): Person {
  const { programmes } = world.directory.current();
  const wanted = account.programIds ?? [...programmes.keys()];
  const found = wanted.flatMap((programId) => programmes.get(programId)?.programme ?? []);
  return {
    kind: 'account',
    clientId: clientIdOf(account.email),
    scopes: scopesOfRole[account.role],
    ratePerMinute,
    programs: new Map(found.map((programme) => [programme.programId, programme])),
    resources: nowhere,
    account,
    session: { ...times, hash: hashOf(sessionId), csrfToken: csrfTokenOf(sessionId) },
  };
}

/** How the history and the audit log name an account. */
function clientIdOf(email: string): string {
  return `account:${email}`;
}

/** The person who asks. A client or a device never comes here: it has none of the scopes of people. */
export function personWho(call: Call): Person {
  if (call.caller.kind !== 'account') throw new Refusal('SESSION_REFUSED');
  return call.caller;
}
