import { auditDatabase, type DatabaseAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { type Progress, unwatched } from '../store/progress.ts';

export type AuditResult = DatabaseAudit;

/** Holds the counters against the history, the history and the audit log against themselves; changes nothing. */
export function audit(database: Database, progress: Progress = unwatched): Promise<AuditResult> {
  return auditDatabase(database, progress);
}
