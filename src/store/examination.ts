/** What the doctor asks the database, over all programmes. */
import type { Database, Statement } from './database.ts';

/** How deliveries, keys and endpoints stand; instants in milliseconds, null where there is none. */
export interface Examination {
  readonly parked: number;
  readonly waiting: number;
  /** When the delivery that is most overdue was due. */
  readonly overdueSince: number | null;
  /** Endpoints that are paused, such as `DEMO/ep_…: the receiver answered 410 Gone`; at most five. */
  readonly paused: readonly string[];
  /** Active endpoints that have no key to sign with; at most five. */
  readonly keyless: readonly string[];
  readonly oldestSigningKey: number | null;
  readonly oldestClientKey: number | null;
  readonly oldestSecret: number | null;
}

const text = `select
    (select count(*)::int from (select from deliveries where state = 'parked' limit 1000000) p) as parked,
    (select count(*)::int from (select from deliveries where state = 'waiting' limit 1000000) w) as waiting,
    (select min(due.next_attempt_at) from endpoints e cross join lateral (
      select d.next_attempt_at from deliveries d where d.program_id = e.program_id and d.endpoint_id = e.endpoint_id
        and d.state = 'waiting' order by d.next_attempt_at limit 1) due where e.state = 'active') as "overdueSince",
    array(select program_id || '/' || endpoint_id || ': ' || paused_reason from endpoints
      where state = 'paused' order by 1 limit 5) as paused,
    array(select program_id || '/' || endpoint_id from endpoints e where state = 'active' and not exists (
      select from signing_keys k where k.program_id = e.program_id and k.endpoint_id = e.endpoint_id
        and k.retired_at is null) order by 1 limit 5) as keyless,
    (select min(signs_from) from signing_keys where retired_at is null) as "oldestSigningKey",
    (select min(k.created_at) from client_keys k join clients c on c.client_id = k.client_id
      where c.revoked_at is null) as "oldestClientKey",
    (select min(created_at) from clients where revoked_at is null) as "oldestSecret"`;

const examineStatement: Statement = { name: 'examine', text };

/** Reads it all at once. */
export async function examineTables(database: Database): Promise<Examination> {
  const [row] = await database.read<Examination>(examineStatement, []);
  return row!;
}
