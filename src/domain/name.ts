/** Controls, direction controls, lone surrogates, private use, unassigned, and what is never seen but joiners. */
const forbidden =
  /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Bidi_Control}\u200b\u2060\u206a-\u206f\ufeff\u2028\u2029\u{e0000}-\u{e007f}]/u;
const visible = /[\p{L}\p{N}]/u;
/** Joiners shape letters in some scripts and are invisible in all others: they never tell names apart. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Why a name cannot be a traveller's name, or null when it can. Names are kept as they were sent. */
export function nameProblem(name: string): string | null {
  if (forbidden.test(name)) return 'must not contain control, direction, unassigned or unpaired characters';
  // Some fillers count as letters and are never seen.
  if (!visible.test(name.replace(invisible, ''))) return 'must contain at least one letter or digit';
  return null;
}

/**
 * The form under which names compare: NFKC, invisible joiners dropped, trimmed, runs of white space
 * folded to one space, case folded (contract, section 4 rule 2). Upper-casing first folds what has
 * no lower case of its own (`ß` and `SS` are one name); lower-casing before that folds `ẞ`.
 */
export function nameKey(name: string): string {
  // Of plain ASCII in single words only the case is left to fold; most names are, and the rest takes long.
  if (/^[!-~]+(?: [!-~]+)*$/.test(name)) return name.toLowerCase();
  const plain = name.normalize('NFKC').replace(invisible, '').trim().replace(/\s+/gu, ' ');
  return plain.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
}
