/** Part t: whether the time of a refusal tells that somebody else's pass exists (ATK-24). */
import { Agent, request } from 'node:http';
import type { Bench, Outcome, Target } from './bench.ts';
import { median } from './contestant.ts';
import { newDatabase, sql } from './databases.ts';
import { type HttpServer, settle, startHttpServer } from './http.ts';

const foreignPasses = 1_000;
/** Beyond this Welch's t says that two means differ, whatever the number of samples (dudect's bound). */
const mostT = 4.5;
const mostApart = 1.05;

/** A programme that the demo's clients do not have, with passes of its own. */
const foreignProgramme = `
  set session_replication_role = replica;
  insert into programs select r.* from programs p, jsonb_populate_record(null::programs, to_jsonb(p)
    || '{"program_id": "FOREIGN", "issuer_prefix": "4321", "former_prefixes": []}') r where p.program_id = 'DEMO';
  insert into passes select r.* from (select * from passes where program_id = 'DEMO' order by pass_id limit ${foreignPasses}) p,
    jsonb_populate_record(null::passes, to_jsonb(p)
      || jsonb_build_object('program_id', 'FOREIGN', 'pass_id', '4321' || substr(p.pass_id, 5))) r;
  update directory_version set version = version + 1;
  set session_replication_role = origin;`;

const digits = (number: number) => String(number).padStart(12, '0');
const anyOf = (most: number) => 1 + Math.floor(Math.random() * most);

/** Ids that are asked for in pairs, one after the other, so that a slow moment is everybody's. */
const pairs: readonly (readonly [what: string, one: () => string, other: () => string])[] = [
  [
    'an id of another programme that exists, against one that does not',
    () => `4321${digits(anyOf(foreignPasses))}`,
    () => `4321${digits(500_000_000 + anyOf(foreignPasses))}`,
  ],
  [
    'an id of another programme that exists, against an unknown one of the own',
    () => `4321${digits(anyOf(foreignPasses))}`,
    () => `1788${digits(500_000_000 + anyOf(foreignPasses))}`,
  ],
];

/** Asks for ids that a client may not see, 5,000 of each kind, over one connection. */
export async function timing(bench: Bench): Promise<Outcome> {
  const samples = bench.options.small ? 500 : 5_000;
  const database = await newDatabase(bench.server, 10_000);
  await sql(database.url, foreignProgramme, 'vacuum (freeze, analyze)');
  const server = await startHttpServer('batched', database.url, bench.options.profiles);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    await settle(server, database.token, 10_000, bench.options.settle);
    const look = (passId: string) => search(server, agent, database.issuerToken, passId);
    for (let round = 0; round < samples / 5; round += 1) await look(pairs[0]![2]());
    const targets: Target[] = [];
    const notes: string[] = [];
    for (const [what, one, other] of pairs) {
      const times: [number[], number[]] = [[], []];
      for (let sample = 0; sample < samples; sample += 1) {
        const order = sample % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
        for (const side of order) times[side].push(await look(side === 0 ? one() : other()));
      }
      const [left, right] = times.map(median) as [number, number];
      targets.push({ letter: 't', what: `Welch's t: ${what}`, ratio: welch(...times), required: mostT, atMost: true });
      const apart = Math.max(left, right) / Math.min(left, right);
      targets.push({ letter: 't', what: `medians: ${what}`, ratio: apart, required: mostApart, atMost: true });
      notes.push(`${what}: ${left.toFixed(3)} ms and ${right.toFixed(3)} ms (medians of ${samples})`);
    }
    return { title: 't: what the time of a refusal tells', results: [], targets, notes };
  } finally {
    agent.destroy();
    await server.stop();
  }
}

/** Milliseconds until a look-up is refused as unknown. */
function search(server: HttpServer, agent: Agent, token: string, ePassId: string): Promise<number> {
  const body = JSON.stringify({ ePassId });
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': body.length,
  };
  const where = { port: server.port, path: '/v2/orders/ePasses/search', method: 'POST', headers, agent };
  return new Promise((give, fail) => {
    const start = performance.now();
    const sent = request(where, (response) => {
      response.resume().on('end', () => {
        if (response.statusCode === 404) give(performance.now() - start);
        else fail(new Error(`${ePassId} was answered with ${response.statusCode}`));
      });
    });
    sent.on('error', fail);
    sent.end(body);
  });
}

/** Welch's t of two samples without their slowest twentieth, which is the machine's and not the answer's. */
function welch(one: readonly number[], other: readonly number[]): number {
  const [left, right] = [moments(one), moments(other)];
  return Math.abs(left.mean - right.mean) / Math.sqrt(left.variance / left.count + right.variance / right.count);
}

function moments(samples: readonly number[]) {
  const kept = samples.toSorted((one, other) => one - other).slice(0, Math.ceil(samples.length * 0.95));
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const variance = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (kept.length - 1);
  return { mean, variance, count: kept.length };
}
