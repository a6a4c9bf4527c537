/** What takes part in a comparison, how it is measured, and the rounds in which all take turns. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cores, cpuOf, cpuOfAll, cpuOfFamily } from './machine.ts';

/** What a driver (the load generator or pgbench) found in one measurement. */
export interface Driven {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** From first to last, warm-up included. */
  readonly accepted: number;
  readonly refused: number;
}

/** Microseconds of processor time per request; null where it cannot be known. */
export interface Costs {
  readonly node: number | null;
  readonly postgres: number | null;
  readonly driver: number | null;
  /** Part of the machine's processor time that others used meanwhile, from 0 to 1. */
  readonly others: number | null;
}

export type Sample = Driven & { readonly costs: Costs };

export interface Contestant {
  readonly name: string;
  measure(): Promise<Sample>;
}

/** The processes whose processor time counts; null for one that does not take part. */
export interface Payers {
  readonly node: number | null;
  readonly postmaster: number | null;
}

/** Waits for a driver to end and gives its output; samples its processor time while it lives. */
async function outputOf(driver: ChildProcess): Promise<{ output: string; cpu: number }> {
  let output = '';
  let errors = '';
  let cpu = 0;
  const watch = setInterval(() => {
    cpu = cpuOf(driver.pid!) || cpu;
  }, 50);
  driver.stdout!.on('data', (chunk) => {
    output += chunk;
  });
  driver.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  const code = await new Promise((resolve, reject) => driver.once('error', reject).once('close', resolve));
  clearInterval(watch);
  if (code !== 0) throw new Error(`${driver.spawnfile} ended with ${code}: ${errors.slice(-2000)}`);
  return { output, cpu };
}

/** Milliseconds after which a driver is ended, and the bench with it: something hangs. */
const longestDrive = 180_000;

/** Runs a driver and puts what it found beside what it cost. */
export async function drive(
  payers: Payers,
  command: readonly [program: string, ...parameters: string[]],
  environment: Record<string, string>,
  read: (output: string) => Driven,
): Promise<Sample> {
  const snapshot = () => ({
    at: performance.now(),
    node: payers.node === null ? null : cpuOf(payers.node),
    postgres: payers.postmaster === null ? null : cpuOfFamily(payers.postmaster),
    all: cpuOfAll(),
  });
  const [program, ...parameters] = command;
  const before = snapshot();
  const driver = spawn(program, parameters, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestDrive,
  });
  const { output, cpu } = await outputOf(driver);
  const after = snapshot();
  const driven = read(output);
  const requests = driven.accepted + driven.refused;
  const spent = (name: 'node' | 'postgres') => (before[name] === null ? null : after[name]! - before[name]);
  const each = (milliseconds: number | null) =>
    milliseconds === null || before.all === null ? null : (milliseconds * 1000) / requests;
  const ours = (spent('node') ?? 0) + (spent('postgres') ?? 0) + cpu;
  const others =
    before.all === null ? null : Math.max(0, after.all! - before.all - ours) / (after.at - before.at) / cores;
  const costs = { node: each(spent('node')), postgres: each(spent('postgres')), driver: each(cpu), others };
  return { ...driven, costs };
}

/** The middle value; of an even number, the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)]!;
}

export interface Result {
  readonly name: string;
  readonly samples: readonly Sample[];
  /** The median of each figure by itself. */
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly costs: Costs;
}

function resultOf(name: string, samples: readonly Sample[]): Result {
  const middle = (read: (sample: Sample) => number) => median(samples.map(read));
  const cost = (key: keyof Costs) => {
    const known = samples.map((sample) => sample.costs[key]).filter((value) => value !== null);
    return known.length === 0 ? null : median(known);
  };
  return {
    name,
    samples,
    perSecond: middle((sample) => sample.perSecond),
    p50: middle((sample) => sample.p50),
    p99: middle((sample) => sample.p99),
    costs: { node: cost('node'), postgres: cost('postgres'), driver: cost('driver'), others: cost('others') },
  };
}

/** All contestants take turns, A B C A B C, so that a slow minute of the machine meets all alike. */
export async function takeTurns(
  contestants: readonly Contestant[],
  rounds: number,
  say: (line: string) => void,
): Promise<Result[]> {
  const samples = contestants.map((): Sample[] => []);
  for (let round = 1; round <= rounds; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      const sample = await contestant.measure();
      samples[index]!.push(sample);
      const { perSecond, p50, p99 } = sample;
      say(
        `  round ${round}: ${contestant.name}: ${Math.round(perSecond)}/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
      );
    }
  }
  return contestants.map(({ name }, index) => resultOf(name, samples[index]!));
}
