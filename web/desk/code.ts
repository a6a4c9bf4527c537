/** What somebody showed, scanned or typed. */
export type Code =
  | { readonly kind: 'pass'; readonly passId: string }
  | { readonly kind: 'pairing'; readonly pairingCode: string }
  | { readonly kind: 'other'; readonly text: string };

/** Scanners that say what kind of code they saw put it before it, such as `]Q3` for a QR code. */
const symbology = /^\][A-Za-z][0-9A-Za-z]/;
/** What people and printers put between digits. */
const between = /[\s\u00a0\u2007\u2009\u202f.-]/g;

/**
 * Reads what a QR code holds or somebody typed: the 16 digits of a pass, with or without spaces, or
 * the address that pairs a device. Anything else is told as it is: it is no pass.
 */
export function readCode(raw: string): Code {
  const text = raw.normalize('NFKC').trim().replace(symbology, '').trim();
  const digits = text.replace(between, '');
  if (/^[0-9]{16}$/.test(digits)) return { kind: 'pass', passId: digits };
  const pairing = /^https?:\/\/[^\s#]+\/desk\/?#pair=([A-Za-z0-9_-]{10,64})$/.exec(text);
  if (pairing !== null) return { kind: 'pairing', pairingCode: pairing[1]! };
  return { kind: 'other', text };
}

/** The digits of a field as far as they are typed, at most 16. */
export function typedDigits(raw: string): string {
  return raw
    .normalize('NFKC')
    .replace(/[^0-9]/g, '')
    .slice(0, 16);
}

/** Sixteen digits as people read them: in fours. */
export function inFours(digits: string): string {
  return digits.replace(/(.{4})(?=.)/g, '$1 ');
}

/**
 * Whether the last digit is the check digit of the others, as ours are made. A pass is never refused
 * for it; it only tells what is likely when a typed pass is unknown.
 */
export function hasCheckDigit(passId: string): boolean {
  let sum = 0;
  for (let index = 0; index < passId.length; index += 1) {
    const digit = Number(passId[passId.length - 1 - index]);
    const counted = index % 2 === 1 ? digit * 2 : digit;
    sum += counted > 9 ? counted - 9 : counted;
  }
  return sum % 10 === 0;
}
