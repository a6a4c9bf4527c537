type Element = null | string | number | boolean;

/** One element of an array as PostgreSQL reads it. Ids and numbers, which are most, need no quotes. */
function elementOf(value: Element): string {
  if (value === null) return 'NULL';
  if (typeof value !== 'string') return String(value);
  // Five letters or more are not NULL.
  if (/^[0-9A-Za-z:.+-]{5,}$/.test(value)) return value;
  // Control characters and half pairs, which JSON would write as an array does not, are rare.
  if (/^[ -\ud7ff\ue000-\uffff]*$/.test(value)) return JSON.stringify(value);
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** A list as the text of an array, written here: the driver's own way costs several times as much. */
export function arrayText(values: readonly Element[]): string {
  return `{${values.map(elementOf).join(',')}}`;
}
