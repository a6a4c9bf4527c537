/** A moment of an input, which is on the reader's clock, as the API takes it; undefined for what is none. */
export function instantOf(local: string): string | undefined {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** A moment as an input for day and time has it: on the reader's clock, to the minute. */
export function localOf(at: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const local = new Date(at);
  const date = `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
  return `${date}T${two(local.getHours())}:${two(local.getMinutes())}`;
}
