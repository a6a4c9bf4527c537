/** pgbench running the same redemption, as plain statements and as one function of the server. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Driven, drive, type Sample } from './contestant.ts';
import { constantAnswer } from './engines.ts';
import { quantile } from './load.ts';

// One request: which pass, under which scan key, making which usage order. Keys are random, as the
// product's are; numbers of this size make two alike unlikely for the length of a bench.
const draw = `
\\set pass 1788000000000000 + random(1, :passes)
\\set scan random(1000000000000000000, 9000000000000000000)
\\set use random(1000000000000000, 9000000000000000)
`;
const scan = `:scan || '-0000-4000-8000-0'`;
const body = `{"code":0,"data":${JSON.stringify(constantAnswer)}}`;

const lockText = (pass: string) => `
select module, allowed_modules, client_user_id, created_at, activation_at, expiration_at, granted, used, restriction,
    restricted_to, last_use_at, last_use_resource_id, last_use_number, suspended_at, cancelled_at, entries, order_id,
    first_name, last_name
  from passes where program_id = 'DEMO' and pass_id = ${pass} for update`;
const knownText = (key: string) => `
select status, body from answers where program_id = 'DEMO' and client_id = '' and route = 'scan' and key = ${key}`;
const updateText = (pass: string) => `
update passes set used = used + 1, last_use_at = now(), last_use_resource_id = 'N00001', last_use_number = entries + 1,
    entries = entries + 1
  where program_id = 'DEMO' and pass_id = ${pass} returning entries as number, granted - used as left_after`;
const entryText = (pass: string, number: string, left: string, use: string) => `
insert into entries (program_id, pass_id, number, kind, at, units, left_after, order_id, client_id, resource_id, module,
    adults, children)
  values ('DEMO', ${pass}, ${number}, 'use', now(), 1, ${left}, 'DP' || ${use}, 'demo-venue', 'N00001', 1, 1, 0)`;
const answerText = (pass: string, key: string, answer: string) => `
insert into answers (program_id, client_id, route, key, fingerprint, status, body, created_at)
  values ('DEMO', '', 'scan', ${key}, ${pass} || ' N00001 1 0', 200, ${answer}, now())`;

// The answer travels as a parameter, as it does for every client that keeps what it has answered.
const plain = `${draw}
begin;
${lockText(':pass')};
${knownText(scan)};
${updateText(':pass')} \\gset
${entryText(':pass', ':number', ':left_after', ':use')};
${answerText(':pass', scan, ':answer')};
commit;
`;

/** The same statements in the server, with the rule beside them: one round trip, one plan each. */
export const redemptionFunction = `
create function bench_redeem(wanted text, scan text, use text) returns text language plpgsql as $function$
declare pass record; known record; now_used record; answer text := '${body.replaceAll("'", "''")}';
begin
  ${lockText('wanted').replace('from passes', 'into strict pass from passes')};
  ${knownText('scan').replace('from answers', 'into known from answers')};
  if found then return known.body; end if;
  if pass.cancelled_at is not null or pass.suspended_at is not null or now() >= pass.expiration_at
    or now() < pass.activation_at or not 1 = any (pass.allowed_modules)
    or (cardinality(pass.restricted_to) > 0 and not 'N00001' = any (pass.restricted_to))
    or pass.used + 1 > pass.granted then
    raise exception 'refused';
  end if;
  ${updateText('wanted')} into now_used;
  ${entryText('wanted', 'now_used.number', 'now_used.left_after', 'use')};
  ${answerText('wanted', 'scan', 'answer')};
  return answer;
end $function$`;

const asFunction = `${draw}
select bench_redeem(:pass::text, (${scan})::text, :use::text);
`;

const scripts = { plain, function: asFunction };
export type Style = keyof typeof scripts;

export interface Pgbench {
  readonly program: string;
  readonly version: string;
  /** A folder for scripts and logs. */
  readonly folder: string;
}

export interface Run {
  readonly style: Style;
  readonly clients: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly passes: number;
}

/** pgbench from the server's own programs, else from PATH; null when there is none that runs. */
export function findPgbench(binaries: string, folder: string): Pgbench | null {
  for (const program of [join(binaries, 'pgbench'), 'pgbench']) {
    const run = spawnSync(program, ['--version'], { encoding: 'utf8' });
    if (run.status !== 0) continue;
    mkdirSync(folder, { recursive: true });
    for (const [style, script] of Object.entries(scripts)) writeFileSync(join(folder, `${style}.sql`), script);
    return { program, version: /\d[\d.]*/.exec(run.stdout)?.[0] ?? 'unknown', folder };
  }
  return null;
}

/** One run; its throughput and latencies come from pgbench's own log of every transaction. */
export async function runPgbench(pgbench: Pgbench, postmaster: number, url: string, run: Run): Promise<Sample> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const logs = join(pgbench.folder, 'log');
  mkdirSync(logs, { recursive: true });
  const threads = Math.min(2, run.clients);
  const parameters = [
    ...['-h', hostname, '-p', port, '-U', username, '-n', '-M', 'prepared', '-c', `${run.clients}`, '-j', `${threads}`],
    ...[
      '-T',
      `${run.seconds + run.warmUp}`,
      '-D',
      `passes=${run.passes}`,
      '-D',
      `answer=${body}`,
      '-f',
      join(pgbench.folder, `${run.style}.sql`),
    ],
    ...['-l', '--log-prefix', join(logs, 'transactions'), pathname.slice(1)],
  ];
  try {
    const payers = { node: null, postmaster };
    return await drive(payers, [pgbench.program, ...parameters], { PGPASSWORD: password }, () => readLogs(logs, run));
  } finally {
    rmSync(logs, { recursive: true });
  }
}

/** A line is: client, transaction, microseconds, script, and when it ended, in seconds and microseconds. */
function readLogs(folder: string, { seconds, warmUp }: Run): Driven {
  const lines = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'latin1').trim().split('\n'));
  const rows = lines.map((line) => line.split(' ').map(Number));
  const endOf = (row: number[]) => row[4]! * 1000 + row[5]! / 1000;
  const first = rows.reduce((least, row) => Math.min(least, endOf(row)), Number.POSITIVE_INFINITY);
  const start = first + warmUp * 1000;
  const counted = rows.filter((row) => endOf(row) >= start && endOf(row) < start + seconds * 1000);
  const sorted = Float64Array.from(counted, (row) => row[2]! / 1000).sort();
  const perSecond = counted.length / seconds;
  return { perSecond, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), accepted: rows.length, refused: 0 };
}
