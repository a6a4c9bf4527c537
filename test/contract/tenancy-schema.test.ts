/** Programmes are apart in the schema (INV-30) and in what they can observe of each other (INV-33). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { issueBody, openClient, type Reply, type TestClient } from '../harness/client.ts';
import { addClient, embeddedProduct } from '../harness/embedded-product.ts';
import type { ProductHere } from '../harness/product.ts';
import { addOtherProgramme, type Clients } from '../harness/two-programmes.ts';

/** Tables that belong to no programme, and why; a new table has a program_id or is entered here. */
const shared: Readonly<Record<string, string>> = {
  accounts: 'a person may work in several programmes, or look after the whole installation',
  audit_log: 'one chain for the whole installation; a line names its programme',
  client_keys: 'a client may have several programmes and signs for all with the same keys',
  client_resources: 'a door may be that of several programmes',
  client_traffic: 'a client may ask for several programmes; its figures are shown to those who have them all',
  clients: 'a client may have several programmes',
  directory_version: 'one number for the whole installation',
  known_devices: 'a browser is that of a person',
  migrations: 'the schema is one',
  resources: 'a resource is one real place, offered by several programmes',
  sessions: 'a session is that of a person',
  transport_hubs: 'a hub is one real place',
};
/** Unique indexes that do not begin with program_id, and why. */
const crossing: Readonly<Record<string, string>> = {
  programs_issuer_prefix_key: 'the prefix tells the programmes apart, so no two may have the same',
};

interface IndexRow {
  readonly table: string;
  readonly index: string;
  readonly primary: boolean;
  readonly first: string | null;
}

describe('programmes are apart in the schema', () => {
  const product = embeddedProduct();
  const read = <R>(text: string) => product().world.database.read<R>({ name: `test_${text.length}`, text }, []);

  test('every table has program_id, or a reason why not', async () => {
    const rows = await read<{ table: string; required: boolean | null }>(
      `select c.relname::text as "table", (select a.attnotnull from pg_attribute a
          where a.attrelid = c.oid and a.attname = 'program_id' and not a.attisdropped) as required
        from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace`,
    );
    assert.ok(rows.length >= 15, `${rows.length} tables`);
    for (const { table, required } of rows) {
      assert.equal(required, table in shared ? null : true, `${table}.program_id`);
    }
    assert.deepEqual(
      Object.keys(shared).filter((name) => !rows.some(({ table }) => table === name)),
      [],
    );
  });

  test('program_id comes first in the primary key and every unique index of such a table', async () => {
    const rows = await read<IndexRow>(
      `select t.relname::text as "table", i.relname::text as "index", x.indisprimary as "primary",
          (select a.attname::text from pg_attribute a where a.attrelid = t.oid and a.attnum = x.indkey[0]) as first
        from pg_index x join pg_class t on t.oid = x.indrelid join pg_class i on i.oid = x.indexrelid
        where t.relnamespace = 'public'::regnamespace and x.indisunique
          and exists (select from pg_attribute a where a.attrelid = t.oid and a.attname = 'program_id')`,
    );
    assert.ok(rows.filter(({ primary }) => primary).length >= 7);
    for (const { index, first } of rows) {
      assert.equal(first === 'program_id', !(index in crossing), `${index} begins with ${first}`);
    }
  });

  test('a reference between two tables with program_id is one within a programme', async () => {
    const rows = await read<{ name: string; pairs: string[] }>(
      `select c.conname::text as name, array(select a.attname::text || '>' || b.attname::text
          from unnest(c.conkey, c.confkey) as k(here, there)
          join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.here
          join pg_attribute b on b.attrelid = c.confrelid and b.attnum = k.there) as pairs
        from pg_constraint c where c.contype = 'f'
          and exists (select from pg_attribute a where a.attrelid = c.conrelid and a.attname = 'program_id')
          and exists (select from pg_attribute a where a.attrelid = c.confrelid and a.attname = 'program_id')`,
    );
    assert.ok(rows.length >= 4, `${rows.length} references`);
    for (const { name, pairs } of rows) assert.ok(pairs.includes('program_id>program_id'), `${name}: ${pairs}`);
  });
});

const rounds = 150;
const scan = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** A short and repeatable stream of numbers below `limit`. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

interface Side {
  readonly partner: TestClient;
  readonly venue: TestClient;
  readonly operator: TestClient;
}

/** One side's own operations, chosen by the stream; B uses the same keys, scans, names and users as A. */
class Traffic {
  readonly answers: string[] = [];
  readonly #passes: { ePassId: string; orderId: string }[] = [];
  readonly #uses: string[] = [];
  readonly #next: (limit: number) => number;
  readonly #side: Side;
  readonly #door: string;

  constructor(seed: number, side: Side, door: string) {
    this.#next = numbers(seed);
    this.#side = side;
    this.#door = door;
  }

  async step(): Promise<void> {
    const { partner, venue, operator } = this.#side;
    const next = this.#next;
    const pass = this.#passes[next(Math.max(1, this.#passes.length))] ?? {
      ePassId: '1788000000000000',
      orderId: 'DP00000000000000',
    };
    const orderId = this.#uses[next(Math.max(1, this.#uses.length))] ?? 'DP00000000000000';
    const headers = next(2) === 0 ? {} : { 'idempotency-key': `key-${next(30)}` };
    const body = issueBody(1 + next(4), { firstName: ['Ada', 'Eve'][next(2)] }, `user-${next(5)}`);
    const scanId = next(2) === 0 ? {} : { scanId: scan(next(20)) };
    const operations: (() => Promise<Reply>)[] = [
      () => partner.post('/v2/orders/lounges/ePasses', body, headers),
      () => venue.redeem(pass.ePassId, { resourceId: this.#door, adultCount: 1 + next(2), ...scanId }),
      () => venue.post('/v2/redemptions/cancel', { orderId, reason: 'test' }, headers),
      () => partner.post('/v2/orders/ePasses/search', { ePassId: pass.ePassId }),
      () => partner.call('PATCH', '/v2/orders', { orderId: pass.orderId, status: 3, ifUnused: next(2) === 0 }, headers),
      () =>
        operator.post(`/v2/orders/ePasses/${next(2) === 0 ? 'suspend' : 'resume'}`, {
          ePassId: pass.ePassId,
          reason: 'x',
        }),
      () => partner.post('/v2/users/ePasses', { clientUserId: `user-${next(5)}`, pageSize: 3 }),
      () => partner.post('/v2/orders/ePasses', { pageSize: 5 }),
      () => partner.get('/v2/resources'),
    ];
    const chosen = [0, 0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8][next(12)]!;
    const reply = await operations[chosen]!();
    if (chosen === 0 && reply.status === 200)
      this.#passes.push({ ePassId: reply.json.data.extra.ePassId, orderId: reply.json.data.orderId });
    if (chosen === 1 && reply.status === 200) this.#uses.push(reply.json.data.orderId);
    this.answers.push(plain(reply));
  }
}

/** An answer without what differs from run to run: ids that are drawn, cursors and the request id. */
function plain({ status, text, headers }: Reply): string {
  const body = text
    .replace(/"(requestId|nextCursor)":"[^"]+"/g, '"$1"')
    .replace(/DP[0-9]{14}/g, 'DP')
    .replace(/\b1788[0-9]{12}\b/g, 'PASS');
  return `${status} ${headers.get('idempotent-replayed')} ${[...headers.keys()].sort()} ${body}`;
}

describe('a programme notices nothing of another', () => {
  const start = Date.now();
  const times = [start, start];
  const alone = embeddedProduct(undefined, { clock: { now: () => times[0]! } });
  let clients: Clients;
  const beside = embeddedProduct(
    async (here) => {
      clients = await addOtherProgramme(here);
    },
    { clock: { now: () => times[1]! } },
  );

  async function sideA(here: ProductHere, clientId: string): Promise<Side> {
    const { baseUrl, credentials } = here;
    const operator = await addClient(here, { clientId, scopes: ['operator'], programs: ['DEMO'] });
    const [partner, venue] = [
      await openClient(baseUrl, credentials.partner),
      await openClient(baseUrl, credentials.venue),
    ];
    return { partner, venue, operator: await openClient(baseUrl, operator) };
  }

  for (const seed of [1, 2, 3]) {
    test(`INV-33: ${rounds} operations of A get the same answers with and without B (seed ${seed})`, async () => {
      const quiet = new Traffic(seed, await sideA(alone(), `operator-${seed}`), 'N00012');
      const loud = new Traffic(seed, await sideA(beside(), `operator-${seed}`), 'N00012');
      const b = { partner: clients.partnerB, venue: clients.venueB, operator: clients.operatorB };
      const noise = new Traffic(seed + 100, b, 'N90001');
      for (let round = 0; round < rounds; round += 1) {
        times[0]! += 1000;
        times[1]! += 1000;
        await quiet.step();
        await Promise.all([loud.step(), noise.step(), noise.step()]);
        assert.equal(loud.answers[round], quiet.answers[round], `round ${round}`);
      }
      assert.ok(new Set(quiet.answers.map((answer) => answer.slice(0, 3))).size >= 4, 'answers of several kinds');
      assert.ok(
        noise.answers.some((answer) => answer.startsWith('200')),
        'B did something',
      );
    });
  }
});
