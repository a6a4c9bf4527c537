import type { Use } from '../domain/give-back.ts';
import type { StandingUse } from '../domain/pass.ts';
import type { Database, Statement, Transaction } from './database.ts';

export interface UseKey {
  readonly programId: string;
  readonly passId: string;
  readonly number: number;
}

interface UseRow extends UseKey {
  readonly orderId: string;
  readonly at: number;
  readonly units: number;
  readonly resourceId: string;
  readonly module: number;
  readonly adults: number;
  readonly children: number;
  readonly givenBackAt: number | null;
  readonly beforeAt: number | null;
  readonly beforeResourceId: string | null;
  readonly beforeNumber: number | null;
}

const findUsesStatement: Statement = {
  name: 'find_uses',
  text: `select u.program_id as "programId", u.pass_id as "passId", u.number, u.order_id as "orderId", u.at, u.units,
      u.resource_id as "resourceId", u.module, u.adults, u.children, back.at as "givenBackAt",
      before.at as "beforeAt", before.resource_id as "beforeResourceId", before.number as "beforeNumber"
    from unnest($1::text[], $2::text[], $3::int[]) as wanted (program_id, pass_id, number)
    join entries u on u.program_id = wanted.program_id and u.pass_id = wanted.pass_id and u.number = wanted.number
    left join entries back on back.program_id = u.program_id and back.order_id = u.order_id and back.kind = 'give-back'
    left join lateral (
      select e.at, e.resource_id, e.number from entries e
      where e.program_id = u.program_id and e.pass_id = u.pass_id and e.number < u.number and e.kind = 'use'
        and not exists (select from entries b
          where b.program_id = e.program_id and b.order_id = e.order_id and b.kind = 'give-back')
      order by e.number desc limit 1
    ) before on true
    where u.kind = 'use'`,
};

/** Uses with what became of them. Their passes are locked, so nothing can be added meanwhile. */
export async function findUses(transaction: Transaction, keys: readonly UseKey[]): Promise<(Use & UseKey)[]> {
  const rows = await transaction.run<UseRow>(findUsesStatement, [
    keys.map((key) => key.programId),
    keys.map((key) => key.passId),
    keys.map((key) => key.number),
  ]);
  return rows.map(({ beforeAt, beforeResourceId, beforeNumber, ...use }) => ({
    ...use,
    before: beforeAt === null ? null : { at: beforeAt, resourceId: beforeResourceId!, number: beforeNumber! },
  }));
}

const firstUseStatement: Statement = {
  name: 'first_use',
  text: `select e.at, e.resource_id as "resourceId", e.number from entries e
    where e.program_id = $1 and e.pass_id = $2 and e.kind = 'use'
      and not exists (select from entries b
        where b.program_id = e.program_id and b.order_id = e.order_id and b.kind = 'give-back')
    order by e.number limit 1`,
};

/** The earliest use of a pass that was not given back; null when none stands. */
export async function findFirstUse(
  database: Database,
  { programId, passId }: Omit<UseKey, 'number'>,
): Promise<StandingUse | null> {
  const [row] = await database.read<StandingUse>(firstUseStatement, [programId, passId]);
  return row ?? null;
}

const findUseByOrderStatement: Statement = {
  name: 'find_use_by_order',
  text: `select program_id as "programId", pass_id as "passId", number, resource_id as "resourceId" from entries
    where program_id = $1 and order_id = $2 and kind in ('use', 'give-back') order by number limit 1`,
};

/** Where the use of a usage order stands in the history; it never moves. Null when there is none. */
export async function findUseByOrder(
  database: Database,
  programId: string,
  orderId: string,
): Promise<(UseKey & { resourceId: string }) | null> {
  const [row] = await database.read<UseKey & { resourceId: string }>(findUseByOrderStatement, [programId, orderId]);
  return row ?? null;
}
