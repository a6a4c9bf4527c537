import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { LanguageBody, PasswordBody } from '../contract/schemas-accounts.ts';
import { sessionHasEnded } from '../domain/account.ts';
import { minute } from '../domain/calendar.ts';
import { passwordProblem } from '../domain/password.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { findAccount, lockAccount, updateLanguage, updatePassword } from '../store/accounts.ts';
import { deleteSession, deleteSessionsOf, findSession, touchSession } from '../store/sessions.ts';
import { type Act, recordAct } from './audit-log.ts';
import type { Call } from './call.ts';
import type { Person } from './caller.ts';
import { hashOf, personOf, personWho } from './people.ts';
import { openSession, sessionAnswer } from './sign-in.ts';
import { attempted } from './sign-in-throttle.ts';
import type { World } from './world.ts';

/** Milliseconds: when a session was used is put down no more often than this. */
const touchEvery = minute;

/**
 * The person whose session this is; null when it has ended. Read from the database every time: what
 * ends a session, or changes an account, ends it in every process at once.
 */
export async function personWith(world: World, sessionId: string): Promise<Person | null> {
  const hash = hashOf(sessionId);
  const found = await findSession(world.database, hash);
  const now = world.clock.now();
  if (found === null || found.account.disabledAt !== null || sessionHasEnded(found, now)) return null;
  const { account, createdAt, usedAt } = found;
  if (now - usedAt < touchEvery) return personOf(world, account, sessionId, { createdAt, usedAt });
  await touchSession(world.database, hash, now).catch((problem: unknown) => {
    // A database that takes no changes still lets people read.
    world.log('warn', 'session not touched', { problem: String(problem) });
  });
  return personOf(world, account, sessionId, { createdAt, usedAt: now });
}

/** The session of the person who asks. */
export async function currentSession(_world: World, call: Call): Promise<Answer> {
  return sessionAnswer(personWho(call));
}

/** Signs out. */
export async function endSession(world: World, call: Call): Promise<Answer> {
  const { account, session } = personWho(call);
  await world.database.transaction(async (transaction) => {
    await deleteSession(transaction, session.hash);
    const act: Act = { act: 'account.sign-out', subject: account.email, details: {} };
    await recordAct(transaction, call, act, world.clock.now());
  });
  return { ...success({ ended: true }), cookies: { session: null } };
}

/**
 * Gives a person another password, for the present one. Whoever else was signed in to the account is
 * no longer, and this session goes on under a new id.
 */
export async function changePassword(
  world: World,
  call: Call,
  { body }: { readonly body: Static<typeof PasswordBody> },
): Promise<Answer> {
  const { account, session } = personWho(call);
  const { email } = account;
  const problem = passwordProblem(body.newPassword, email);
  if (problem !== null) throw fieldRefusal('PASSWORD_REFUSED', 'newPassword', problem);
  const present = await provenHash(world, email, session.hash, body.currentPassword);
  if (await world.passwords.verify(present, body.newPassword)) {
    throw fieldRefusal('PASSWORD_REFUSED', 'newPassword', 'is the present one');
  }
  const passwordHash = await world.passwords.hash(body.newPassword);
  const sessionId = world.ids.secret();
  const person = await world.database.transaction(async (transaction) => {
    const locked = await lockAccount(transaction, email);
    if (locked === null || locked.disabledAt !== null) throw new Refusal('SESSION_REFUSED');
    // Somebody gave it another one meanwhile: the one that was proven is none any more.
    if (locked.passwordHash !== present) throw new Refusal('PASSWORD_NOT_YOURS');
    const now = world.clock.now();
    await updatePassword(transaction, { email, passwordHash, passwordIsTemporary: false }, now);
    const endedSessions = await deleteSessionsOf(transaction, email);
    const opened = await openSession(world, transaction, { ...locked, passwordIsTemporary: false }, sessionId, now);
    const act: Act = { act: 'account.change-password', subject: email, details: { endedSessions } };
    await recordAct(transaction, call, act, now);
    return opened;
  });
  return sessionAnswer(person, { session: sessionId });
}

/** The hash of the present password, once it was told; guessing it is slowed like signing in. */
async function provenHash(world: World, email: string, sessionHash: string, password: string): Promise<string> {
  return attempted(world.throttle.admitAgain(email, sessionHash), async () => {
    const found = await findAccount(world.database, email);
    const isRight = await world.passwords.verify(found?.passwordHash ?? null, password);
    if (found !== null && isRight) return found.passwordHash;
    throw fieldRefusal('PASSWORD_NOT_YOURS', 'currentPassword', 'is not your present password');
  });
}

/** Chooses the language of the console for the person who asks. */
export async function changeLanguage(
  world: World,
  call: Call,
  { body }: { readonly body: Static<typeof LanguageBody> },
): Promise<Answer> {
  const person = personWho(call);
  const { language } = body;
  const { email } = person.account;
  await world.database.transaction(async (transaction) => {
    await updateLanguage(transaction, email, language);
    const act: Act = { act: 'account.change-language', subject: email, details: { language } };
    await recordAct(transaction, call, act, world.clock.now());
  });
  return sessionAnswer({ ...person, account: { ...person.account, language } });
}
