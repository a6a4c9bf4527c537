/** The report: a table for people and a file for machines. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../src/system/package-root.ts';
import type { Outcome, Target } from './bench.ts';
import type { Result } from './contestant.ts';

export function isMet({ ratio, required, atMost }: Target): boolean {
  return atMost ? ratio <= required : ratio >= required;
}

type Cells = readonly string[];

/** A Markdown table with columns as wide as their longest cell; the first column is text, the others figures. */
function table(head: Cells, rows: readonly Cells[]): string {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)));
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
  const line = (cells: Cells) => `| ${cells.map(pad).join(' | ')} |`;
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

const whole = (value: number | null) => (value === null ? '–' : String(Math.round(value)));
const fine = (value: number) => value.toFixed(value < 10 ? 2 : 1);

function resultRow({ name, perSecond, samples, p50, p99, costs }: Result): Cells {
  const rates = samples.map((sample) => sample.perSecond);
  const range = `${whole(Math.min(...rates))}–${whole(Math.max(...rates))}`;
  const others = costs.others === null ? '–' : `${Math.round(costs.others * 100)} %`;
  return [
    name,
    ...[whole(perSecond), range, fine(p50), fine(p99), whole(costs.node), whole(costs.postgres), whole(costs.driver)],
    others,
  ];
}

const resultHead = [
  'contestant',
  'per s',
  'rounds',
  'p50 ms',
  'p99 ms',
  'node µs',
  'postgres µs',
  'driver µs',
  'others',
];

function targetRow(target: Target): Cells {
  const bound = `${target.atMost ? '≤' : '≥'} ${target.required}`;
  return [`${target.letter}. ${target.what}`, target.ratio.toFixed(3), bound, isMet(target) ? 'met' : 'MISSED'];
}

/** One part of the report, as Markdown. */
export function describe({ title, results, targets, notes }: Outcome): string {
  const parts = [`### ${title}`, table(resultHead, results.map(resultRow))];
  if (targets.length > 0) parts.push(table(['ratio', 'reached', 'required', ''], targets.map(targetRow)));
  return [...parts, ...notes].join('\n\n');
}

/** A time without characters that file systems dislike: 2026-01-31T12-00-00. */
function fileTime(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(':', '-');
}

/** Writes bench/results/<date>.json and gives its path. */
export function writeResults(at: Date, facts: object, outcomes: readonly Outcome[]): string {
  const folder = new URL('bench/results/', packageRoot());
  mkdirSync(folder, { recursive: true });
  const path = fileURLToPath(new URL(`${fileTime(at)}.json`, folder));
  const parts = outcomes.map(({ targets, ...rest }) => ({
    ...rest,
    targets: targets.map((target) => ({ ...target, met: isMet(target) })),
  }));
  writeFileSync(path, `${JSON.stringify({ at: at.toISOString(), ...facts, parts }, roundFigures, 2)}\n`);
  return path;
}

function roundFigures(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}
