import type { Programme } from './catalogue.ts';
import type { Module } from './module.ts';
import { nameProblem } from './name.ts';
import { type Problem, Refusal } from './refusal.ts';

/** How many days ahead a programme is told of passes that expire, unless it says otherwise. */
export const usualExpiringDays = 7;

/** What a programme is set up with. */
export interface ProgrammeSettings extends Omit<Programme, 'clockOffset'> {
  readonly modules: readonly Module[];
  /** How many days ahead it is told of passes that expire; 0: never. */
  readonly expiringDays: number;
}

/** What must be known before a programme's ground may be changed. */
export interface ProgrammeGround {
  readonly hasPasses: boolean;
  /** Whether it has an endpoint that a live programme may not have. */
  readonly hasPlainEndpoints: boolean;
  readonly clockOffset: number;
}

/** What may be changed of a programme; its id never changes. */
export type ProgrammeChange = Partial<Omit<ProgrammeSettings, 'programId'>>;

/** What is wrong with a programme's settings, field by field. */
function problemsOf({ name, modules, crossModules }: ProgrammeSettings): Problem[] {
  const problems: Problem[] = [];
  const wrongName = nameProblem(name);
  if (wrongName !== null) problems.push({ field: 'name', problem: wrongName });
  if (modules.length === 0 && crossModules.length === 0) {
    problems.push({ field: 'modules', problem: 'name at least one module, here or in crossModules' });
  }
  return problems;
}

/** Refuses settings that no programme can have, by field. */
export function refuseSettings(settings: ProgrammeSettings): void {
  const problems = problemsOf(settings);
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
}

/** The fields of a change that the ground of a programme rests on: who its passes are, and whether they count. */
export function groundOf(change: ProgrammeChange, before: ProgrammeSettings): ('issuerPrefix' | 'sandbox')[] {
  return (['issuerPrefix', 'sandbox'] as const).filter(
    (field) => change[field] !== undefined && change[field] !== before[field],
  );
}

/**
 * The settings after a change. Refuses another prefix or another kind of programme once a pass was issued:
 * a pass is found by its prefix, and a test must never turn into a right. Refuses to go live with a test
 * clock that is ahead, or with endpoints that live programmes may not have.
 */
export function programmeAfter(
  before: ProgrammeSettings,
  change: ProgrammeChange,
  ground: ProgrammeGround,
): ProgrammeSettings {
  const after = { ...before, ...change };
  refuseSettings(after);
  const moved = groundOf(change, before);
  if (moved.length > 0 && ground.hasPasses) {
    const problem = 'cannot be changed any more: passes were issued';
    throw new Refusal('PROGRAM_HAS_PASSES', { problems: moved.map((field) => ({ field, problem })) });
  }
  if (before.sandbox && !after.sandbox) refuseGoingLive(ground);
  return after;
}

function refuseGoingLive({ clockOffset, hasPlainEndpoints }: ProgrammeGround): void {
  const problems: Problem[] = [];
  if (clockOffset !== 0) problems.push({ field: 'sandbox', problem: 'set the test clock back to real time first' });
  if (hasPlainEndpoints) problems.push({ field: 'sandbox', problem: 'has endpoints that are not https' });
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
}
