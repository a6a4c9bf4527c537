/** What `npm run bench` can be told. */
import { parseArgs } from 'node:util';

export const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'r', 't'] as const;
export type Letter = (typeof letters)[number];

export interface Options {
  readonly only: ReadonlySet<Letter>;
  readonly small: boolean;
  /** How long one measurement counts, and how long the same load runs before it, in seconds. */
  readonly seconds: number;
  readonly warmUp: number;
  readonly rounds: number;
  /** The load every new server gets before the rounds, so that none is measured before it is compiled. */
  readonly settle: number;
  /** How many passes a load is spread over. */
  readonly passes: number;
  readonly embeddedPasses: number;
  readonly growth: readonly number[];
  /** Rows of a file, and of the largest one. */
  readonly bulkRows: number;
  readonly bulkMost: number;
  /** Client counts among which pgbench may choose its best. */
  readonly pgbenchClients: readonly number[];
  readonly pgbenchTrial: number;
  /** A folder for V8 profiles of the servers; null for none. */
  readonly profiles: string | null;
}

const full = {
  seconds: 7,
  warmUp: 2,
  rounds: 3,
  settle: 4,
  passes: 100_000,
  embeddedPasses: 20_000,
  growth: [10_000, 1_000_000, 5_000_000],
  bulkRows: 20_000,
  bulkMost: 1_000_000,
  pgbenchClients: [4, 8, 16, 32, 64],
  pgbenchTrial: 3,
};
const small = {
  seconds: 2,
  warmUp: 1,
  rounds: 1,
  settle: 2,
  passes: 20_000,
  embeddedPasses: 5_000,
  growth: [10_000, 50_000, 200_000],
  bulkRows: 8_000,
  bulkMost: 100_000,
  pgbenchClients: [8, 32],
  pgbenchTrial: 1,
};

export const usage = `npm run bench [-- options]
  --only a,b       only these parts (${letters.join(', ')})
  --seconds 7      how long one measurement counts
  --rounds 3       how often the contestants take turns
  --small          everything small and short, to see that it works; its figures mean nothing
  --profiles DIR   V8 CPU profiles of the server processes into this folder`;

/** Reads the arguments; throws a sentence when they make no sense. */
export function readOptions(parameters: readonly string[]): Options | null {
  const { values } = parseArgs({
    args: [...parameters],
    options: {
      only: { type: 'string' },
      seconds: { type: 'string' },
      rounds: { type: 'string' },
      small: { type: 'boolean' },
      profiles: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const base = values.small ? small : full;
  return {
    ...base,
    only: new Set((values.only?.split(',') ?? letters).map(letterOf)),
    small: values.small ?? false,
    seconds: countOf('seconds', values.seconds) ?? base.seconds,
    rounds: countOf('rounds', values.rounds) ?? base.rounds,
    profiles: values.profiles ?? null,
  };
}

function letterOf(text: string): Letter {
  const letter = letters.find((known) => known === text.trim());
  if (letter === undefined) throw new Error(`--only takes ${letters.join(', ')}; not ${text}`);
  return letter;
}

function countOf(name: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new Error(`--${name} takes a whole number from 1 on; not ${text}`);
  return count;
}
