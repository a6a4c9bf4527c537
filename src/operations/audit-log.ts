import type { ActName } from '../domain/act.ts';
import type { Change } from '../domain/pass.ts';
import { type AuditLine, insertAuditLines } from '../store/audit-log.ts';
import type { Transaction } from '../store/database.ts';
import type { Call } from './call.ts';
import type { Command } from './command.ts';

/** What somebody did, for the audit log. */
export interface Act {
  readonly act: ActName;
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
export async function recordAct(transaction: Transaction, call: Call, act: Act, now: number): Promise<void> {
  await insertAuditLines(transaction, [auditLineOf(call, act)], now);
}

/**
 * Whether a caller's acts have a line each: those of people, and of clients that look after a programme.
 * What partners and venues do stands in the history of the passes already.
 */
function isAudited({ caller }: Call): boolean {
  return caller.kind === 'account' || caller.scopes.has('operator');
}

/** Records an act, unless the caller's acts have no line. */
export async function recordIfAudited(transaction: Transaction, call: Call, act: Act, now: number): Promise<void> {
  if (isAudited(call)) await recordAct(transaction, call, act, now);
}

/** Records acts of several callers, those that have a line, as one. */
export async function recordAudited(
  transaction: Transaction,
  acts: readonly { readonly call: Call; readonly act: Act }[],
  now: number,
): Promise<void> {
  const lines = acts.filter(({ call }) => isAudited(call)).map(({ call, act }) => auditLineOf(call, act));
  if (lines.length > 0) await insertAuditLines(transaction, lines, now);
}

/** For a command of the group commit: the line that its batch writes, if the caller's acts have one. */
export function audited(call: Call, act: ActName): Command['audited'] {
  if (!isAudited(call)) return undefined;
  return (change) => {
    const { pass, entry } = change;
    const subject = entry.units === 0 ? pass.passId : entry.orderId;
    return auditLineOf(call, { act, subject, programId: pass.programId, details: detailsOf(change) });
  };
}

/** What the entry says, but for the traveller. */
function detailsOf({ pass, entry }: Change): Act['details'] {
  const { orderId, left, units, reason, resourceId } = entry;
  return {
    ePassId: pass.passId,
    orderId,
    left,
    ...(units === 0 ? {} : { units }),
    ...(reason === null ? {} : { reason }),
    ...(resourceId === null ? {} : { resourceId }),
  };
}

/** An act as the log has it. */
function auditLineOf(call: Call, { act, subject, programId = null, details }: Act): AuditLine {
  const { caller, requestId } = call;
  return { actor: caller.clientId, act, subject, programId, requestId, details: JSON.stringify(details) };
}
