import type { ErrorEntry } from './errors.ts';

/** The refusals of people who sign in, and of their accounts: 21xx. */
export const accountErrors = {
  SIGN_IN_REFUSED: {
    code: 2100,
    status: 401,
    message: 'Check e-mail and password, or ask an administrator for a new one-time password.',
    cause:
      'There is no such account, its password is another, it is disabled, or its one-time password has lapsed. The answer does not tell which.',
  },
  SESSION_REFUSED: {
    code: 2101,
    status: 401,
    message: 'Sign in again with POST /v2/sessions.',
    cause:
      'The session has ended: by signing out, after an hour without a request, after 12 hours, or because the account was changed. Or the cookie never was one.',
  },
  CSRF_REFUSED: {
    code: 2102,
    status: 403,
    message: "Send the session's csrfToken in X-CSRF-Token, from a page of this deployment.",
    cause:
      'A request that came with a session cookie lacks the token of that session, or comes from a page of another origin.',
  },
  PASSWORD_CHANGE_REQUIRED: {
    code: 2103,
    status: 403,
    message: 'Choose a password of your own with POST /v2/sessions/password first.',
    cause: 'The account still has the one-time password that somebody else has seen.',
  },
  PASSWORD_NOT_YOURS: {
    code: 2104,
    status: 403,
    message: 'Send your present password as currentPassword.',
    cause: 'The password that was to be changed is another.',
  },
  PASSWORD_REFUSED: {
    code: 2105,
    status: 400,
    message: 'Choose another password: at least 15 characters, nothing that is tried first.',
    cause: 'The new password is too short, too common, a repetition, the e-mail address, or the present one.',
  },
  ACCOUNT_UNKNOWN: {
    code: 2106,
    status: 404,
    message: 'Take the e-mail from GET /v2/accounts.',
    cause: 'There is no account with this e-mail.',
  },
  ACCOUNT_EXISTS: {
    code: 2107,
    status: 409,
    message: 'Change the account that is there, or give it a new one-time password.',
    cause: 'There is an account with this e-mail, perhaps a disabled one.',
  },
  OWN_ACCOUNT: {
    code: 2108,
    status: 403,
    message: 'Ask another administrator to change your account.',
    cause: 'Nobody changes their own rights, or resets their own password.',
  },
  LAST_ADMINISTRATOR: {
    code: 2109,
    status: 409,
    message: 'Make another account an administrator first.',
    cause: 'It is the only administrator that can sign in; without one nobody could make another.',
  },
} as const satisfies Record<string, ErrorEntry>;
