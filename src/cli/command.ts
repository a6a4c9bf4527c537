import type { Outside } from './outside.ts';
import type { Printer } from './print.ts';

/** What scripts may rely on: the same number means the same with every command. */
export const exit = {
  /** Done. */
  ok: 0,
  /** Refused, failed, or not everything is as it should be. */
  failed: 1,
  /** The command line is wrong; nothing was done. */
  usage: 2,
  /** The server or the database cannot be reached, or says "not now". */
  unreachable: 3,
  /** Another process holds the data folder. */
  busy: 4,
} as const;

/** Ends a command with a sentence for people and a number for scripts. */
export class CliProblem extends Error {
  readonly code: number;
  /** What a program reads with `--json`; the sentence alone when there is nothing more. */
  readonly facts: object;

  constructor(message: string, code: number = exit.failed, facts: object = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}

/** A word of the command line that is not a flag. */
export interface Operand {
  readonly name: string;
  readonly what: string;
  readonly optional?: true;
}

/** A flag: with a value, or a switch when it has no name for one. */
export interface Flag {
  readonly what: string;
  /** What stands for the value in the help, such as `file`. */
  readonly value?: string;
  /** It may be given more than once. */
  readonly many?: true;
  readonly choices?: readonly string[];
  /** The command cannot do without. */
  readonly required?: true;
}

export type Flags = Readonly<Record<string, Flag>>;

/** What the command line says, checked against the command. */
export interface Given {
  readonly operands: Readonly<Record<string, string>>;
  /** Text of a flag, or null. */
  text(flag: string): string | null;
  /** Every text of a flag that may be given more than once. */
  texts(flag: string): readonly string[];
  /** Whether a switch is on. */
  on(flag: string): boolean;
}

/** What a command works with. */
export interface Shell {
  /** Every command there is. */
  readonly commands: readonly Command[];
  /** Settings and credentials: the process's environment with the flags of settings put over it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly print: Printer;
  readonly outside: Outside;
}

/** In the order of the help. */
export const groups = {
  run: 'Run it',
  data: 'Look after the data',
  passes: 'Passes and usages',
  manage: 'Programmes, places, partners and people',
  shell: 'The command line itself',
} as const;

/** One command. Help, completion and tests are made from these. */
export interface Command {
  /** Its words, such as `db move`. */
  readonly name: string;
  readonly what: string;
  readonly group: keyof typeof groups;
  readonly operands?: readonly Operand[];
  readonly flags?: Flags;
  /** Settings that can be given as flags: `DATA_DIR` as `--data-dir`. */
  readonly settings?: readonly string[];
  /** At least one; each begins with the command's own words. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** More than one line of help, when there is more to say. */
  readonly more?: string;
  /** Gives the exit code. */
  run(given: Given, shell: Shell): Promise<number>;
}

/** The flag of a setting. */
export function flagOf(setting: string): string {
  return setting.toLowerCase().replaceAll('_', '-');
}
