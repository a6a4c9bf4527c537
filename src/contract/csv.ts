/** Comma-separated values for people's spreadsheets (RFC 4180). */

/** What a spreadsheet takes for the beginning of a formula, full-width forms included; and what hides one. */
const formula = /^\p{Cc}|^[\s\p{Cc}"']*[=+\-@\uff1d\uff0b\uff0d\uff20]/u;

/**
 * A cell: quoted where it must be, numbers as they are. Text that a spreadsheet would run as a formula
 * gets an apostrophe in front (ATK-62).
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return /[",\r\n;\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line with its end. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
