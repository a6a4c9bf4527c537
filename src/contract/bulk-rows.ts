import type { IssueRequest } from '../domain/issue.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { askedOf } from './orders.ts';
import { BulkRow } from './schemas-bulk.ts';
import { readJson } from './strict-json.ts';
import { validator } from './validate.ts';

/** How one row of a file was read: what it asks for, or why it cannot be read. */
export type RowRead = { readonly bytes: number } & (
  | { readonly reference: string; readonly request: IssueRequest; readonly refusal: null }
  | { readonly reference: string | null; readonly request: null; readonly refusal: Refusal }
);

/** A row may have so many bytes; what is needed for 500 values of `allowedResources` and long names. */
export const mostRowBytes = 16_384;

/** Row by row the same schema as a single issue, and a reference. */
const check = validator(BulkRow);

/** Stands for a line of more than 16 KiB, of which no more is kept. */
export function tooLarge(): RowRead {
  return refused(fieldRefusal('BULK_ROW_TOO_LARGE', 'row', `has more than ${mostRowBytes} bytes`), 0);
}

function refused(refusal: Refusal, bytes: number, reference: string | null = null): RowRead {
  return { bytes, reference, request: null, refusal };
}

/** Reads a line of NDJSON. Never throws: a row that is wrong is a verdict. */
export function readLine(line: Buffer): RowRead {
  let value: unknown;
  try {
    value = readJson(line);
  } catch (problem) {
    if (problem instanceof Refusal) return refused(problem, line.length);
    throw problem;
  }
  return readRow(value, line.length);
}

function readRow(value: unknown, bytes: number): RowRead {
  try {
    const body = check(value);
    return { bytes, reference: body.reference, request: askedOf(body), refusal: null };
  } catch (problem) {
    if (problem instanceof Refusal) return refused(problem, bytes, referenceIn(value));
    throw problem;
  }
}

/** The reference of a row that is wrong elsewhere, so that its sender finds it again. */
function referenceIn(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const { reference } = value as { reference?: unknown };
  return typeof reference === 'string' && /^[!-~](?:[ -~]{0,126}[!-~])?$/.test(reference) ? reference : null;
}

/** The columns of a CSV file; every file has the first group, and of the places one at least. */
const required = [
  'reference',
  'module',
  'clientUserId',
  'firstName',
  'lastName',
  'expirationDate',
  'availableUsages',
] as const;
const placeColumns = ['resourceIds', 'iata', 'countryOrRegion'] as const;
const optional = ['activationDate', ...placeColumns] as const;
type Column = (typeof required)[number] | (typeof optional)[number];

/** In a cell of `resourceIds`: every resource of the module. An empty cell says nothing about places. */
const everyResource = 'all';

/** Reads a header; refuses the file when columns are missing, unknown or there twice. */
export function readHeader(cells: readonly string[]): readonly Column[] {
  const problems = [
    ...cells
      .filter((cell) => !isColumn(cell))
      .map((cell) => ({ field: cell.slice(0, 120), problem: 'is no column of this file' })),
    ...required
      .filter((name) => !cells.includes(name))
      .map((field) => ({ field, problem: 'is a column that is missing' })),
    ...cells
      .filter((cell, at) => cells.indexOf(cell) < at)
      .map((field) => ({ field: field.slice(0, 120), problem: 'is a column twice' })),
  ];
  if (!placeColumns.some((name) => cells.includes(name))) {
    problems.push({ field: 'resourceIds', problem: `give at least one of the columns ${placeColumns.join(', ')}` });
  }
  if (problems.length > 0) throw new Refusal('BULK_FILE_REFUSED', { problems: problems.slice(0, 20) });
  return cells as readonly Column[];
}

function isColumn(cell: string): cell is Column {
  return (required as readonly string[]).includes(cell) || (optional as readonly string[]).includes(cell);
}

/** Reads a record of CSV under a header. Never throws. */
export function readRecord(columns: readonly Column[], cells: readonly string[]): RowRead {
  if (cells.length !== columns.length) {
    const problem = `has ${cells.length} cells under a header of ${columns.length}`;
    return refused(fieldRefusal('REQUEST_INVALID', 'row', problem), 0);
  }
  const bytes = cells.reduce((sum, cell) => sum + cell.length, 0);
  if (bytes > mostRowBytes) return tooLarge();
  const read = readRow(bodyOf(columns, cells), bytes);
  return read.refusal === null ? read : { ...read, refusal: refusalInColumns(read.refusal) };
}

const outsideExtra: readonly Column[] = ['reference', 'module', 'clientUserId'];
const wholeNumbers: readonly Column[] = ['module', 'availableUsages'];

/** The JSON that a record stands for. An empty cell is a field that was not sent. */
function bodyOf(columns: readonly Column[], cells: readonly string[]): unknown {
  const places: Record<string, string[]> = {};
  const extra: Record<string, unknown> = { allowedResources: places };
  const body: Record<string, unknown> = { extra };
  for (const [at, name] of columns.entries()) {
    const cell = cells[at]!;
    if (cell === '') continue;
    if (isPlace(name)) {
      const values = valuesOf(name, cell);
      // A list without values means everywhere, and only one word in a cell may mean that.
      if (values.length > 0 || cell === everyResource) places[name] = values;
    } else (outsideExtra.includes(name) ? body : extra)[name] = wholeNumbers.includes(name) ? wholeNumber(cell) : cell;
  }
  return body;
}

function isPlace(name: Column): boolean {
  return (placeColumns as readonly string[]).includes(name);
}

/** Text that is no plain whole number stays text, which the schema refuses. */
function wholeNumber(cell: string): number | string {
  return /^(0|[1-9][0-9]{0,8})$/.test(cell) ? Number(cell) : cell;
}

function valuesOf(column: Column, cell: string): string[] {
  if (column === 'resourceIds' && cell === everyResource) return [];
  return cell.split(/[ ;|]+/).filter((value) => value !== '');
}

/** The same refusal with the names of columns instead of paths in JSON. */
export function refusalInColumns({ refusal, problems, facts }: Refusal): Refusal {
  const named = problems.map(({ field, problem }) => ({
    field: field.replace(/^extra\.(allowedResources\.)?/, ''),
    problem,
  }));
  return new Refusal(refusal, { problems: named, facts });
}
