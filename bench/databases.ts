/** The databases under the bench: how they are made and filled, and how a round is checked. */
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import pg from 'pg';
import { type Credentials, setUpDemo } from '../src/operations/first-start.ts';
import { migrations } from '../src/product.ts';
import type { Database } from '../src/store/database.ts';
import { openEmbedded } from '../src/store/embedded.ts';
import { migrate } from '../src/store/migrate.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { ids } from '../src/system/ids.ts';
import type { PostgresServer } from '../test/harness/postgres-server.ts';
import { fillPasses, letHotPassLast } from './fill.ts';
import { redemptionFunction } from './pgbench.ts';

export interface BenchDatabase {
  readonly url: string;
  /** A venue's token, good for the whole bench. */
  readonly token: string;
  /** The partner's. */
  readonly issuerToken: string;
  readonly passes: number;
}

/** The process whose children work for a server. */
export function postmasterOf(server: PostgresServer): number {
  return Number(readFileSync(join(server.folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

async function setUp(database: Database): Promise<Pick<BenchDatabase, 'token' | 'issuerToken'>> {
  await migrate(database, migrations, Date.now());
  let made: Credentials | null = null;
  await setUpDemo(database, { now: Date.now }, ids, '', async (credentials) => {
    made = credentials;
  });
  const { venue, partner } = made!;
  return { token: await tokenOf(venue), issuerToken: await tokenOf(partner) };
}

function tokenOf({ issuer, secret }: Credentials['venue']): Promise<string> {
  const claims = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer(issuer).setIssuedAt();
  return claims.setExpirationTime('2h').sign(new TextEncoder().encode(secret));
}

/** Runs SQL as administrator, however long it takes; gives the rows of the last statement. */
export async function sql<R>(url: string, ...texts: readonly string[]): Promise<R[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: R[] = [];
    for (const text of texts) ({ rows } = (await client.query(text)) as unknown as { rows: R[] });
    return rows;
  } finally {
    await client.end();
  }
}

/** A database with `passes` passes and pgbench's function in it, vacuumed, analysed and on disk. */
export async function newDatabase(server: PostgresServer, passes: number): Promise<BenchDatabase> {
  const url = await server.freshDatabase();
  const database = await openPostgres({ url });
  const tokens = await setUp(database).finally(() => database.close());
  await sql(url, redemptionFunction, fillPasses(1, passes), letHotPassLast, 'vacuum (freeze, analyze)', 'checkpoint');
  return { url, ...tokens, passes };
}

/** A copy of `base` that has been filled up to `passes`. */
export async function grownDatabase(
  server: PostgresServer,
  base: BenchDatabase,
  passes: number,
): Promise<BenchDatabase> {
  const url = new URL(base.url);
  const name = `bench_${passes}`;
  await sql(server.url, `create database ${name} template ${url.pathname.slice(1)} strategy file_copy`);
  url.pathname = `/${name}`;
  const fill = fillPasses(base.passes + 1, passes);
  await sql(url.href, fill, 'vacuum (freeze, analyze)', 'checkpoint');
  return { ...base, url: url.href, passes };
}

/** Two equal folders with an embedded database of `passes` passes, and the token for both. */
export async function embeddedFolders(
  passes: number,
): Promise<{ folders: [string, string] } & Pick<BenchDatabase, 'token' | 'issuerToken'>> {
  const home = mkdtempSync(join(tmpdir(), 'passdesk-bench-'));
  const folders: [string, string] = [join(home, 'one'), join(home, 'two')];
  const database = await openEmbedded({ folder: folders[0] });
  try {
    const tokens = await setUp(database);
    await database.script(fillPasses(1, passes));
    await database.script('analyze');
    return { folders, ...tokens };
  } finally {
    await database.close();
    cpSync(folders[0], folders[1], { recursive: true });
  }
}

// Transactions that begin after this have a higher id: a round's own lines of history, by index.
const markText = 'select pg_snapshot_xmax(pg_current_snapshot())::text as mark';
const checkText = (mark: string) => `
  with written as materialized (
    select pass_id, kind from entries where program_id = 'DEMO' and transaction >= '${mark}'::xid8),
  sample as (select distinct pass_id from (select pass_id from written limit 500) as latest)
  select (select count(*)::int from written where kind = 'use') as uses,
    (select count(*)::int from sample) as looked_at,
    (select count(*)::int from sample join passes p on p.program_id = 'DEMO' and p.pass_id = sample.pass_id
      where p.used <> (select sum(units) from entries e where e.program_id = 'DEMO' and e.pass_id = p.pass_id)
        or p.entries <> 1 + (select count(*) from entries e where e.program_id = 'DEMO' and e.pass_id = p.pass_id)
    ) as unequal`;

interface Found {
  readonly uses: number;
  readonly looked_at: number;
  readonly unequal: number;
}

/** Notes where the history stands; the function it gives tells what is wrong since then, or null. */
export async function watchHistory(url: string): Promise<(accepted: number) => Promise<string | null>> {
  const [at] = await sql<{ mark: string }>(url, markText);
  return async (accepted) => {
    const [found] = await sql<Found>(url, checkText(at!.mark));
    return problemOf(found!, accepted);
  };
}

/** The same for an embedded database that nobody uses any more, over all it ever did. */
export async function checkEmbedded(folder: string, accepted: number): Promise<string | null> {
  const database = await openEmbedded({ folder });
  try {
    const [found] = await database.read<Found>({ name: 'bench_check', text: checkText('0') }, []);
    return problemOf(found!, accepted);
  } finally {
    await database.close();
  }
}

function problemOf({ uses, looked_at, unequal }: Found, accepted: number): string | null {
  if (uses < accepted) return `${accepted} answers of 200, but only ${uses} new lines of history`;
  if (accepted > 0 && looked_at === 0) return 'no pass to look at';
  return unequal === 0 ? null : `${unequal} of ${looked_at} passes whose counters are not the sums of their history`;
}
