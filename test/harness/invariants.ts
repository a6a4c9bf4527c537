/** The invariants that SQL can tell from the tables alone (reliability.md, section 2): each gives no row. */

/** Runs SQL without parameters and gives its rows. */
export type ReadRows = (sql: string) => Promise<Record<string, unknown>[]>;

const entriesOfPass = `select p.program_id, p.pass_id from passes p left join entries e using (program_id, pass_id)
  group by p.program_id, p.pass_id, p.order_id, p.used, p.entries`;

/** The order id that an accepted answer told. */
const answered = `select route, client_id, status, (body::jsonb)->'data'->>'orderId' as order_id from answers
  where status = 200 and program_id is not null`;

const effectOf = `case a.route when 'issuePass' then 'issue' when 'giveBackUse' then 'give-back'
  when 'cancelOrder' then 'cancel' else 'use' end`;

/** The rows of bulk jobs: code 0 good, 1 issued, 2 repeated, 3 refused. */
const bulkRows = `select c.program_id, c.job_id, (r->>0)::int as code, r->>1 as reference,
    case when (r->>0)::int in (1, 2) then r->>2 end as pass_id, case when (r->>0)::int in (1, 2) then r->>3 end as order_id
  from bulk_chunks c cross join lateral jsonb_array_elements(c.results::jsonb) r`;

export const sqlInvariants: readonly [name: string, sql: string][] = [
  ['INV-01 used is between 0 and granted', 'select pass_id from passes where used < 0 or used > granted'],
  [
    'INV-01 every line tells what was left after it',
    `select pass_id from (select e.pass_id, e.left_after,
        p.granted - sum(e.units) over (partition by e.program_id, e.pass_id order by e.number) as expected
      from entries e join passes p using (program_id, pass_id)) told where left_after <> expected`,
  ],
  ['INV-02 the counter is the sum of the ledger', `${entriesOfPass} having p.used <> coalesce(sum(e.units), 0)`],
  [
    'INV-02 the lines are numbered without a gap',
    `${entriesOfPass} having p.entries <> count(e.number) or coalesce(max(e.number), 0) <> count(e.number)`,
  ],
  [
    'INV-04 no order is half there',
    `${entriesOfPass} having count(*) filter (where e.kind = 'issue' and e.number = 1 and e.order_id = p.order_id) <> 1`,
  ],
  [
    'INV-04 no line without its pass',
    'select pass_id from entries e where not exists (select from passes p where p.pass_id = e.pass_id)',
  ],
  [
    'INV-04 no name is bound without a pass',
    `select client_user_id as pass_id from holders h where not exists (select from passes p
      where p.program_id = h.program_id and p.client_user_id = h.client_user_id)`,
  ],
  [
    'INV-07 a use is given back once, in full, after it happened',
    `select b.pass_id from entries b left join entries u on u.program_id = b.program_id and u.order_id = b.order_id
        and u.kind = 'use' and u.pass_id = b.pass_id
      where b.kind = 'give-back'
      group by b.program_id, b.pass_id, b.order_id
      having count(*) <> 1 or count(u.number) <> 1 or min(u.units) <> -min(b.units) or min(u.number) >= min(b.number)`,
  ],
  [
    'INV-09 every use lies within the dates',
    `select e.pass_id from entries e join passes p using (program_id, pass_id)
      where e.kind = 'use' and not (e.at >= p.activation_at and e.at < p.expiration_at)`,
  ],
  [
    'INV-10 nothing is used or given back after the cancellation',
    `select e.pass_id from entries e join entries c using (program_id, pass_id)
      where c.kind = 'cancel' and e.kind in ('use', 'give-back') and (e.number > c.number or e.at > c.at)`,
  ],
  [
    'INV-11 a pass is cancelled once, and that is when',
    `${entriesOfPass}, p.cancelled_at having count(*) filter (where e.kind = 'cancel') > 1
      or (max(e.at) filter (where e.kind = 'cancel')) is distinct from p.cancelled_at`,
  ],
  [
    'INV-13 it activates before it expires and not before it was issued',
    `select pass_id from passes where activation_at >= expiration_at
      or activation_at < created_at - interval '60 seconds'`,
  ],
  [
    'INV-15 it was used only where it may be',
    `select e.pass_id from entries e join passes p using (program_id, pass_id)
        join resources r on r.resource_id = e.resource_id
        join transport_hubs h on h.transport_hub_id = r.transport_hub_id
      where e.kind = 'use' and not (r.module = any (p.allowed_modules) and case p.restriction
        when 'resourceIds' then cardinality(p.restricted_to) = 0 or e.resource_id = any (p.restricted_to)
        when 'iata' then h.iata = any (p.restricted_to)
        else h.country_or_region = any (p.restricted_to) end)`,
  ],
  [
    'INV-16 the last use is the latest that stands',
    `select p.pass_id from passes p left join lateral (select e.at, e.number, e.resource_id from entries e
        where e.program_id = p.program_id and e.pass_id = p.pass_id and e.kind = 'use' and not exists (
          select from entries b where b.program_id = e.program_id and b.order_id = e.order_id and b.kind = 'give-back')
        order by e.number desc limit 1) last on true
      where (p.last_use_at, p.last_use_number, p.last_use_resource_id)
        is distinct from (last.at, last.number, last.resource_id)`,
  ],
  [
    'INV-19 no stored yes without its effect',
    `select a.order_id as pass_id from (${answered}) a
      where a.route in ('issuePass', 'redeemPass', 'scan', 'giveBackUse', 'cancelOrder')
        and not exists (select from entries e where e.order_id = a.order_id and e.kind = ${effectOf})`,
  ],
  [
    'INV-19 no effect without its stored yes',
    `select e.pass_id from entries e where e.kind in ('issue', 'use', 'give-back', 'cancel') and not exists (
      select from (${answered}) a where a.order_id = e.order_id and ${effectOf} = e.kind)
      and not (e.kind = 'issue' and (e.program_id, e.pass_id) in (select program_id, pass_id from bulk_references))`,
  ],
  [
    'INV-19 a reference stands for one pass, and a row that says issued or repeated for that one',
    `select r.reference as pass_id from bulk_references r left join passes p using (program_id, pass_id)
      where p.pass_id is null
    union all select pass_id from bulk_references group by program_id, pass_id having count(*) > 1
    union all select t.pass_id from (${bulkRows}) t left join bulk_references r using (program_id, reference)
      left join passes p on p.program_id = t.program_id and p.pass_id = t.pass_id
      where t.code in (1, 2) and t.pass_id is not null
        and (r.pass_id is distinct from t.pass_id or p.order_id is distinct from t.order_id)`,
  ],
  [
    'INV-19 a reference has one row that says issued, while its job is remembered',
    `select reference as pass_id from (${bulkRows}) t where code = 1 group by program_id, reference having count(*) > 1`,
  ],
  [
    'the counts of a bulk job are those of its rows',
    `select j.job_id as pass_id from bulk_jobs j left join (
        select program_id, job_id, count(*) filter (where code = 0) as good, count(*) filter (where code = 1) as issued,
          count(*) filter (where code = 2) as repeated, count(*) filter (where code = 3) as refused
        from (${bulkRows}) t group by program_id, job_id) t using (program_id, job_id)
      where j.rows_deleted_at is null and (j.good, j.issued, j.repeated, j.refused)
        is distinct from (coalesce(t.good, 0), coalesce(t.issued, 0), coalesce(t.repeated, 0), coalesce(t.refused, 0))`,
  ],
  [
    'INV-19b faults are not stored',
    'select key as pass_id from answers where status >= 500 or status in (401, 403, 429)',
  ],
];

/** One sentence for each SQL invariant that some rows violate. */
export async function sqlViolations(read: ReadRows): Promise<string[]> {
  const violations: string[] = [];
  for (const [name, sql] of sqlInvariants) {
    const rows = await read(sql);
    if (rows.length > 0) violations.push(`${name}: ${rows.length} rows, such as ${JSON.stringify(rows[0])}`);
  }
  return violations;
}
