import type { Programme } from '../domain/catalogue.ts';
import { type ProgrammeGround, type ProgrammeSettings, usualExpiringDays } from '../domain/programme.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** A programme with its settings, as it is managed. */
export interface ProgrammeRow extends ProgrammeSettings {
  readonly clockOffset: number;
  readonly createdAt: number;
}

/** How much there is in a programme. */
export interface ProgrammeCounts {
  readonly programId: string;
  /** Counted up to 100,000. */
  readonly passes: number;
  readonly resources: number;
  readonly clients: number;
  readonly endpoints: number;
}

const columns = `program_id as "programId", name, issuer_prefix as "issuerPrefix", sandbox, modules,
  cross_modules as "crossModules", expiring_days as "expiringDays", clock_offset as "clockOffset",
  created_at as "createdAt"`;

const listStatement: Statement = {
  name: 'list_programmes',
  text: `select ${columns} from programs where program_id = any ($1::text[]) and program_id > $2
    order by program_id limit $3::int`,
};

/** The programmes of these ids after one, in the order of their ids. */
export function listProgrammes(
  database: Database,
  programIds: readonly string[],
  after: string,
  size: number,
): Promise<ProgrammeRow[]> {
  return database.read<ProgrammeRow>(listStatement, [programIds, after, size]);
}

const countsStatement: Statement = {
  name: 'count_programmes',
  text: `select p.program_id as "programId",
      (select count(*)::int from (select from passes s where s.program_id = p.program_id limit 100000) first) as passes,
      (select count(*)::int from offers o where o.program_id = p.program_id and o.withdrawn_at is null) as resources,
      (select count(*)::int from client_programs m join clients c on c.client_id = m.client_id
        where m.program_id = p.program_id and c.revoked_at is null) as clients,
      (select count(*)::int from endpoints e where e.program_id = p.program_id) as endpoints
    from programs p where p.program_id = any ($1::text[])`,
};

/** How much there is in each of these programmes. */
export function countProgrammes(
  reader: Pick<Database, 'read'> | Pick<Transaction, 'run'>,
  programIds: readonly string[],
): Promise<ProgrammeCounts[]> {
  const parameters = [programIds];
  if ('read' in reader) return reader.read<ProgrammeCounts>(countsStatement, parameters);
  return reader.run<ProgrammeCounts>(countsStatement, parameters);
}

// Ids and prefixes are chosen one after the other: two programmes must not meet in one.
const lockStatement: Statement = {
  name: 'lock_programmes',
  text: 'lock table programs in share row exclusive mode',
};

/** Lets one caller at a time choose a programme's id or prefix. */
export async function lockProgrammes(transaction: Transaction): Promise<void> {
  await transaction.run(lockStatement, []);
}

const takenStatement: Statement = {
  name: 'programme_taken',
  text: `select exists (select from programs where program_id = $1) as "idTaken",
    exists (select from programs where program_id <> $1
      and (issuer_prefix = $2 or $2 = any (former_prefixes))) as "prefixTaken"`,
};

/** Whether a programme has this id, and whether another has or had this prefix. */
export async function isProgrammeTaken(
  transaction: Transaction,
  programId: string,
  issuerPrefix: string,
): Promise<{ readonly idTaken: boolean; readonly prefixTaken: boolean }> {
  const [row] = await transaction.run<{ idTaken: boolean; prefixTaken: boolean }>(takenStatement, [
    programId,
    issuerPrefix,
  ]);
  return row!;
}

// The first pass of a programme comes with its first traveller, who refers to this row: the stronger lock
// waits for travellers that are being entered, and holds up those that come.
const findStatement: Statement = {
  name: 'lock_programme',
  text: `select ${columns} from programs where program_id = $1 for no key update`,
};
const findAloneStatement: Statement = {
  name: 'lock_programme_alone',
  text: `select ${columns} from programs where program_id = $1 for update`,
};

/** Locks a programme; `alone` keeps first passes from being issued meanwhile. Null when there is none. */
export async function lockProgramme(
  transaction: Transaction,
  programId: string,
  alone: boolean,
): Promise<ProgrammeRow | null> {
  const statement = alone ? findAloneStatement : findStatement;
  const [row] = await transaction.run<ProgrammeRow>(statement, [programId]);
  return row ?? null;
}

const groundStatement: Statement = {
  name: 'programme_ground',
  text: `select exists (select from passes where program_id = $1) as "hasPasses",
    exists (select from endpoints where program_id = $1 and url not like 'https:%') as "hasPlainEndpoints"`,
};

/** What a programme's prefix and kind rest on. */
export async function groundOfProgramme(
  transaction: Transaction,
  programId: string,
): Promise<Omit<ProgrammeGround, 'clockOffset'>> {
  const [row] = await transaction.run<Omit<ProgrammeGround, 'clockOffset'>>(groundStatement, [programId]);
  return row!;
}

// A prefix that it has again is no former one.
const insertProgramStatement: Statement = {
  name: 'insert_program',
  text: `insert into programs (program_id, name, issuer_prefix, sandbox, modules, cross_modules, created_at, expiring_days)
    values ($1, $2, $3, $4::boolean, $5::smallint[], $6::smallint[], $7::timestamptz, $8::int)`,
};

/** Enters a programme. */
export async function insertProgram(
  transaction: Transaction,
  programme: Omit<Programme, 'clockOffset'> & { readonly expiringDays?: number },
  now: number,
): Promise<void> {
  await transaction.run(insertProgramStatement, [
    programme.programId,
    programme.name,
    programme.issuerPrefix,
    programme.sandbox,
    programme.modules,
    programme.crossModules,
    new Date(now).toISOString(),
    programme.expiringDays ?? usualExpiringDays,
  ]);
}

const updateStatement: Statement = {
  name: 'update_programme',
  text: `update programs set name = $2, sandbox = $4::boolean, modules = $5::smallint[],
      cross_modules = $6::smallint[], expiring_days = $7::int,
      former_prefixes = array_remove(case when issuer_prefix = $3 or issuer_prefix = any (former_prefixes)
        then former_prefixes else former_prefixes || issuer_prefix end, $3),
      issuer_prefix = $3
    where program_id = $1`,
};

/** Writes the settings of a programme. */
export async function updateProgramme(transaction: Transaction, settings: ProgrammeSettings): Promise<void> {
  const { programId, name, issuerPrefix, sandbox, modules, crossModules, expiringDays } = settings;
  const parameters = [programId, name, issuerPrefix, sandbox, modules, crossModules, expiringDays];
  await transaction.run(updateStatement, parameters);
}
