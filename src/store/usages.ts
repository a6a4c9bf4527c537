import type { Database, Parameter, Statement } from './database.ts';

/** A use as the lists show it. */
export interface UsageRow {
  readonly programId: string;
  readonly passId: string;
  readonly clientUserId: string;
  readonly orderId: string;
  readonly resourceId: string;
  readonly at: number;
  readonly module: number;
  readonly adults: number;
  readonly children: number;
  readonly units: number;
  readonly left: number;
  readonly givenBackAt: number | null;
}

/** Which uses a list shows; absent means any. Instants in milliseconds. */
export interface UsageFilter {
  readonly programId: string;
  readonly passId?: string | undefined;
  readonly clientUserId?: string | undefined;
  readonly resourceIds?: readonly string[] | undefined;
  readonly givenBack?: boolean | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly orderId?: string | undefined;
}

/** Where a page begins: after this use, or after so many uses. */
export interface PageStart {
  readonly after?: { readonly at: number; readonly orderId: string } | undefined;
  readonly skip: number;
  readonly size: number;
}

interface Condition {
  readonly name: string;
  readonly sql: (parameter: string) => string;
  readonly value: Parameter;
}

const iso = (instant: number) => new Date(instant).toISOString();

/** The conditions that are asked for, and no others: each set of them is a statement with a plan of its own. */
function conditionsOf(filter: UsageFilter): Condition[] {
  const conditions: Condition[] = [];
  const add = (name: string, sql: Condition['sql'], value: Parameter | undefined) => {
    if (value !== undefined) conditions.push({ name, sql, value });
  };
  add('pass', (parameter) => `u.pass_id = ${parameter}`, filter.passId);
  add('user', (parameter) => `p.client_user_id = ${parameter}`, filter.clientUserId);
  add('resources', (parameter) => `u.resource_id = any (${parameter}::text[])`, filter.resourceIds);
  add('back', (parameter) => `(back.order_id is not null) = ${parameter}::boolean`, filter.givenBack);
  add(
    'from',
    (parameter) => `u.at >= ${parameter}::timestamptz`,
    filter.from === undefined ? undefined : iso(filter.from),
  );
  add('to', (parameter) => `u.at < ${parameter}::timestamptz`, filter.to === undefined ? undefined : iso(filter.to));
  add('order', (parameter) => `u.order_id = ${parameter}`, filter.orderId);
  return conditions;
}

const source = `from entries u
  join passes p on p.program_id = u.program_id and p.pass_id = u.pass_id
  left join entries back on back.program_id = u.program_id and back.order_id = u.order_id and back.kind = 'give-back'
  where u.program_id = $1 and u.kind = 'use'`;

const columns = `u.program_id as "programId", u.pass_id as "passId", p.client_user_id as "clientUserId",
  u.order_id as "orderId", u.resource_id as "resourceId", u.at, u.module, u.adults, u.children, u.units,
  coalesce(back.left_after, u.left_after) as "left", back.at as "givenBackAt"`;

function whereOf(conditions: readonly Condition[]): string {
  return conditions.map((condition, index) => ` and ${condition.sql(`$${index + 2}`)}`).join('');
}

function nameOf(kind: string, conditions: readonly Condition[]): string {
  return ['usages', kind, ...conditions.map((condition) => condition.name)].join('_');
}

/** One page of uses, newest first, at most `size`. */
export function listUses(database: Database, filter: UsageFilter, start: PageStart): Promise<UsageRow[]> {
  const conditions = conditionsOf(filter);
  const parameters: Parameter[] = [filter.programId, ...conditions.map(({ value }) => value)];
  const next = parameters.length + 1;
  const from = start.after === undefined ? '' : ` and (u.at, u.order_id) < ($${next + 2}::timestamptz, $${next + 3})`;
  const statement: Statement = {
    name: nameOf(start.after === undefined ? 'page' : 'after', conditions),
    text: `select ${columns} ${source}${whereOf(conditions)}${from}
      order by u.at desc, u.order_id desc limit $${next}::int offset $${next + 1}::int`,
  };
  parameters.push(start.size, start.skip);
  if (start.after !== undefined) parameters.push(iso(start.after.at), start.after.orderId);
  return database.read<UsageRow>(statement, parameters);
}

/** More are not counted: a count over millions would hold up the door. */
const mostCounted = 100_000;

/** How many uses a filter has, counted up to 100,000. */
export async function countUses(database: Database, filter: UsageFilter): Promise<number> {
  const conditions = conditionsOf(filter);
  const statement: Statement = {
    name: nameOf('count', conditions),
    text: `select count(*)::int as count from (select 1 ${source}${whereOf(conditions)} limit ${mostCounted}) counted`,
  };
  const [row] = await database.read<{ count: number }>(statement, [
    filter.programId,
    ...conditions.map(({ value }) => value),
  ]);
  return row!.count;
}
