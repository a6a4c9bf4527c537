import type { Module } from '../domain/module.ts';
import type { Pass, RestrictionKind, StandingUse } from '../domain/pass.ts';
import { type Column, rowParameters, rowsSql } from './columns.ts';
import type { Database, Statement, Transaction } from './database.ts';
import type { PageStart } from './usages.ts';

/** A pass as its columns come. */
export interface PassRow {
  readonly program_id: string;
  readonly pass_id: string;
  readonly order_id: string;
  readonly module: Module;
  readonly allowed_modules: number[];
  readonly client_user_id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly created_at: number;
  readonly activation_at: number;
  readonly expiration_at: number;
  readonly granted: number;
  readonly used: number;
  readonly restriction: RestrictionKind;
  readonly restricted_to: string[];
  readonly last_use_at: number | null;
  readonly last_use_resource_id: string | null;
  readonly last_use_number: number | null;
  readonly suspended_at: number | null;
  readonly suspended_reason: string | null;
  readonly cancelled_at: number | null;
  readonly changed_at: number | null;
  readonly entries: number;
}

/** Every column of a pass, of the table by the name of `p`. */
export const passColumns = `p.program_id, p.pass_id, p.order_id, p.module, p.allowed_modules, p.client_user_id, p.first_name,
  p.last_name, p.created_at, p.activation_at, p.expiration_at, p.granted, p.used, p.restriction, p.restricted_to,
  p.last_use_at, p.last_use_resource_id, p.last_use_number, p.suspended_at, p.suspended_reason, p.cancelled_at, p.changed_at, p.entries`;

function lastUseOf(row: PassRow): StandingUse | null {
  if (row.last_use_at === null) return null;
  return { at: row.last_use_at, resourceId: row.last_use_resource_id!, number: row.last_use_number! };
}

/** The pass of a row. */
export function passOf(row: PassRow): Pass {
  return {
    programId: row.program_id,
    passId: row.pass_id,
    orderId: row.order_id,
    module: row.module,
    allowedModules: row.allowed_modules,
    clientUserId: row.client_user_id,
    firstName: row.first_name,
    lastName: row.last_name,
    createdAt: row.created_at,
    activationAt: row.activation_at,
    expirationAt: row.expiration_at,
    granted: row.granted,
    used: row.used,
    restriction: { kind: row.restriction, values: row.restricted_to },
    lastUse: lastUseOf(row),
    suspension: row.suspended_at === null ? null : { at: row.suspended_at, reason: row.suspended_reason ?? '' },
    cancelledAt: row.cancelled_at,
    changedAt: row.changed_at,
    entries: row.entries,
  };
}

// Sorted before it locks: two batches that meet on the same passes wait for one another in one
// order and cannot deadlock.
const lockPassesStatement: Statement = {
  name: 'lock_passes',
  text: `select ${passColumns}, pg_current_xact_id()::text as transaction
    from unnest($1::text[], $2::text[]) as wanted (program_id, pass_id)
    join passes p on p.program_id = wanted.program_id and p.pass_id = wanted.pass_id
    order by p.program_id, p.pass_id for update of p`,
};

const lockFreePassesStatement: Statement = {
  name: 'lock_free_passes',
  text: `${lockPassesStatement.text} skip locked`,
};

/** Passes by programme and id; the two lists run side by side. */
export interface PassKeys {
  readonly programIds: readonly string[];
  readonly passIds: readonly string[];
}

/** Locked passes as they are now, with the id of the transaction that holds them; null without any. */
export interface LockedPasses {
  readonly passes: readonly Pass[];
  readonly transactionId: string | null;
}

async function lockBy(statement: Statement, transaction: Transaction, keys: PassKeys): Promise<LockedPasses> {
  const parameters = [keys.programIds, keys.passIds];
  const rows = await transaction.run<PassRow & { transaction: string }>(statement, parameters);
  return { passes: rows.map(passOf), transactionId: rows[0]?.transaction ?? null };
}

/** Locks passes in id order. */
export function lockPasses(transaction: Transaction, keys: PassKeys): Promise<LockedPasses> {
  return lockBy(lockPassesStatement, transaction, keys);
}

/** As `lockPasses`, but leaves out passes that somebody else holds instead of waiting for them. */
export function lockFreePasses(transaction: Transaction, keys: PassKeys): Promise<LockedPasses> {
  return lockBy(lockFreePassesStatement, transaction, keys);
}

const existingPassesStatement: Statement = {
  name: 'existing_passes',
  text: `select p.program_id as "programId", p.pass_id as "passId"
    from unnest($1::text[], $2::text[]) as wanted (program_id, pass_id)
    join passes p on p.program_id = wanted.program_id and p.pass_id = wanted.pass_id`,
};

/** Which of these passes there are, locked or not. */
export function existingPasses(
  transaction: Transaction,
  { programIds, passIds }: PassKeys,
): Promise<{ programId: string; passId: string }[]> {
  return transaction.run(existingPassesStatement, [programIds, passIds]);
}

const insertPassesStatement: Statement = {
  name: 'insert_passes',
  text: `insert into passes (program_id, pass_id, order_id, module, allowed_modules, client_user_id, first_name, last_name,
      created_at, activation_at, expiration_at, granted, restriction, restricted_to, entries,
      used, last_use_at, last_use_resource_id, last_use_number, suspended_at, suspended_reason, cancelled_at, changed_at)
    select program_id, pass_id, order_id, module, allowed_modules, client_user_id, first_name, last_name,
      created_at, activation_at, expiration_at, granted, restriction, restricted_to, entries,
      used, last_use_at, last_use_resource_id, last_use_number, suspended_at, suspended_reason, cancelled_at, changed_at
    from json_to_recordset($1) as n (program_id text, pass_id text, order_id text, module smallint,
      allowed_modules smallint[], client_user_id text, first_name text, last_name text, created_at timestamptz,
      activation_at timestamptz, expiration_at timestamptz, granted int, restriction text, restricted_to text[], entries int,
      used int, last_use_at timestamptz, last_use_resource_id text, last_use_number int, suspended_at timestamptz,
      suspended_reason text, cancelled_at timestamptz, changed_at timestamptz)`,
};

/** What a use or a give-back changes in a pass, column by column. */
export const usageColumns: readonly Column<Pass>[] = [
  ['program_id', 'text', ({ programId }) => programId],
  ['pass_id', 'text', ({ passId }) => passId],
  ['used', 'int', ({ used }) => used],
  ['last_use_at', 'timestamptz', ({ lastUse }) => lastUse?.at ?? null],
  ['last_use_resource_id', 'text', ({ lastUse }) => lastUse?.resourceId ?? null],
  ['last_use_number', 'int', ({ lastUse }) => lastUse?.number ?? null],
  ['changed_at', 'timestamptz', ({ changedAt }) => changedAt],
  ['entries', 'int', ({ entries }) => entries],
];

/**
 * The update of a use, with the columns as parameters from `$first` on. It sets no column that a trigger
 * or an index looks at: this is the statement of the door.
 */
export const updateUsagesSql = (first: number) => `update passes p set used = n.used, last_use_at = n.last_use_at,
    last_use_resource_id = n.last_use_resource_id, last_use_number = n.last_use_number, changed_at = n.changed_at,
    entries = n.entries
  from ${rowsSql(usageColumns, first)}
  where p.program_id = n.program_id and p.pass_id = n.pass_id`;

const updateUsagesStatement: Statement = { name: 'update_usages', text: updateUsagesSql(1) };

const updateStatesStatement: Statement = {
  name: 'update_states',
  text: `update passes p set used = n.used, last_use_at = n.last_use_at, last_use_resource_id = n.last_use_resource_id,
      last_use_number = n.last_use_number, suspended_at = n.suspended_at, suspended_reason = n.suspended_reason,
      cancelled_at = n.cancelled_at, changed_at = n.changed_at, entries = n.entries
    from json_to_recordset($1) as n (program_id text, pass_id text, used int, last_use_at timestamptz,
      last_use_resource_id text, last_use_number int, suspended_at timestamptz, suspended_reason text,
      cancelled_at timestamptz, changed_at timestamptz, entries int)
    where p.program_id = n.program_id and p.pass_id = n.pass_id`,
};

function iso(instant: number | null): string | null {
  return instant === null ? null : new Date(instant).toISOString();
}

function stateOf(pass: Pass) {
  return {
    program_id: pass.programId,
    pass_id: pass.passId,
    used: pass.used,
    last_use_at: iso(pass.lastUse?.at ?? null),
    last_use_resource_id: pass.lastUse?.resourceId ?? null,
    last_use_number: pass.lastUse?.number ?? null,
    suspended_at: iso(pass.suspension?.at ?? null),
    suspended_reason: pass.suspension?.reason ?? null,
    cancelled_at: iso(pass.cancelledAt),
    changed_at: iso(pass.changedAt),
    entries: pass.entries,
  };
}

function termsOf(pass: Pass) {
  return {
    order_id: pass.orderId,
    module: pass.module,
    allowed_modules: pass.allowedModules,
    client_user_id: pass.clientUserId,
    first_name: pass.firstName,
    last_name: pass.lastName,
    created_at: iso(pass.createdAt),
    activation_at: iso(pass.activationAt),
    expiration_at: iso(pass.expirationAt),
    granted: pass.granted,
    restriction: pass.restriction.kind,
    restricted_to: pass.restriction.values,
  };
}

/** Writes passes that are new. An id that is taken is a unique violation (23505). */
export async function insertPasses(transaction: Transaction, passes: readonly Pass[]): Promise<void> {
  const rows = passes.map((pass) => ({ ...stateOf(pass), ...termsOf(pass) }));
  await transaction.run(insertPassesStatement, [JSON.stringify(rows)]);
}

/** Writes what a use or a give-back changes in passes: their usages. */
export async function updateUsages(transaction: Transaction, passes: readonly Pass[]): Promise<void> {
  await transaction.run(updateUsagesStatement, rowParameters(usageColumns, passes));
}

/** Writes everything that can change in passes: usages, suspension, cancellation. Their terms never do. */
export async function updateStates(transaction: Transaction, passes: readonly Pass[]): Promise<void> {
  await transaction.run(updateStatesStatement, [JSON.stringify(passes.map(stateOf))]);
}

const findPassByIdStatement: Statement = {
  name: 'find_pass_by_id',
  text: `select ${passColumns} from passes p where p.program_id = $1 and p.pass_id = $2`,
};

const findPassByOrderStatement: Statement = {
  name: 'find_pass_by_order',
  text: `select ${passColumns} from passes p where p.program_id = $1 and p.order_id = $2`,
};

/** One pass by its id, or null. */
export async function findPassById(database: Database, programId: string, passId: string): Promise<Pass | null> {
  const [row] = await database.read<PassRow>(findPassByIdStatement, [programId, passId]);
  return row === undefined ? null : passOf(row);
}

/** One pass by its order's id, or null. */
export async function findPassByOrder(database: Database, programId: string, orderId: string): Promise<Pass | null> {
  const [row] = await database.read<PassRow>(findPassByOrderStatement, [programId, orderId]);
  return row === undefined ? null : passOf(row);
}

const listPassesStatement: Statement = {
  name: 'list_passes_of_user',
  text: `select ${passColumns} from passes p where p.program_id = $1 and p.client_user_id = $2
      and (p.created_at, p.order_id) < ($3::timestamptz, $4)
    order by p.created_at desc, p.order_id desc limit $5::int offset $6::int`,
};

const countPassesStatement: Statement = {
  name: 'count_passes_of_user',
  text: `select count(*)::int as count from (
    select 1 from passes where program_id = $1 and client_user_id = $2 limit 100000) counted`,
};

/** After every real pass in the order of the list: the page from the newest on. */
const newest = { at: Date.UTC(9999, 11, 31), orderId: 'Z' };

/** One page of a traveller's passes, newest first. */
export async function listPassesOfUser(
  database: Database,
  programId: string,
  clientUserId: string,
  { after = newest, skip, size }: PageStart,
): Promise<Pass[]> {
  const parameters = [programId, clientUserId, iso(after.at), after.orderId, size, skip];
  return (await database.read<PassRow>(listPassesStatement, parameters)).map(passOf);
}

/** How many passes a traveller has, counted up to 100,000. */
export async function countPassesOfUser(database: Database, programId: string, clientUserId: string): Promise<number> {
  const [row] = await database.read<{ count: number }>(countPassesStatement, [programId, clientUserId]);
  return row!.count;
}
