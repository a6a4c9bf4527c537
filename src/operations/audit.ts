import { type AuditFinding, auditDatabase } from '../store/audit.ts';
import type { Database } from '../store/database.ts';

export interface AuditResult {
  readonly checks: number;
  readonly findings: readonly AuditFinding[];
}

/** Holds the counters against the history and the history against itself; changes nothing. */
export function audit(database: Database): Promise<AuditResult> {
  return auditDatabase(database);
}
