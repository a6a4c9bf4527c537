import type { Route } from './routes.ts';
import * as schemas from './schemas-accounts.ts';

/** Everybody who signs in: each role has it, and no client of the API. */
const people = ['auditor'] as const;
const administrators = ['administrator'] as const;

/**
 * The routes of people. What gives a session or a password is not repeatable: the answer would have
 * to be kept, and these are to be kept nowhere.
 */
export const accountRoutes = {
  signIn: {
    method: 'POST',
    path: '/v2/sessions',
    scopes: null,
    changes: false,
    summary: 'Sign in to an account; the session comes as a cookie.',
    body: schemas.SignInBody,
    data: schemas.Session,
    refusals: ['SIGN_IN_REFUSED', 'CSRF_REFUSED', 'OVERLOADED'],
  },
  currentSession: {
    method: 'GET',
    path: '/v2/sessions/current',
    scopes: people,
    beforePasswordChange: true,
    changes: false,
    summary: 'Retrieve the session of the cookie, with its CSRF token.',
    data: schemas.Session,
    refusals: [],
  },
  changeLanguage: {
    method: 'PATCH',
    path: '/v2/sessions/current',
    scopes: people,
    changes: false,
    summary: 'Choose the language in which the console speaks to this account.',
    body: schemas.LanguageBody,
    data: schemas.Session,
    refusals: [],
  },
  endSession: {
    method: 'POST',
    path: '/v2/sessions/end',
    scopes: people,
    beforePasswordChange: true,
    changes: false,
    summary: 'Sign out: the session ends at once.',
    data: schemas.SessionEnd,
    refusals: [],
  },
  changePassword: {
    method: 'POST',
    path: '/v2/sessions/password',
    scopes: people,
    beforePasswordChange: true,
    changes: false,
    summary: 'Choose a new password; every session of the account ends, and this one gets a new id.',
    body: schemas.PasswordBody,
    data: schemas.Session,
    refusals: ['PASSWORD_NOT_YOURS', 'PASSWORD_REFUSED', 'OVERLOADED'],
  },
  listAccounts: {
    method: 'GET',
    path: '/v2/accounts',
    scopes: administrators,
    changes: false,
    summary: 'List the accounts, by e-mail.',
    query: schemas.AccountsQuery,
    data: schemas.AccountList,
    refusals: ['CURSOR_INVALID'],
  },
  createAccount: {
    method: 'POST',
    path: '/v2/accounts',
    scopes: administrators,
    changes: false,
    summary: 'Make an account with a one-time password, which is shown once.',
    body: schemas.AccountBody,
    data: schemas.AccountWithPassword,
    refusals: ['ACCOUNT_EXISTS', 'PROGRAM_UNKNOWN', 'OVERLOADED'],
  },
  changeAccount: {
    method: 'PATCH',
    path: '/v2/accounts/{email}',
    scopes: administrators,
    changes: true,
    summary: 'Change what an account may do, disable it or enable it again; its sessions end.',
    params: schemas.AccountParams,
    body: schemas.AccountChangeBody,
    data: schemas.Account,
    refusals: ['ACCOUNT_UNKNOWN', 'OWN_ACCOUNT', 'LAST_ADMINISTRATOR', 'PROGRAM_UNKNOWN'],
  },
  resetPassword: {
    method: 'POST',
    path: '/v2/accounts/{email}/password',
    scopes: administrators,
    changes: false,
    summary: 'Give an account a new one-time password, which is shown once; its sessions end.',
    params: schemas.AccountParams,
    data: schemas.AccountWithPassword,
    refusals: ['ACCOUNT_UNKNOWN', 'OWN_ACCOUNT', 'OVERLOADED'],
  },
  listAuditLog: {
    method: 'GET',
    path: '/v2/auditLog',
    scopes: people,
    changes: false,
    summary: 'List what was done by whom, newest first.',
    query: schemas.AuditLogQuery,
    data: schemas.AuditLog,
    refusals: ['CURSOR_INVALID'],
  },
} as const satisfies Record<string, Route>;
