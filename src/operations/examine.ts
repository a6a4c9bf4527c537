import { day, minute } from '../domain/calendar.ts';
import { isDamage } from '../store/damage.ts';
import type { Database } from '../store/database.ts';
import { historyEpoch } from '../store/epochs.ts';
import { type Examination, examineTables } from '../store/examination.ts';
import { schemaState } from '../store/migrate.ts';
import { cureOfUnfinished, isUnfinished } from '../store/unfinished-restore.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly name: string;
  /** `warn` is to be watched, `bad` is wrong. */
  readonly state: 'ok' | 'warn' | 'bad';
  readonly detail: string;
  /** What to do about it; null when nothing. */
  readonly cure: string | null;
}

/** Two processes further apart than this would disagree on what has expired. */
const clockLimit = 1_000;
/** Events more overdue than this are held up by something. */
const lagLimit = 15 * minute;
/** Keys and secrets older than this are due for another. */
const oldKey = 365 * day;

const ok = (name: string, detail: string): Finding => ({ name, state: 'ok', detail, cure: null });
const warn = (name: string, detail: string, cure: string): Finding => ({ name, state: 'warn', detail, cure });
const bad = (name: string, detail: string, cure: string): Finding => ({ name, state: 'bad', detail, cure });
const damaged = (detail: string) =>
  bad('data', `is damaged: ${detail}`, 'examine the disk; restore the newest back-up onto another');

/** Examines what the database can tell: whether it answers and keeps, its clock, schema, events and keys. */
export async function examineData(database: Database, migrations: URL, now: () => number): Promise<Finding[]> {
  const health = await database.health();
  if (!health.answers) {
    return [bad('database', health.problem ?? 'does not answer', 'start the database, or correct DATABASE_URL')];
  }
  const kind = database.kind === 'embedded' ? 'the embedded database' : 'PostgreSQL';
  const apart = Math.round(Math.abs(health.clockDifference));
  const apartDetail = `this machine and the database are ${apart} ms apart (limit ${clockLimit})`;
  const schema = await examineSchema(database, migrations);
  return [
    health.problem === null
      ? ok('database', `${kind} answers`)
      : bad('database', health.problem, 'see what the sentence names: free disk, or settings of the server'),
    ok('durability', health.durability),
    ...(health.damage === undefined ? [] : [damaged(health.damage)]),
    apart <= clockLimit ? ok('clock', apartDetail) : bad('clock', apartDetail, 'run an NTP client on both machines'),
    schema,
    ...(schema.state === 'ok' ? await examineContents(database, now()).catch(orDamaged) : []),
  ];
}

function orDamaged(problem: unknown): Finding[] {
  if (!isDamage(problem)) throw problem;
  return [damaged((problem as Error).message)];
}

async function examineSchema(database: Database, migrations: URL): Promise<Finding> {
  try {
    if (await isUnfinished(database)) {
      return bad('schema', 'a restore or a move into this database was not finished', cureOfUnfinished);
    }
    const { applied, pending } = await schemaState(database, migrations);
    if (pending.length === 0) return ok('schema', `${applied} migrations applied`);
    const detail = `${pending.length} of ${applied + pending.length} migrations are still to be applied`;
    return warn('schema', detail, 'back up, then start this version: it applies them');
  } catch (problem) {
    if ((problem as { code?: unknown }).code === '42P01') {
      return warn('schema', 'the database is empty', 'start Passdesk once, or restore a back-up into it');
    }
    return bad('schema', (problem as Error).message, 'run the version that the sentence names');
  }
}

async function examineContents(database: Database, now: number): Promise<Finding[]> {
  const { epoch, ahead } = await historyEpoch(database);
  const found = await examineTables(database);
  const history = ahead
    ? bad(
        'events',
        'the history is ahead of its server, so that events are held back',
        'stop Passdesk; passdesk db epoch',
      )
    : ok('events', `numbered in epoch ${epoch}`);
  return [history, ...examinePush(found, now), ...examineKeys(found, now)];
}

function examinePush({ parked, waiting, overdueSince, paused, keyless }: Examination, now: number): Finding[] {
  const lag = overdueSince === null ? 0 : Math.max(0, now - overdueSince);
  const findings: Finding[] = [];
  if (keyless.length > 0) {
    findings.push(
      bad('push keys', `without a key to sign with: ${keyless.join(', ')}`, 'passdesk endpoint key <endpointId>'),
    );
  }
  if (paused.length > 0) {
    findings.push(
      warn('push endpoints', `paused: ${paused.join('; ')}`, 'passdesk endpoint change <endpointId> --state active'),
    );
  }
  if (parked > 0) {
    const cure = 'passdesk endpoint deliveries <endpointId> --state parked; then passdesk endpoint resend';
    findings.push(warn('push events', `${parked} were given up after ten attempts`, cure));
  }
  if (lag > lagLimit) {
    const detail = `${waiting} wait, the first for ${Math.round(lag / minute)} minutes`;
    findings.push(warn('push lag', detail, 'see whether a server runs, and what its receivers answer'));
  }
  if (findings.length > 0) return findings;
  return [ok('push', waiting === 0 ? 'nothing waits, nothing was given up' : `${waiting} wait, nothing was given up`)];
}

function examineKeys(found: Examination, now: number): Finding[] {
  const kinds = [
    ['signing keys', found.oldestSigningKey, 'passdesk endpoint key <endpointId>'],
    ['client keys', found.oldestClientKey, 'have the partner register another; then revoke the old one'],
    ['client secrets', found.oldestSecret, 'passdesk client secret <clientId>'],
  ] as const;
  return kinds.map(([name, since, cure]) => {
    if (since === null) return ok(name, 'there are none');
    const days = Math.floor((now - since) / day);
    const detail = `the oldest is ${days} days old`;
    return now - since <= oldKey ? ok(name, detail) : warn(name, detail, cure);
  });
}
