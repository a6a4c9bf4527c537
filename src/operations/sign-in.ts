import type { Static } from 'typebox';
import { emailOf, sessionOf } from '../contract/accounts.ts';
import { type Answer, success } from '../contract/answer.ts';
import type { SignInBody } from '../contract/schemas-accounts.ts';
import { type Account, isLapsed, sessionEndsAt, sessionLimits } from '../domain/account.ts';
import { day } from '../domain/calendar.ts';
import { Refusal } from '../domain/refusal.ts';
import { type AccountRow, findAccount, lockAccount, rememberSignIn } from '../store/accounts.ts';
import type { Transaction } from '../store/database.ts';
import { isKnownDevice, rememberDevice } from '../store/known-devices.ts';
import { deleteSession, insertSession, keepLatestSessions } from '../store/sessions.ts';
import { recordAct } from './audit-log.ts';
import type { Person } from './caller.ts';
import { hashOf, personOf } from './people.ts';
import { attempted } from './sign-in-throttle.ts';
import type { World } from './world.ts';

/** How long a browser is known, and how many of one account are. */
export const knownDevices = { life: 90 * day, ofOneAccount: 10 } as const;

/** Where an attempt to sign in comes from, as the door found it. */
export interface SignInPlace {
  readonly requestId: string;
  /** The network of the sender. */
  readonly address: string;
  /** The token of the browser, when it brought one. */
  readonly device: string | null;
  /** The session that the browser still had, when it brought one. */
  readonly session: string | null;
}

/**
 * Signs a person in. An account that is unknown, disabled, or has another password gets one answer for
 * the same work. A session that the browser had ends: the id of the new one was never known before.
 */
export async function signIn(
  world: World,
  { body }: { readonly body: Static<typeof SignInBody> },
  place: SignInPlace,
): Promise<Answer> {
  const email = emailOf(body.email);
  const deviceHash = place.device === null ? null : hashOf(place.device);
  const since = world.clock.now() - knownDevices.life;
  const isKnown = deviceHash !== null && (await isKnownDevice(world.database, email, deviceHash, since));
  const knownDevice = isKnown ? deviceHash : null;
  const admitted = world.throttle.admit({ email, address: place.address, knownDevice });
  return attempted(admitted, async () => {
    const found = await findAccount(world.database, email);
    const isRight = await world.passwords.verify(found?.passwordHash ?? null, body.password);
    const problem = problemWith(found, isRight, world.clock.now());
    if (found === null || problem !== null) throw signInRefusal(world, place, problem ?? 'unknown');
    const device = knownDevice === null ? world.ids.secret() : place.device!;
    return open(world, found, device, place);
  });
}

function problemWith(found: AccountRow | null, isRight: boolean, now: number): string | null {
  if (found === null) return 'unknown account';
  if (!isRight) return 'wrong password';
  if (found.disabledAt !== null) return 'disabled account';
  return isLapsed(found, now) ? 'lapsed password' : null;
}

/** The log tells why; what was typed may be a password in the wrong field and is in no log. */
function signInRefusal(world: World, { address }: SignInPlace, reason: string): Refusal {
  world.log('info', 'sign-in refused', { reason, address });
  return new Refusal('SIGN_IN_REFUSED');
}

async function open(world: World, found: AccountRow, device: string, place: SignInPlace): Promise<Answer> {
  const sessionId = world.ids.secret();
  const person = await world.database.transaction(async (transaction) => {
    const account = await lockAccount(transaction, found.email);
    // Between the password that was checked and this lock it may have been disabled or got another one.
    const isStill = account !== null && account.passwordHash === found.passwordHash && account.disabledAt === null;
    if (!isStill) throw signInRefusal(world, place, 'changed meanwhile');
    if (place.session !== null) await deleteSession(transaction, hashOf(place.session));
    const now = world.clock.now();
    const opened = await openSession(world, transaction, account, sessionId, now);
    await rememberSignIn(transaction, account.email, now);
    await rememberDevice(transaction, account.email, hashOf(device), knownDevices.ofOneAccount, now);
    const call = { caller: opened, programId: null, requestId: place.requestId, key: null, operationId: 'signIn' };
    const details = { address: place.address };
    await recordAct(transaction, call, { act: 'account.sign-in', subject: account.email, details }, now);
    return opened;
  });
  return sessionAnswer(person, { session: sessionId, device });
}

/** Opens a session of an account that is locked, with an id that is new; the oldest of too many ends. */
export async function openSession(
  world: World,
  transaction: Transaction,
  account: Account,
  sessionId: string,
  now: number,
): Promise<Person> {
  const person = personOf(world, account, sessionId, { createdAt: now, usedAt: now });
  await insertSession(transaction, person.session.hash, account.email, now);
  await keepLatestSessions(transaction, account.email, sessionLimits.ofOneAccount, person.session.hash);
  return person;
}

/** What a person is told of the session. */
export function sessionAnswer(person: Person, cookies?: Answer['cookies']): Answer {
  const { account, session } = person;
  const answer = success(sessionOf(account, session.csrfToken, sessionEndsAt(session)));
  return cookies === undefined ? answer : { ...answer, cookies };
}
