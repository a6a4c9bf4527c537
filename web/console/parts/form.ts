import { type FormEvent, useRef, useState } from 'react';
import { useTellProblem } from '../words/problems.ts';

/** The state of a form: its values, what the server says of each field, and whether it is on its way. */
export interface Form<V> {
  readonly values: V;
  readonly set: (changes: Partial<V>) => void;
  /** What is wrong with the field that the server calls `name`; looking marks it as shown beside its input. */
  readonly error: (name: string) => string | undefined;
  /** What went wrong, for a `ProblemNote`; null when nothing did. */
  readonly problem: unknown;
  /** The server's names of the fields whose errors stand beside an input. */
  readonly shownFields: readonly string[];
  readonly busy: boolean;
  readonly submit: (event: FormEvent) => void;
}

/**
 * Keeps a form. `send` does what the form is for; the fields that the server refuses are told at
 * their inputs, and cleared when one of the values changes. `send` is handed what shows a problem
 * that comes later, once a question was answered.
 */
export function useForm<V extends object>(
  initial: V,
  send: (values: V, refused: (problem: unknown) => void) => Promise<unknown>,
): Form<V> {
  const tellProblem = useTellProblem();
  const [values, setValues] = useState(initial);
  const [problem, setProblem] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const fields: ReadonlyMap<string, string> = problem === null ? new Map() : tellProblem(problem).fields;
  // Inputs ask while they are drawn, which is after the form itself was: what they asked for last time counts.
  const shown = useRef(new Set<string>());
  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await send(values, setProblem);
    } catch (thrown) {
      setProblem(thrown);
    } finally {
      setBusy(false);
    }
  };
  return {
    values,
    set(changes) {
      setValues((before) => ({ ...before, ...changes }));
      setProblem(null);
    },
    error(name) {
      shown.current.add(name);
      // A list's problem stands at one of its items: `iata.0`.
      const [, said] = [...fields].find(([field]) => field === name || field.startsWith(`${name}.`)) ?? [];
      return said;
    },
    problem,
    get shownFields() {
      return [...fields.keys()].filter((field) =>
        [...shown.current].some((name) => field === name || field.startsWith(`${name}.`)),
      );
    },
    busy,
    submit(event) {
      event.preventDefault();
      if (!busy) void submit();
    },
  };
}
