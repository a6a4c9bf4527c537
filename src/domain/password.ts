/** Characters of a password, at least; NIST SP 800-63B asks for 15 where it is the only proof. */
export const shortestPassword = 15;

/** The same text however a keyboard writes it (NFKC); what is hashed and compared. */
export function normalPassword(text: string): string {
  return text.normalize('NFKC');
}

/** Long ones that come first to many minds; digits and signs around them make no difference. */
const commonPasswords = new Set([
  'correcthorsebatterystaple',
  'passwordpassword',
  'mypasswordisstrong',
  'thisismypassword',
  'thisisapassword',
  'thisisasecurepassword',
  'letmeinletmein',
  'iamthebestintheworld',
  'iloveyouforever',
  'iloveyousomuch',
  'administrator',
  'administratorpassword',
  'changemechangeme',
  'changethispassword',
  'pleasechangeme',
  'pleaseletmein',
  'welcometopassdesk',
  'passdeskpassword',
  'passdeskadministrator',
  'supersecretpassword',
  'mysecretpassword',
  'onetwothreefourfive',
]);

/** What fingers find by themselves, walked for ever and in either direction. */
const walks = [
  'abcdefghijklmnopqrstuvwxyz',
  '0123456789',
  '1234567890',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
]
  .map((walk) => walk.repeat(6))
  .flatMap((walk) => [walk, [...walk].reverse().join('')]);

/** Why a password is not taken, or null. Length counts, not the kinds of characters in it. */
export function passwordProblem(text: string, email: string): string | null {
  const password = normalPassword(text);
  if ([...password].length < shortestPassword) return `must have at least ${shortestPassword} characters`;
  const small = password.toLowerCase();
  if (small.includes(email)) return 'must not hold the e-mail address';
  if (isRepetition(small)) return 'must not be a repetition';
  const plain = small.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '').replace(/[^\p{L}\p{N}]+/gu, '');
  if (commonPasswords.has(plain) || walks.some((walk) => walk.includes(small))) return 'is one of those tried first';
  return null;
}

/** Whether the text is a shorter one said again and again, or of hardly any different characters. */
function isRepetition(text: string): boolean {
  if (new Set(text).size < 5) return true;
  for (let period = 1; period <= text.length / 2; period += 1) {
    if (text.startsWith(text.slice(period))) return true;
  }
  return false;
}
