import { type AuditLine, insertAuditLines } from '../store/audit-log.ts';
import type { Transaction } from '../store/database.ts';
import type { Caller } from './caller.ts';

/** What somebody did, for the audit log. */
export interface Act {
  /** A noun and a verb of small letters: `client.revoke`, `resource.close`. */
  readonly act: string;
  /** The id of what it was done to. */
  readonly subject: string;
  /** The programme it is about; left out for what is about none or several. */
  readonly programId?: string | null;
  /** What explains it, such as a reason or what was there before. Never a secret, never a traveller's name. */
  readonly details: Readonly<Record<string, unknown>>;
}

/**
 * Writes one line of the audit log, in the transaction of the act itself: neither is there without
 * the other. It writes for every kind of caller; whether an act is worth a line is the operation's
 * to say. To be called last in its transaction: from here on the log is held until COMMIT.
 */
export async function recordAct(transaction: Transaction, caller: Caller, act: Act, now: number): Promise<void> {
  await insertAuditLines(transaction, [auditLineOf(caller, act)], now);
}

/** An act as the log has it. */
function auditLineOf(caller: Caller, { act, subject, programId = null, details }: Act): AuditLine {
  const { client, requestId } = caller;
  return { actor: client.clientId, act, subject, programId, requestId, details: JSON.stringify(details) };
}
