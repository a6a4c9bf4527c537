import type { Database, Statement } from './database.ts';

/** By what a report of usages is sorted. */
export type UsageBy = 'module' | 'resource' | 'iata' | 'country' | 'client';

/** What was used and given back under one key, in one part of the range. */
export interface UsageSum {
  /** 1 for the part that begins first. */
  readonly part: number;
  readonly key: string;
  readonly module: number | null;
  readonly currency: string | null;
  readonly rate: number | null;
  readonly uses: number;
  readonly people: number;
  readonly usages: number;
  readonly givenBackUses: number;
  readonly givenBackPeople: number;
  readonly givenBackUsages: number;
}

const iso = (instant: number) => new Date(instant).toISOString();

/** What each line is sorted by first, with what that needs besides the history itself. */
const ofResource = { key: 'e.resource_id', join: '' };
const keys: Readonly<Record<UsageBy, { readonly key: string; readonly join: string }>> = {
  module: { key: 'e.module::text', join: '' },
  resource: ofResource,
  iata: ofResource,
  country: ofResource,
  client: {
    key: 'i.client_id',
    join: 'join entries i on i.program_id = e.program_id and i.pass_id = e.pass_id and i.number = 1',
  },
};

/** What the sums of resources are put together by: a few sums are joined, not every line. */
const places: Readonly<Partial<Record<UsageBy, string>>> = {
  iata: `coalesce(h.iata, '')`,
  country: 'h.country_or_region',
};

const figures = `count(*) filter (where e.units > 0) as uses,
      coalesce(sum(e.adults + e.children) filter (where e.units > 0), 0) as people,
      coalesce(sum(e.units) filter (where e.units > 0), 0) as usages,
      count(*) filter (where e.units < 0) as "givenBackUses",
      coalesce(sum(e.adults + e.children) filter (where e.units < 0), 0) as "givenBackPeople",
      coalesce(-sum(e.units) filter (where e.units < 0), 0) as "givenBackUsages"`;
const names = ['uses', 'people', 'usages', '"givenBackUses"', '"givenBackPeople"', '"givenBackUsages"'];

function plainSums(by: UsageBy): string {
  const { key, join } = keys[by];
  return `select width_bucket(e.at, $4::timestamptz[]) as part, ${key} as key, null::int as module,
      null::text as currency, null::int8 as rate, ${figures}
    from entries e ${join}
    where e.program_id = $1 and e.kind in ('use', 'give-back') and e.at >= $2::timestamptz and e.at < $3::timestamptz
    group by 1, 2`;
}

// A usage is settled at the rate that was in force when it was used, also when it is given back later:
// what was charged is what is credited.
function settledSums(by: UsageBy): string {
  const { key, join } = keys[by];
  return `with rates as materialized (
      select s.module, s.currency, s.amount, s.valid_from,
        lead(s.valid_from, 1, 'infinity') over (partition by s.module order by s.valid_from, s.number) as valid_until
      from settlement_rates s where s.program_id = $1
    ), used as (
      select e.program_id, e.pass_id, e.resource_id, e.module, e.at, e.at as used_at, e.units, e.adults, e.children
      from entries e
      where e.program_id = $1 and e.kind = 'use' and e.at >= $2::timestamptz and e.at < $3::timestamptz
      union all
      select b.program_id, b.pass_id, b.resource_id, b.module, b.at, u.at, b.units, b.adults, b.children
      from entries b join entries u on u.program_id = $1 and u.order_id = b.order_id and u.kind = 'use'
      where b.program_id = $1 and b.kind = 'give-back' and b.at >= $2::timestamptz and b.at < $3::timestamptz
    )
    select width_bucket(e.at, $4::timestamptz[]) as part, ${key} as key, e.module::int as module, rates.currency,
      rates.amount as rate, ${figures}
    from used e ${join}
    left join rates on rates.module = e.module and e.used_at >= rates.valid_from and e.used_at < rates.valid_until
    group by 1, 2, 3, 4, 5`;
}

function statementOf(by: UsageBy, settles: boolean): Statement {
  const name = `report_usage_${by}${settles ? '_settled' : ''}`;
  const sums = settles ? settledSums(by) : plainSums(by);
  const place = places[by];
  if (place === undefined) return { name, text: sums };
  const added = names.map((figure) => `sum(s.${figure})::int8 as ${figure}`).join(', ');
  const text = `select s.part, ${place} as key, s.module, s.currency, s.rate, ${added}
    from (${sums}) s join resources r on r.resource_id = s.key
    join transport_hubs h on h.transport_hub_id = r.transport_hub_id
    group by 1, 2, 3, 4, 5`;
  return { name, text };
}

/** One stretch of the history, which a statement looks at whole. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** What was used and given back in one stretch; `starts` are the beginnings of the parts of the whole range. */
export function sumUsages(
  database: Database,
  programId: string,
  stretch: Stretch,
  starts: readonly number[],
  by: UsageBy,
  settles: boolean,
): Promise<UsageSum[]> {
  const parameters = [programId, iso(stretch.from), iso(stretch.to), starts.map(iso)];
  return database.report<UsageSum>(statementOf(by, settles), parameters);
}

const stretchStatement: Statement = {
  name: 'report_stretch',
  text: `select (select at from entries where program_id = $1 and at >= $2::timestamptz and at < $3::timestamptz
        order by at offset $4::int limit 1) as "at"`,
};

// More lines of one instant than a step looks at: the stretch goes on to the next instant.
const laterStatement: Statement = {
  name: 'report_stretch_later',
  text: `select min(at) as at from entries where program_id = $1 and at > $2::timestamptz and at < $3::timestamptz`,
};

/** Where a stretch that begins at `from` must end so that it holds about a step's lines, at `to` at the latest. */
export async function endOfStretch(database: Database, programId: string, from: number, to: number): Promise<number> {
  type Row = { readonly at: number | null };
  const range = [programId, iso(from), iso(to)];
  const [row] = await database.report<Row>(stretchStatement, [...range, database.reportStep]);
  const end = row!.at ?? to;
  if (end > from) return end;
  const [later] = await database.report<Row>(laterStatement, range);
  return later!.at ?? to;
}
