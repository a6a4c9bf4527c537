/** What one cell of a table can hold. */
export type Cell = string | number | boolean | null;

/**
 * Where a spreadsheet would begin to read a formula: one of its signs (their full-width forms, and
 * controls that are skipped, too) at the beginning of a cell, or behind what some program takes for
 * the end of one: a separator, a quote, a new line. Spaces in between do not help.
 */
const formulas = /(?=[=+\-@\t\r\0＝＋－＠])(?<=(?:^|[,;|\t\r\n"'])[ \u00a0]*)/gu;

/** Takes every formula its beginning with an apostrophe, which spreadsheets read as "text follows". */
export function withoutFormulas(text: string): string {
  return text.replace(formulas, "'");
}

/**
 * One line of RFC 4180. Text is always quoted, so that a reader with other separators keeps it whole;
 * numbers and truth values stand as they are, and stay what they are in a spreadsheet.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  return `"${withoutFormulas(cell).replaceAll('"', '""')}"`;
}

/** Spreadsheets take a file without it for one in an old alphabet. */
export const byteOrderMark = '\ufeff';
