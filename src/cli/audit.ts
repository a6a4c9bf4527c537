import type { AuditResult } from '../operations/audit.ts';

/** Tells the result of an audit, a line for each broken invariant; gives the exit code. */
export function tellAudit({ checks, findings }: AuditResult, write: (text: string) => void): number {
  for (const { check, found } of findings) write(`BROKEN: ${check}\n  ${found.join('\n  ')}\n`);
  write(`${checks - findings.length} of ${checks} checks hold\n`);
  return findings.length === 0 ? 0 : 1;
}
