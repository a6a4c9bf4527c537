/** Part r: how long reports over a million lines of history take, and what redemptions pay for them. */
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { insertClient } from '../src/store/clients.ts';
import { openPostgres } from '../src/store/postgres.ts';
import { type Bench, httpContestant, type Outcome } from './bench.ts';
import { type Contestant, median, takeTurns } from './contestant.ts';
import { type BenchDatabase, newDatabase, sql } from './databases.ts';
import { type HttpServer, settle, startHttpServer } from './http.ts';

const connections = 64;
/** Uses of every pass, spread over a year that is over; of every tenth pass the last one was given back. */
const usesOfPass = 4;

/** A past year of uses: lines of history as the product writes them. */
export const fillHistory = (passes: number) => `
  set session_replication_role = replica;
  insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, resource_id, module,
    adults, children)
  select 'DEMO', '1788' || lpad(n::text, 12, '0'), 1, 'issue', date '2025-01-01' + (n % 300) * interval '1 day', 0, 10000,
    'DP' || lpad(n::text, 14, '0'), 'demo-partner', null, 1, 0, 0 from generate_series(1, ${passes}) n;
  insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, resource_id, module,
    adults, children)
  select 'DEMO', '1788' || lpad(n::text, 12, '0'), 1 + u, 'use',
    date '2025-01-01' + (n % 300) * interval '1 day' + u * interval '11 days 3 hours', 1, 10000 - u,
    'DP5' || lpad((n * 10 + u)::text, 13, '0'), 'demo-venue', case when (n + u) % 3 = 0 then 'N00012' else 'N00001' end, 1, 1, 0
  from generate_series(1, ${passes}) n, generate_series(1, ${usesOfPass}) u;
  insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, resource_id, module,
    adults, children, reason)
  select program_id, pass_id, number + 1, 'give-back', at + interval '5 minutes', -1, left_after + 1, order_id, client_id,
    resource_id, module, adults, children, 'bench' from entries
  where program_id = 'DEMO' and kind = 'use' and number = ${usesOfPass} + 1 and pass_id like '%0';
  -- One more than there are: the bench counts the issue that its passes do not have.
  update passes p set used = e.used, entries = e.lines + 1, created_at = date '2025-01-01', activation_at = date '2025-01-01'
  from (select pass_id, sum(units) as used, count(*) as lines from entries where program_id = 'DEMO' group by pass_id) e
  where p.program_id = 'DEMO' and p.pass_id = e.pass_id;
  set session_replication_role = origin;`;

const year = 'from=2025-01-01&to=2026-01-01';

/** Reports that are asked for, by what they are called in the table. */
const asked: readonly [name: string, path: string][] = [
  ['usage by module and month', `usage?${year}&by=module&step=month`],
  ['usage by partner and day', `usage?${year}&by=client&step=day`],
  ['usage by country and day, settled', `usage?${year}&by=country&step=day&settlement=true`],
  ['liability by day', `liability?${year}&step=day`],
  ['today', 'today'],
  ['expiring', 'expiring?days=365'],
];

/** Times of each report alone; then redemptions without reports and while two are always being made. */
export async function reports(bench: Bench): Promise<Outcome> {
  const passes = bench.options.passes * 2;
  bench.say(`filling ${passes} passes and ${passes * (usesOfPass + 1)} lines of history`);
  const database = await newDatabase(bench.server, passes);
  await sql(database.url, fillHistory(passes), 'vacuum (freeze, analyze)', 'checkpoint');
  const token = await addOperator(database);
  const server = await startHttpServer('batched', database.url, bench.options.profiles);
  try {
    const notes = await timesOf(bench, server, token);
    await settle(server, database.token, passes, bench.options.settle);
    const plain = httpContestant(bench, server, database, { connections, passes });
    const beside = besideReports(plain, server, token);
    const results = await takeTurns([plain, beside], bench.options.rounds, bench.say);
    const [without, having] = results as [(typeof results)[0], (typeof results)[0]];
    notes.push(
      `Redemptions while two reports are always being made, against none: throughput ${(having.perSecond / without.perSecond).toFixed(3)}, p99 ${(having.p99 / without.p99).toFixed(2)} times.`,
    );
    return { title: `r: reports over ${passes * (usesOfPass + 1)} lines`, results, targets: [], notes };
  } finally {
    await server.stop();
  }
}

async function timesOf(bench: Bench, server: HttpServer, token: string): Promise<string[]> {
  const notes: string[] = [];
  for (const [name, path] of asked) {
    const times: number[] = [];
    for (let round = 0; round < 1 + bench.options.rounds; round += 1) {
      const start = performance.now();
      await ask(server, token, path);
      times.push(performance.now() - start);
    }
    notes.push(`${name}: ${Math.round(median(times.slice(1)))} ms`);
    bench.say(`  ${notes.at(-1)}`);
  }
  return notes;
}

async function ask(server: HttpServer, token: string, path: string): Promise<void> {
  const url = `http://127.0.0.1:${server.port}/v2/reports/${path}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path} was answered with ${response.status}: ${text}`);
}

/** The same load while two clients ask for one large report after the other. */
function besideReports(plain: Contestant, server: HttpServer, token: string): Contestant {
  const measure = async () => {
    let goesOn = true;
    const reader = async () => {
      for (let index = 0; goesOn; index += 1) await ask(server, token, asked[index % 4]![1]);
    };
    const readers = [reader(), reader()];
    try {
      return await plain.measure();
    } finally {
      goesOn = false;
      await Promise.all(readers);
    }
  };
  return { name: `${plain.name}, two reports beside`, measure };
}

async function addOperator({ url }: BenchDatabase): Promise<string> {
  const database = await openPostgres({ url });
  const secret = randomBytes(32).toString('base64url');
  const client = { clientId: 'bench-operator', name: 'Bench', issuer: 'bench-operator', secret };
  const row = { ...client, scopes: ['operator'] as const, ratePerMinute: 1_000_000 };
  try {
    await database.transaction((transaction) => insertClient(transaction, row, ['DEMO'], [], Date.now()));
  } finally {
    await database.close();
  }
  const claims = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setIssuer(client.issuer).setIssuedAt();
  return claims.setExpirationTime('2h').sign(new TextEncoder().encode(secret));
}
