import type { AuditResult } from '../operations/audit.ts';

/** Tells the result of an audit, a line for each broken invariant; gives the exit code. */
export function tellAudit({ checks, findings, head }: AuditResult, write: (text: string) => void): number {
  for (const { check, found } of findings) write(`BROKEN: ${check}\n  ${found.join('\n  ')}\n`);
  write(`${checks - findings.length} of ${checks} checks hold\n`);
  // What stands outside the database is what a log that was cut off, or written anew, is held against.
  if (head !== null)
    write(`audit log: line ${head.number} has the hash ${head.hash}; keep it to hold a later audit against\n`);
  return findings.length === 0 ? 0 : 1;
}
