import { auditDatabase, type DatabaseAudit, type Progress } from '../store/audit.ts';
import type { Database } from '../store/database.ts';

export type AuditResult = DatabaseAudit;

/** Holds the counters against the history, the history and the audit log against themselves; changes nothing. */
export function audit(database: Database, progress: Progress | null = null): Promise<AuditResult> {
  return auditDatabase(database, progress);
}
