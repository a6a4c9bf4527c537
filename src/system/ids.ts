import { randomBytes, randomInt, randomUUID } from 'node:crypto';

/** The Luhn check digit for a string of digits, as on a card: it catches slips in typing, no more. */
export function checkDigit(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

function randomDigits(count: number): string {
  const half = Math.floor(count / 2);
  const first = randomInt(10 ** half);
  const second = randomInt(10 ** (count - half));
  return String(first).padStart(half, '0') + String(second).padStart(count - half, '0');
}

/** The source of every id: cryptographically random, so that no id can be guessed from another. */
export const ids = {
  passId(issuerPrefix: string): string {
    const digits = issuerPrefix + randomDigits(11);
    return digits + checkDigit(digits);
  },
  orderId(): string {
    return `DP${randomDigits(14)}`;
  },
  uuid(): string {
    return randomUUID();
  },
  secret(): string {
    return randomBytes(32).toString('base64url');
  },
};
