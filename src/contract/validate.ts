import type { Static, TSchema } from 'typebox';
import { type Problem, Refusal } from '../domain/refusal.ts';
import { Compile } from './typebox.ts';

/** More problems than these are not told: one answer must stay small whatever was sent. */
const toldProblems = 20;

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: Record<string, unknown>;
}

/**
 * Compiles a schema into a function that gives the value back typed, or refuses with the fields
 * that are wrong. Nothing is coerced, defaulted or dropped.
 */
export function validator<S extends TSchema>(schema: S): (value: unknown) => Static<S> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return value as Static<S>;
    throw new Refusal('REQUEST_INVALID', { problems: problemsOf(compiled.Errors(value) as unknown as Fault[]) });
  };
}

function problemsOf(faults: readonly Fault[]): Problem[] {
  const problems = new Map<string, Problem>();
  for (const fault of faults) {
    for (const problem of problemsOfFault(fault)) {
      if (!problems.has(problem.field) && problems.size < toldProblems) problems.set(problem.field, problem);
    }
  }
  return problems.size === 0 ? [{ field: 'body', problem: 'does not fit the schema' }] : [...problems.values()];
}

function problemsOfFault(fault: Fault): Problem[] {
  const at = fault.instancePath.split('/').slice(1);
  const inside = (names: unknown, problem: string) =>
    (names as string[]).map((name) => ({ field: [...at, name || '""'].join('.').slice(0, 120), problem }));
  if (fault.keyword === 'required') return inside(fault.params.requiredProperties, 'is required');
  if (fault.keyword === 'additionalProperties') {
    return inside(fault.params.additionalProperties, 'is not a field of this request');
  }
  if (fault.keyword === 'boolean') return [];
  const problem = fault.keyword === 'const' ? `must be ${JSON.stringify(fault.params.allowedValue)}` : fault.message;
  return [{ field: at.join('.') || 'body', problem }];
}
