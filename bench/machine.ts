/** The machine under the bench: its facts, and who used how much of its processors. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';

/** Milliseconds in one tick of /proc; 100 ticks a second on every Linux in use. */
const tick = 10;

interface ProcessTimes {
  readonly parent: number;
  /** Milliseconds of its own, and of its children that have ended. */
  readonly own: number;
  readonly ended: number;
}

function timesOf(pid: number | string): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1]!, own: (fields[11]! + fields[12]!) * tick, ended: (fields[13]! + fields[14]!) * tick };
  } catch {
    return null;
  }
}

/** Processor time a process has used so far, in milliseconds; 0 when it is gone or this is no Linux. */
export function cpuOf(pid: number): number {
  return timesOf(pid)?.own ?? 0;
}

/** The same for a process and all its children, also those that have ended. */
export function cpuOfFamily(pid: number): number {
  const head = timesOf(pid);
  if (head === null) return 0;
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const times = children.map(timesOf).filter((child) => child !== null && child.parent === pid);
  return times.reduce((sum, child) => sum + child!.own, head.own + head.ended);
}

/** Processor time all processes together have used so far, in milliseconds; null when this is no Linux. */
export function cpuOfAll(): number | null {
  try {
    const fields = readFileSync('/proc/stat', 'latin1').split('\n')[0]!.trim().split(/ +/).slice(1).map(Number);
    const [user, nice, system, , , irq, softirq] = fields as [number, number, number, number, number, number, number];
    return (user + nice + system + irq + softirq) * tick;
  } catch {
    return null;
  }
}

/** How many processors there are to share. */
export const cores = availableParallelism();

/** What a reader must know to judge the figures. */
export function machineFacts() {
  return {
    cores,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryMiB: Math.round(totalmem() / 1024 / 1024),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.versions.node,
    loadBefore: Number(loadavg()[0]!.toFixed(2)),
    commit: commit(),
  };
}

function commit(): string {
  const git = (...parameters: string[]) => execFileSync('git', parameters, { encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--', 'src', 'bench', 'package-lock.json') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' with changes' : '');
  } catch {
    return 'unknown';
  }
}

/** What resident memory a process had at the most while `work` ran, in MiB; NaN when this is no Linux. */
export async function memoryOf(pid: number, work: () => Promise<void>): Promise<number> {
  let most = Number.NaN;
  const look = () => {
    const found = /^VmRSS:\s+(\d+) kB$/m.exec(statusOf(pid));
    if (found !== null) most = Math.max(most || 0, Number(found[1]));
  };
  const watch = setInterval(look, 50);
  try {
    await work();
  } finally {
    clearInterval(watch);
  }
  return Math.round(most / 1024);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return '';
  }
}
