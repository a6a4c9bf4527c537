import type { Role } from './access.ts';
import { day, hour } from './calendar.ts';
import type { Instant } from './instant.ts';
import { fieldRefusal, Refusal } from './refusal.ts';

/** A person who may sign in. */
export interface Account {
  /** In small letters: one person, one account. */
  readonly email: string;
  readonly role: Role;
  readonly language: string;
  /** The programmes it may work in; null: all, those that come later included. */
  readonly programIds: readonly string[] | null;
  readonly disabledAt: Instant | null;
  /** Whether somebody else has seen its password, so that it must be changed before anything else. */
  readonly passwordIsTemporary: boolean;
  readonly createdAt: Instant;
  readonly passwordSetAt: Instant;
  readonly signedInAt: Instant | null;
}

/** How long people stay signed in; milliseconds. */
export const sessionLimits = { idle: hour, whole: 12 * hour, ofOneAccount: 10 } as const;

/** A one-time password that was not used by then is none any more; milliseconds. */
export const temporaryPasswordLife = 7 * day;

/** When and how lately a session was used. */
export interface SessionTimes {
  readonly createdAt: Instant;
  readonly usedAt: Instant;
}

/** From when on a session is none any more, if it is not used again. */
export function sessionEndsAt({ createdAt, usedAt }: SessionTimes): Instant {
  return Math.min(createdAt + sessionLimits.whole, usedAt + sessionLimits.idle);
}

/** Two processes' clocks may differ by as much, and more; milliseconds. */
const clocksApart = 120_000;

/** Whether a session is none any more. One from a clock that ran ahead would live longer by as much. */
export function sessionHasEnded(session: SessionTimes, now: Instant): boolean {
  return sessionEndsAt(session) <= now || Math.max(session.createdAt, session.usedAt) > now + clocksApart;
}

/** Whether a one-time password has waited too long. */
export function isLapsed(account: Account, now: Instant): boolean {
  return account.passwordIsTemporary && account.passwordSetAt + temporaryPasswordLife <= now;
}

/** What an administrator wants of an account. */
export interface AccountWish {
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
  readonly programIds?: readonly string[] | null | undefined;
}

/** Who asks, and how many other administrators can sign in. */
export interface AccountChangeBy {
  readonly email: string;
  readonly otherAdministrators: number;
}

/**
 * Changes what an account may do. Nobody changes their own rights; an administrator works in every programme,
 * because whoever hands out power over all has it; one of them always remains.
 */
export function changeAccess(
  account: Account,
  wish: AccountWish,
  by: AccountChangeBy,
  now: Instant,
): Account | Refusal {
  if (by.email === account.email) return new Refusal('OWN_ACCOUNT');
  const role = wish.role ?? account.role;
  const programIds = programmesOf(role, wish.programIds, account.programIds);
  if (programIds instanceof Refusal) return programIds;
  const disabledAt = wish.disabled === undefined ? account.disabledAt : disabledSince(account, wish.disabled, now);
  const stays = role === 'administrator' && disabledAt === null;
  const was = account.role === 'administrator' && account.disabledAt === null;
  if (was && !stays && by.otherAdministrators === 0) return new Refusal('LAST_ADMINISTRATOR');
  return { ...account, role, programIds, disabledAt };
}

function disabledSince(account: Account, disabled: boolean, now: Instant): Instant | null {
  return disabled ? (account.disabledAt ?? now) : null;
}

/** The programmes that go with a role; null: all. Refuses a list that was asked for an administrator. */
export function programmesOf(
  role: Role,
  asked: readonly string[] | null | undefined,
  present: readonly string[] | null,
): readonly string[] | null | Refusal {
  if (role !== 'administrator') return asked === undefined ? present : asked;
  if (asked === undefined || asked === null) return null;
  return fieldRefusal('REQUEST_INVALID', 'programIds', 'must be null: an administrator works in every programme');
}
