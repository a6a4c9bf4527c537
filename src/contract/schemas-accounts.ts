import { roles } from '../domain/access.ts';
import { Cursor, closed, instant, instantOrNull, NextCursor, sentInstant, text } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What the routes of people take and give: sessions, accounts and the audit log. */

const Email = Type.String({
  minLength: 3,
  maxLength: 120,
  pattern: "^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*$",
  description: 'Capital letters make no difference.',
  examples: ['ada@example.com'],
});
const Role = Type.Enum([...roles], {
  description: 'An auditor reads; an operator also acts; an administrator also hands out power.',
});
const Language = Type.String({
  pattern: '^[a-z]{2}(-[A-Z]{2})?$',
  description: 'Of the console, such as `en`.',
  examples: ['en'],
});
const ProgramIds = Type.Union(
  [
    Type.Array(Type.String({ pattern: '^[A-Za-z0-9_-]{1,32}$' }), { minItems: 1, maxItems: 100, uniqueItems: true }),
    Type.Null(),
  ],
  { description: 'The programmes it works in; null: every one, those that come later included.', examples: [null] },
);
const sentPassword = (description: string) =>
  Type.String({ minLength: 1, maxLength: 256, description, examples: ['seven quiet otters bring tea'] });
const OneTimePassword = Type.String({
  description: 'Shown this once. Good for seven days and for nothing but choosing another.',
  examples: ['Qm0xk2VtU4s9b7JdW1ZcYeRa'],
});

export const SignInBody = Type.Object({ email: Email, password: sentPassword('As it was chosen.') }, closed);

export const Session = Type.Object(
  {
    account: Type.Object(
      {
        email: Email,
        role: Role,
        language: Language,
        programIds: ProgramIds,
        passwordMustChange: Type.Boolean({ description: 'Nothing else is possible before it was.' }),
      },
      closed,
    ),
    csrfToken: Type.String({
      description: 'For X-CSRF-Token on every request but GET; good as long as the session.',
      examples: ['pYd4xJ0ZC3nQm8s5bVt1rLk7wHf2gTe9aUo6iXcNzSE'],
    }),
    expiresAt: instant('When the session ends if it is not used again, and 12 hours after signing in at the latest.'),
  },
  closed,
);

export const SessionEnd = Type.Object({ ended: Type.Literal(true) }, closed);

export const PasswordBody = Type.Object(
  {
    currentPassword: sentPassword('The present one.'),
    newPassword: sentPassword('At least 15 characters.'),
  },
  closed,
);

export const LanguageBody = Type.Object({ language: Language }, closed);

export const Account = Type.Object(
  {
    email: Email,
    role: Role,
    language: Language,
    programIds: ProgramIds,
    disabled: Type.Boolean(),
    disabledAt: instantOrNull('Since when it cannot sign in.'),
    passwordMustChange: Type.Boolean({ description: 'It still has its one-time password.' }),
    createdAt: instant('When it was made.'),
    signedInAt: instantOrNull('When it last signed in.'),
  },
  closed,
);

export const AccountsQuery = Type.Object(
  { cursor: Type.Optional(Cursor), pageSize: Type.Optional(text('^[0-9]{1,4}$', '1 to 100; default 100.')) },
  closed,
);
export const AccountList = Type.Object({ accounts: Type.Array(Account), nextCursor: NextCursor }, closed);

export const AccountBody = Type.Object(
  {
    email: Email,
    role: Role,
    programIds: Type.Optional(ProgramIds),
    language: Type.Optional(Language),
  },
  { ...closed, description: 'Without `programIds` it works in every programme; an administrator always does.' },
);
export const AccountWithPassword = Type.Object({ account: Account, password: OneTimePassword }, closed);

export const AccountParams = Type.Object({ email: Email }, closed);
export const AccountChangeBody = Type.Object(
  {
    role: Type.Optional(Role),
    disabled: Type.Optional(Type.Boolean()),
    programIds: Type.Optional(ProgramIds),
  },
  { ...closed, description: 'At least one of the three; what is left out stays as it is.' },
);

const ActName = Type.String({
  pattern: '^[a-z-]+([.][a-z-]+)+$',
  maxLength: 64,
  description: 'What was done: a noun and a verb.',
  examples: ['resource.close'],
});

export const AuditLogQuery = Type.Object(
  {
    actor: Type.Optional(text('^[!-~]{1,160}$', 'Who did it: a client id, or `account:` and an e-mail.')),
    act: Type.Optional(ActName),
    subject: Type.Optional(text('^[!-~]{1,160}$', 'The id of what it was done to.')),
    from: Type.Optional(sentInstant('Done at or after.')),
    to: Type.Optional(sentInstant('Done before.')),
    cursor: Type.Optional(Cursor),
    pageSize: Type.Optional(text('^[0-9]{1,4}$', '1 to 100; default 50.')),
  },
  closed,
);

export const AuditLine = Type.Object(
  {
    number: Type.Integer({ description: 'Its place in the log: 1, 2, 3, without a gap.' }),
    at: instant('When it was done.'),
    actor: Type.String({
      description: 'The client id; of a person `account:` and the e-mail, of a device `device:` and its id.',
      examples: ['account:ada@example.com'],
    }),
    act: ActName,
    subject: Type.String({ description: 'The id of what it was done to.', examples: ['N00001'] }),
    programId: Type.Union([Type.String(), Type.Null()], {
      description: 'The programme it is about; null for what is about none or several.',
      examples: ['DEMO'],
    }),
    requestId: Type.String(),
    details: Type.Record(Type.String(), Type.Unknown(), { examples: [{ reason: 'Renovation' }] }),
    hash: Type.String({
      description: 'SHA-256 over the line and the hash of the line before.',
      examples: ['9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'],
    }),
  },
  closed,
);

export const AuditLog = Type.Object({ lines: Type.Array(AuditLine), nextCursor: NextCursor }, closed);
