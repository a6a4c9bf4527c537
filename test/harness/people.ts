/** Accounts and people who sign in to them, as a browser would on a page of the product. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Role } from '../../src/domain/access.ts';
import { hashPassword } from '../../src/operations/passwords.ts';
import { insertAccount } from '../../src/store/accounts.ts';
import { clientWith, type Reply, type TestClient } from './client.ts';
import type { ProductHere } from './product.ts';

/** What every account of a test has, unless it says otherwise. */
export const testPassword = 'seven quiet otters bring tea';

let hashed: Promise<string> | undefined;

export interface AccountWish {
  readonly role: Role;
  readonly email?: string;
  readonly programIds?: readonly string[];
  readonly passwordIsTemporary?: boolean;
}

/** Enters an account with the password of all tests; gives its e-mail. */
export async function addAccount(product: ProductHere, wish: AccountWish): Promise<string> {
  // Hashing is slow on purpose: once is enough.
  hashed ??= hashPassword(testPassword);
  const { email = `${wish.role}-${randomUUID().slice(0, 8)}@example.com`, role, programIds = null } = wish;
  const { passwordIsTemporary = false } = wish;
  const passwordHash = await hashed;
  const account = { email, role, programIds, language: 'en', passwordHash, passwordIsTemporary };
  const { world } = product;
  await world.database.transaction((transaction) => insertAccount(transaction, account, world.clock.now()));
  return email;
}

/** A browser in which somebody has signed in. */
export interface PersonClient extends TestClient {
  readonly email: string;
  readonly csrfToken: string;
  /** What the browser sends in Cookie. */
  readonly cookie: string;
  readonly signedIn: Reply;
}

/** The cookies that an answer set, as a browser sends them back. */
export function cookiesIn(reply: Reply): string {
  return reply.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0]!)
    .join('; ');
}

/** Sends what a sign-in page sends. */
export function trySignIn(
  baseUrl: string,
  email: string,
  password: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  return clientWith(baseUrl, '', { 'sec-fetch-site': 'same-origin' }).post(
    '/v2/sessions',
    { email, password },
    headers,
  );
}

/** Signs in, and fails when that is refused. */
export async function signInAs(baseUrl: string, email: string, password = testPassword): Promise<PersonClient> {
  const signedIn = await trySignIn(baseUrl, email, password);
  assert.equal(signedIn.status, 200, signedIn.text);
  return personWith(baseUrl, email, signedIn);
}

/** The browser after an answer that opened a session. */
export function personWith(baseUrl: string, email: string, signedIn: Reply): PersonClient {
  const { csrfToken } = signedIn.json.data;
  const cookie = cookiesIn(signedIn);
  const headers = { cookie, 'x-csrf-token': csrfToken, 'sec-fetch-site': 'same-origin' };
  return { ...clientWith(baseUrl, '', headers), email, csrfToken, cookie, signedIn };
}

/** Enters an account and signs in to it. */
export async function openPerson(product: ProductHere, wish: AccountWish): Promise<PersonClient> {
  return signInAs(product.baseUrl, await addAccount(product, wish));
}
