import type { Static } from 'typebox';
import { accountOf, emailOf } from '../contract/accounts.ts';
import { type Answer, success } from '../contract/answer.ts';
import { keyCursor, keyOfCursor } from '../contract/key-cursors.ts';
import { pageSizeOf } from '../contract/pages.ts';
import type { AccountBody, AccountChangeBody, AccountsQuery } from '../contract/schemas-accounts.ts';
import { type Account, changeAccess, programmesOf } from '../domain/account.ts';
import type { ActName } from '../domain/act.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import {
  insertAccount,
  lockAccount,
  lockAdministrators,
  listAccounts as readAccounts,
  updateAccess,
  updatePassword,
} from '../store/accounts.ts';
import type { Transaction } from '../store/database.ts';
import { forgetDevices } from '../store/known-devices.ts';
import { deleteSessionsOf } from '../store/sessions.ts';
import { type Act, recordAct } from './audit-log.ts';
import type { Call } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { personWho } from './people.ts';
import type { World } from './world.ts';

type OfAccount = { readonly params: { readonly email: string } };

const isEmail = (key: unknown): key is string => typeof key === 'string' && /^[!-~]{3,120}$/.test(key);

/** A page of the accounts, by e-mail. */
export async function listAccounts(
  world: World,
  _call: Call,
  { query }: { readonly query: Static<typeof AccountsQuery> },
): Promise<Answer> {
  const list = { accounts: 'all' };
  const size = pageSizeOf(query.pageSize, 100, 100);
  const rows = await readAccounts(world.database, keyOfCursor(query.cursor, list, isEmail), size + 1);
  const shown = rows.slice(0, size);
  const nextCursor = rows.length > size ? keyCursor(shown.at(-1)!.email, list) : null;
  return success({ accounts: shown.map(accountOf), nextCursor });
}

/** A one-time password: 144 random bits. */
function drawPassword(world: World): string {
  return world.ids.secret().slice(0, 24);
}

/** Refuses programmes that do not exist. */
function refuseUnknown(world: World, programIds: readonly string[] | null | undefined): void {
  const { programmes } = world.directory.current();
  const index = (programIds ?? []).findIndex((programId) => !programmes.has(programId));
  if (index >= 0) throw fieldRefusal('PROGRAM_UNKNOWN', `programIds.${index}`, 'is no programme');
}

/** Makes an account with a one-time password, which nothing but this answer ever holds. */
export async function createAccount(
  world: World,
  call: Call,
  { body }: { readonly body: Static<typeof AccountBody> },
): Promise<Answer> {
  const email = emailOf(body.email);
  const { role, language = 'en' } = body;
  const programIds = programmesOf(role, body.programIds, null);
  if (programIds instanceof Refusal) throw programIds;
  refuseUnknown(world, programIds);
  const password = drawPassword(world);
  const passwordHash = await world.passwords.hash(password);
  const entered = { email, role, language, programIds, passwordIsTemporary: true } as const;
  const createdAt = await world.database.transaction(async (transaction) => {
    const now = world.clock.now();
    if (!(await insertAccount(transaction, { ...entered, passwordHash }, now))) throw new Refusal('ACCOUNT_EXISTS');
    const act: Act = { act: 'account.create', subject: email, details: { role, programIds } };
    await recordAct(transaction, call, act, now);
    return now;
  });
  const made = { ...entered, disabledAt: null, createdAt, passwordSetAt: createdAt, signedInAt: null };
  return success({ account: accountOf(made), password });
}

/** Changes what an account may do, or disables it. Whoever was signed in to it is no longer. */
export async function changeAccount(
  world: World,
  call: Call,
  request: OfAccount & { readonly body: Static<typeof AccountChangeBody> },
): Promise<Answer> {
  const { body } = request;
  if (Object.keys(body).length === 0) {
    throw fieldRefusal('REQUEST_INVALID', 'body', 'give at least one of role, disabled and programIds');
  }
  refuseUnknown(world, body.programIds);
  const email = emailOf(request.params.email);
  let told: Account | null = null;
  return changeDirectory(
    world,
    call,
    // An account is of no programme; the answer is kept under none.
    '',
    { email, ...body },
    async (transaction, now) => {
      told = await change(transaction, call, email, body, now);
    },
    () => success(accountOf(told!)),
  );
}

async function change(
  transaction: Transaction,
  call: Call,
  email: string,
  body: Static<typeof AccountChangeBody>,
  now: number,
): Promise<Account> {
  // Before the account itself: two changes at once lock in the same order.
  const administrators = await lockAdministrators(transaction);
  const present = await lockAccount(transaction, email);
  if (present === null) throw new Refusal('ACCOUNT_UNKNOWN');
  const otherAdministrators = administrators.filter((other) => other !== email).length;
  const changed = changeAccess(present, body, { email: personWho(call).account.email, otherAdministrators }, now);
  if (changed instanceof Refusal) throw changed;
  await updateAccess(transaction, changed);
  const endedSessions = await deleteSessionsOf(transaction, email);
  const details = { before: accessOf(present), after: accessOf(changed), endedSessions };
  await recordAct(transaction, call, { act: actOf(body), subject: email, details }, now);
  return changed;
}

const accessOf = ({ role, programIds, disabledAt }: Account) => ({ role, programIds, disabled: disabledAt !== null });

function actOf({ disabled }: Static<typeof AccountChangeBody>): ActName {
  if (disabled === undefined) return 'account.change';
  return disabled ? 'account.disable' : 'account.enable';
}

/** Gives an account a new one-time password. Whoever was signed in to it is no longer, and no browser is known. */
export async function resetPassword(world: World, call: Call, request: OfAccount): Promise<Answer> {
  const email = emailOf(request.params.email);
  // One's own is changed by telling the present one: a session alone must not be enough.
  if (personWho(call).account.email === email) throw new Refusal('OWN_ACCOUNT');
  const password = drawPassword(world);
  const passwordHash = await world.passwords.hash(password);
  const account = await world.database.transaction(async (transaction) => {
    const present = await lockAccount(transaction, email);
    if (present === null) throw new Refusal('ACCOUNT_UNKNOWN');
    const now = world.clock.now();
    await updatePassword(transaction, { email, passwordHash, passwordIsTemporary: true }, now);
    const endedSessions = await deleteSessionsOf(transaction, email);
    await forgetDevices(transaction, email);
    const act: Act = { act: 'account.reset-password', subject: email, details: { endedSessions } };
    await recordAct(transaction, call, act, now);
    return { ...present, passwordIsTemporary: true };
  });
  return success({ account: accountOf(account), password });
}
