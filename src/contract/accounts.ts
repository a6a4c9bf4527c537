import type { Static } from 'typebox';
import type { Account } from '../domain/account.ts';
import { formatInstant } from '../domain/instant.ts';
import type { Account as AccountSchema, AuditLine as AuditLineSchema, Session } from './schemas-accounts.ts';

/** An e-mail address as accounts are known by it. */
export function emailOf(sent: string): string {
  return sent.toLowerCase();
}

const instantOrNull = (at: number | null) => (at === null ? null : formatInstant(at));

/** An account, for administrators. */
export function accountOf(account: Account): Static<typeof AccountSchema> {
  const { email, role, language, programIds, disabledAt, passwordIsTemporary, createdAt, signedInAt } = account;
  return {
    email,
    role,
    language,
    programIds: programIds === null ? null : [...programIds],
    disabled: disabledAt !== null,
    disabledAt: instantOrNull(disabledAt),
    passwordMustChange: passwordIsTemporary,
    createdAt: formatInstant(createdAt),
    signedInAt: instantOrNull(signedInAt),
  };
}

/** A session, for the person whose it is. */
export function sessionOf(account: Account, csrfToken: string, endsAt: number): Static<typeof Session> {
  const { email, role, language, programIds, passwordIsTemporary } = account;
  return {
    account: {
      email,
      role,
      language,
      programIds: programIds === null ? null : [...programIds],
      passwordMustChange: passwordIsTemporary,
    },
    csrfToken,
    expiresAt: formatInstant(endsAt),
  };
}

/** One line of the audit log as it is kept. */
interface KeptLine {
  readonly number: number;
  readonly at: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly programId: string | null;
  readonly requestId: string;
  /** JSON. */
  readonly details: string;
  readonly hash: string;
}

/** A line of the audit log. */
export function auditLineOf(line: KeptLine): Static<typeof AuditLineSchema> {
  return { ...line, at: formatInstant(line.at), details: JSON.parse(line.details) as Record<string, unknown> };
}
