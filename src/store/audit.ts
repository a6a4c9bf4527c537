import { nameKey } from '../domain/name.ts';
import type { Database, Statement } from './database.ts';
import type { Progress } from './progress.ts';

/** Something that must never be found, and the query that looks for it. */
interface AuditCheck {
  readonly check: string;
  readonly statement: Statement;
}

export interface AuditFinding {
  readonly check: string;
  /** Ids of what is wrong, at most 20. */
  readonly found: readonly string[];
}

const standing = `from entries u left join entries b
    on b.program_id = u.program_id and b.order_id = u.order_id and b.kind = 'give-back'
  where u.kind = 'use' and b.order_id is null`;

/** Gives the id of every row of `from … where …` as `programme/pass`. */
function finding(check: string, name: string, rows: string): AuditCheck {
  const text = `select program_id || '/' || pass_id as id from (${rows}) wrong limit 20`;
  return { check, statement: { name: `audit_${name}`, text } };
}

const checks: readonly AuditCheck[] = [
  finding(
    'the uses of a pass minus what was given back are its counter',
    'sums',
    `select p.program_id, p.pass_id from passes p left join entries e
       on e.program_id = p.program_id and e.pass_id = p.pass_id
     group by p.program_id, p.pass_id having p.used <> coalesce(sum(e.units), 0)`,
  ),
  finding(
    'each line of history tells what is left after it',
    'left',
    `select e.program_id, e.pass_id from (
       select program_id, pass_id, left_after, sum(units) over (partition by program_id, pass_id order by number) as used
       from entries) e
     join passes p on p.program_id = e.program_id and p.pass_id = e.pass_id where e.left_after <> p.granted - e.used`,
  ),
  finding(
    'the history of a pass is numbered from 1 without a gap',
    'numbers',
    `select p.program_id, p.pass_id from passes p left join entries e
       on e.program_id = p.program_id and e.pass_id = p.pass_id
     group by p.program_id, p.pass_id having count(e.number) <> p.entries or coalesce(max(e.number), 0) <> p.entries`,
  ),
  finding(
    'every pass is found by the prefix of its programme',
    'prefixes',
    `select p.program_id, p.pass_id from passes p join programs g on g.program_id = p.program_id
     where left(p.pass_id, 4) <> g.issuer_prefix and left(p.pass_id, 4) <> all (g.former_prefixes)`,
  ),
  finding(
    'no use lies outside the dates of its pass or after its cancellation',
    'dates',
    `select e.program_id, e.pass_id from entries e
       join passes p on p.program_id = e.program_id and p.pass_id = e.pass_id
     where e.kind = 'use' and (e.at < p.activation_at or e.at >= p.expiration_at
       or (p.cancelled_at is not null and e.number > (select c.number from entries c
         where c.program_id = p.program_id and c.pass_id = p.pass_id and c.kind = 'cancel')))`,
  ),
  finding(
    'no use lies outside the places of its pass',
    'places',
    `select e.program_id, e.pass_id from entries e
       join passes p on p.program_id = e.program_id and p.pass_id = e.pass_id
       join resources r on r.resource_id = e.resource_id
       join transport_hubs h on h.transport_hub_id = r.transport_hub_id
     where e.kind = 'use' and (not e.module = any (p.allowed_modules)
       or (p.restriction = 'resourceIds' and cardinality(p.restricted_to) > 0 and not e.resource_id = any (p.restricted_to))
       or (p.restriction = 'iata' and not coalesce(h.iata = any (p.restricted_to), false))
       or (p.restriction = 'countryOrRegion' and not h.country_or_region = any (p.restricted_to)))`,
  ),
  finding(
    'the last use of a pass is the latest that was not given back',
    'last_use',
    `select p.program_id, p.pass_id from passes p left join (
       select u.program_id, u.pass_id, max(u.number) as number ${standing} group by u.program_id, u.pass_id) s
       on s.program_id = p.program_id and s.pass_id = p.pass_id
     where s.number is distinct from p.last_use_number`,
  ),
  finding(
    'a cancelled pass, and no other, has one line that cancels it, at that instant',
    'cancellations',
    `select p.program_id, p.pass_id from passes p left join entries e
       on e.program_id = p.program_id and e.pass_id = p.pass_id and e.kind = 'cancel'
     group by p.program_id, p.pass_id, p.cancelled_at
     having count(e.number) <> (p.cancelled_at is not null)::int or min(e.at) is distinct from p.cancelled_at`,
  ),
  finding(
    'every line of history belongs to a pass, and every pass begins with its issue',
    'orphans',
    `select e.program_id, e.pass_id from entries e left join passes p
       on p.program_id = e.program_id and p.pass_id = e.pass_id
     where p.pass_id is null or (e.number = 1) <> (e.kind = 'issue')`,
  ),
  {
    check: 'the audit log is numbered from 1, and each hash covers its line and the one before',
    statement: {
      name: 'audit_log_chain',
      text: `select 'line ' || number as id from (select *, row_number() over (order by number) as place,
           coalesce(lag(hash) over (order by number), '') as previous from audit_log) l
         where number <> place
           or hash <> audit_hash(previous, number, at, actor, act, subject, in_program, request_id, details)
         order by number limit 20`,
    },
  },
];

interface NamedPassRow {
  readonly programId: string;
  readonly passId: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Null when its clientUserId is bound to no name. */
  readonly firstKey: string | null;
  readonly lastKey: string | null;
}

/** Passes that are read at once. */
const namesAtOnce = 10_000;
const mostFound = 20;

const namesStatement: Statement = {
  name: 'audit_names',
  text: `select p.program_id as "programId", p.pass_id as "passId", p.first_name as "firstName", p.last_name as "lastName",
      h.first_key as "firstKey", h.last_key as "lastKey"
    from passes p left join holders h on h.program_id = p.program_id and h.client_user_id = p.client_user_id
    where (p.program_id, p.pass_id) > ($1, $2) order by p.program_id, p.pass_id limit ${namesAtOnce}`,
};

const isBound = ({ firstName, lastName, firstKey, lastKey }: NamedPassRow) =>
  nameKey(firstName) === firstKey && nameKey(lastName) === lastKey;

/** What SQL cannot see: that names are the same is the domain's rule. */
async function checkNames(database: Database): Promise<AuditFinding> {
  const found: string[] = [];
  let last = { programId: '', passId: '' };
  for (;;) {
    const rows = await database.read<NamedPassRow>(namesStatement, [last.programId, last.passId]);
    for (const row of rows) if (!isBound(row)) found.push(`${row.programId}/${row.passId}`);
    if (rows.length < namesAtOnce || found.length >= mostFound) break;
    last = rows.at(-1)!;
  }
  return { check: 'every pass has the name its clientUserId is bound to', found: found.slice(0, mostFound) };
}

/** The last line of the audit log: a log that is shorter, or has another hash there, was tampered with. */
export interface AuditLogHead {
  readonly number: number;
  readonly hash: string;
}

const headStatement: Statement = {
  name: 'audit_log_head',
  text: 'select number, hash from audit_log order by number desc limit 1',
};

export interface DatabaseAudit {
  readonly checks: number;
  readonly findings: readonly AuditFinding[];
  /** Null while nothing was done. */
  readonly head: AuditLogHead | null;
}

/** Runs every check over all programmes, reading only. A sound database gives no finding. */
export async function auditDatabase(database: Database, progress: Progress): Promise<DatabaseAudit> {
  const findings: AuditFinding[] = [];
  progress.total(checks.length + 1);
  for (const { check, statement } of checks) {
    const rows = await database.read<{ id: string }>(statement, []);
    if (rows.length > 0) findings.push({ check, found: rows.map(({ id }) => id) });
    progress.add(1);
  }
  const names = await checkNames(database);
  if (names.found.length > 0) findings.push(names);
  progress.add(1);
  const [head = null] = await database.read<AuditLogHead>(headStatement, []);
  return { checks: checks.length + 1, findings, head };
}
