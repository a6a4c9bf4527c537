import type { Instant } from './instant.ts';
import type { IssueRequest } from './issue.ts';
import type { Change } from './pass.ts';
import { type Problem, Refusal, type RefusalName } from './refusal.ts';

/**
 * `receiving` → `checking` → `checked` → `running` ⇄ `stopped` → `done`; `broken` when the file did not
 * arrive whole, `cancelled` when somebody said so.
 */
export type BulkState = 'receiving' | 'checking' | 'checked' | 'running' | 'stopped' | 'done' | 'cancelled' | 'broken';

export const bulkActs = ['start', 'stop', 'resume', 'cancel'] as const;
export type BulkAct = (typeof bulkActs)[number];

/** From where an act leads to where. Once there, the same act again changes nothing and is no mistake. */
const ways: Readonly<Record<BulkAct, { readonly from: readonly BulkState[]; readonly to: BulkState }>> = {
  start: { from: ['checked'], to: 'running' },
  stop: { from: ['running'], to: 'stopped' },
  resume: { from: ['stopped'], to: 'running' },
  cancel: { from: ['receiving', 'checking', 'checked', 'running', 'stopped'], to: 'cancelled' },
};

/** The state that an act leads to, or a refusal that tells the present one. */
export function stateAfter(act: BulkAct, state: BulkState): BulkState | Refusal {
  const { from, to } = ways[act];
  return state === to || from.includes(state) ? to : new Refusal('BULK_JOB_STATE', { facts: { state } });
}

/** Whether nothing will happen to a job any more. */
export function isOver(state: BulkState): boolean {
  return ['done', 'cancelled', 'broken'].includes(state);
}

/** What one row asks for. */
export interface BulkRow {
  /** The row's own name, unique within the programme for ever. */
  readonly reference: string;
  /** Equal for equal contents. */
  readonly fingerprint: string;
  readonly request: IssueRequest;
}

/** What a reference stands for already. */
export interface KnownReference {
  readonly fingerprint: string;
  readonly passId: string;
  readonly orderId: string;
}

export const verdicts = ['good', 'issued', 'repeated', 'refused'] as const;
export type VerdictName = (typeof verdicts)[number];

/**
 * What becomes of a row. `good`: would be issued, or will. `repeated`: the same row has made a pass
 * before, or will have (then without ids, while that row waits).
 */
export type Verdict =
  | { readonly verdict: 'good' }
  | { readonly verdict: 'issued' | 'repeated'; readonly passId: string; readonly orderId: string }
  | { readonly verdict: 'repeated'; readonly passId: null; readonly orderId: null }
  | { readonly verdict: 'refused'; readonly error: RefusalName; readonly problems: readonly Problem[] };

/** A refusal as a verdict. */
export function refusedBy({ refusal, problems }: Refusal): Verdict {
  return { verdict: 'refused', error: refusal, problems };
}

/**
 * Decides on a row that is well-formed: a reference that is known is the same row again or a mistake,
 * never a second pass; otherwise the rule of every issue decides. `now` is the programme's.
 */
export function judgeRow(
  row: BulkRow,
  known: KnownReference | null,
  decide: (request: IssueRequest, now: Instant) => Change | Refusal,
  now: Instant,
): { readonly verdict: Verdict; readonly change: Change | null } {
  if (known !== null) return { verdict: judgeReference(row, known), change: null };
  const decided = decide(row.request, now);
  if (decided instanceof Refusal) return { verdict: refusedBy(decided), change: null };
  return { verdict: { verdict: 'good' }, change: decided };
}

function judgeReference({ fingerprint }: BulkRow, known: KnownReference): Verdict {
  if (fingerprint !== known.fingerprint) return refusedBy(referenceReused());
  return { verdict: 'repeated', passId: known.passId, orderId: known.orderId };
}

/** The refusal of a row whose reference stands for something else. */
export function referenceReused(): Refusal {
  const problem = 'stands for a row with other contents';
  return new Refusal('BULK_REFERENCE_REUSED', { problems: [{ field: 'reference', problem }] });
}
