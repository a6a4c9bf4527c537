import type { Static } from 'typebox';
import { auditLineOf } from '../contract/accounts.ts';
import { type Answer, success } from '../contract/answer.ts';
import { keyCursor, keyOfCursor } from '../contract/key-cursors.ts';
import { readInstants } from '../contract/orders.ts';
import { pageSizeOf } from '../contract/pages.ts';
import type { AuditLogQuery } from '../contract/schemas-accounts.ts';
import { listAuditLines } from '../store/audit-log.ts';
import type { Call } from './call.ts';
import { personWho } from './people.ts';
import type { World } from './world.ts';

const isNumber = (key: unknown): key is number => Number.isSafeInteger(key) && (key as number) > 0;

/**
 * A page of the audit log, newest first. Whoever works in some programmes only sees what was done
 * about those, and nothing of what is about none or several.
 */
export async function listAuditLog(
  world: World,
  call: Call,
  { query }: { readonly query: Static<typeof AuditLogQuery> },
): Promise<Answer> {
  const { programIds } = personWho(call).account;
  const { actor, act, subject } = query;
  const { from, to } = readInstants('', { from: query.from, to: query.to });
  const filter = { programIds, actor, act, subject, from: from ?? undefined, to: to ?? undefined };
  const size = pageSizeOf(query.pageSize, 50, 100);
  const before = keyOfCursor(query.cursor, filter, isNumber);
  const rows = await listAuditLines(world.database, filter, before, size + 1);
  const shown = rows.slice(0, size);
  const nextCursor = rows.length > size ? keyCursor(shown.at(-1)!.number, filter) : null;
  return success({ lines: shown.map(auditLineOf), nextCursor });
}
