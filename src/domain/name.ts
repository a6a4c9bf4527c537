/** Controls, bidirectional overrides, lone surrogates, private use, unassigned and zero-width space. */
const forbidden = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u2028\u2029]/u;
const visible = /[\p{L}\p{N}]/u;
/** Joiners shape letters in some scripts and are invisible in all others: they never tell names apart. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Why a name cannot be a traveller's name, or null when it can. Names are kept as they were sent. */
export function nameProblem(name: string): string | null {
  if (forbidden.test(name)) return 'must not contain control, direction, unassigned or unpaired characters';
  if (!visible.test(name)) return 'must contain at least one letter or digit';
  return null;
}

/**
 * The form under which names compare: NFKC, invisible joiners dropped, trimmed, runs of white space
 * folded to one space, case folded (contract, section 4 rule 2). Upper-casing first folds what has
 * no lower case of its own (`ß` and `SS` are one name).
 */
export function nameKey(name: string): string {
  const plain = name.normalize('NFKC').replace(invisible, '').trim().replace(/\s+/gu, ' ');
  return plain.toUpperCase().toLowerCase().normalize('NFKC');
}
