/** deploy/: what can be said of these files without a container engine, systemd, Prometheus or Grafana. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { routes } from '../../src/contract/routes.ts';
import { refusalNames } from '../../src/domain/refusal.ts';
import { serveHealth } from '../../src/http/health.ts';
import { openMetrics } from '../../src/http/metrics.ts';
import { openServer } from '../../src/http/server.ts';
import { groupCommitLimits } from '../../src/operations/group-commit.ts';
import { tellSettings } from '../../src/system/configuration.ts';
import { migrations } from '../../src/version.ts';
import {
  alerts,
  commandOf,
  compose,
  copied,
  dashboard,
  deployFile,
  dockerfile,
  healthCheck,
  isThere,
  lastStage,
  unit,
} from '../harness/deploy-files.ts';

const settings = tellSettings({}).map(({ name }) => name);
const seconds = (text = '0s') => Number(/^(\d+)s$/.exec(text)![1]);

test('the image: pinned, packages without scripts, not root, its files and its command are there', () => {
  const all = dockerfile();
  const bases = all.filter(({ word, stage }) => word === 'FROM' && stage > 0).map(({ rest }) => rest.split(' ')[0]);
  assert.deepEqual(new Set(bases), new Set(['${' + 'NODE}']));
  assert.match(all.find(({ word }) => word === 'ARG')!.rest, /^NODE=node:20\.\d+\.\d+-bookworm-slim$/);
  const runs = all.filter(({ word }) => word === 'RUN').map(({ rest }) => rest);
  assert.ok(runs.some((run) => /^npm ci --omit=dev --ignore-scripts\b/.test(run)));
  assert.ok(runs.filter((run) => run.startsWith('npm')).every((run) => run.includes('--ignore-scripts')));
  assert.doesNotMatch(runs.join(), /curl|wget|apt/);

  const image = lastStage();
  assert.equal(image.findLast(({ word }) => word === 'USER')!.rest, 'node');
  const files = copied();
  for (const { from } of files) assert.ok(isThere(from), `${from} is copied and not there`);
  const command = commandOf(image.find(({ word }) => word === 'CMD')!.rest);
  assert.equal(command[0], 'node');
  const program = command.find((part) => part.endsWith('.js'))!;
  assert.ok(files.some(({ to }) => program.startsWith(`${to}/`)) && isThere(program), program);
  const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: { passdesk: string } };
  assert.equal(program, bin.passdesk);
  const variables = image.find(({ word }) => word === 'ENV')!.rest.split(' ');
  for (const variable of variables) assert.ok(settings.includes(variable.split('=')[0]!), variable);
});

test('the builder gets what the image is made from, and nothing of DATA_DIR', () => {
  const lines = readFileSync('.dockerignore', 'utf8').split('\n');
  const [first, ...others] = lines.filter((line) => line !== '' && !line.startsWith('#'));
  assert.equal(first, '*');
  const allowed = others.map((line) => line.replace(/^!/, ''));
  assert.ok(others.every((line) => line.startsWith('!')));
  const needed = dockerfile()
    .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from'))
    .flatMap(({ rest }) => rest.split(' ').slice(0, -1));
  for (const path of needed.filter((one) => one !== '.')) assert.ok(allowed.includes(path.split('/')[0]!), path);
  for (const path of ['data', '.git', 'node_modules', 'dist', 'deploy']) assert.ok(!allowed.includes(path), path);
});

test('the health check says yes to 200, and no to everything else', async () => {
  let status = 200;
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(status).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [program, ...words] = healthCheck();
  assert.equal(program, 'node');
  const run = async () => {
    const env = { ...process.env, PORT: String(port) };
    const [code] = await once(spawn(process.execPath, words, { env, stdio: 'ignore' }), 'exit');
    return code as number;
  };
  assert.equal(await run(), 0);
  status = 503;
  assert.equal(await run(), 1);
  await new Promise((done) => server.close(done));
  assert.equal(await run(), 1);
  assert.deepEqual(asked, ['/readyz', '/readyz']);
});

test('compose: two processes on PostgreSQL, locked down, with secrets from the environment alone', () => {
  const { services, networks, volumes } = compose();
  const api = Object.entries(services).filter(([name]) => name.startsWith('api'));
  assert.equal(api.length, 2);
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.equal(service.restart, 'unless-stopped', name);
    assert.match(service.image, /:(\d+\.\d+|\$\{PASSDESK_VERSION:-\d)/, `${name} is pinned`);
    for (const network of service.networks) assert.ok(network in networks, network);
    for (const volume of service.volumes) {
      const [from] = volume.split(':') as [string];
      if (from.startsWith('./')) assert.ok(isThere(`deploy/${from}`), from);
      else assert.ok(from in volumes, from);
    }
  }
  for (const [name, service] of api) {
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.equal(service.ports, undefined, `${name} is reached through the proxy`);
    assert.ok(seconds(service.stop_grace_period) > 10, name);
    assert.ok(service.tmpfs.some((path) => path.startsWith('/tmp')));
    for (const variable of Object.keys(service.environment)) assert.ok(settings.includes(variable), variable);
    assert.match(service.environment.DATABASE_URL!, /^postgres:\/\/passdesk:\$\{POSTGRES_PASSWORD:\?[^}]+\}@db:/);
    assert.match(service.environment.LINK_SECRET!, /^\$\{LINK_SECRET:\?/);
  }
  const { db, proxy } = services;
  assert.match(db!.image, /^postgres:1[5-8]\./);
  assert.deepEqual([db!.ports, db!.networks, networks.back!.internal], [undefined, ['back'], true]);
  assert.match(db!.environment.POSTGRES_PASSWORD!, /^\$\{POSTGRES_PASSWORD:\?/);
  assert.ok(!proxy!.networks.includes('back'));
  const known = [...deployFile('env.example').matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  for (const [, name] of deployFile('compose.yaml').matchAll(/\$\{([A-Z_]+):\?/g)) {
    assert.ok(known.includes(name!), `${name} is not in env.example`);
  }
});

test('the proxy keeps to itself what is for operators, and asks who is ready', () => {
  const text = deployFile('Caddyfile');
  assert.match(text, /@private path \/metrics \/readyz\n\s+respond @private 404/);
  assert.match(text, /health_uri \/readyz/);
  for (const name of Object.keys(compose().services).filter((service) => service.startsWith('api'))) {
    assert.ok(text.includes(`${name}:8080`), name);
  }
  const told = JSON.parse(/respond `(.*)` 503/.exec(text)![1]!.replace('{http.request.uuid}', 'id')) as object;
  assert.deepEqual(Object.keys(told), ['code', 'error', 'message', 'details', 'requestId']);
});

test('the unit starts the program of the package, as a user without power', () => {
  const lines = unit();
  const of = (key: string) => lines.filter(([name]) => name === key).map(([, value]) => value);
  assert.ok(isThere(/ (dist\/\S+\.js) serve$/.exec(of('ExecStart')[0]!)![1]!));
  for (const variable of of('Environment').join(' ').split(' ')) {
    assert.ok(settings.includes(variable.split('=')[0]!), variable);
  }
  assert.deepEqual([of('User'), of('ProtectSystem'), of('NoNewPrivileges')], [['passdesk'], ['strict'], ['yes']]);
  assert.ok(Number(of('TimeoutStopSec')[0]) > 10);
  // It counts in this section alone; systemd only warns of it anywhere else.
  const [section] = /\[Unit\][^[]*/.exec(deployFile('passdesk@.service'))!;
  assert.match(section, /^StartLimitIntervalSec=0$/m);
});

/** Every metric that a process has, with the names that Prometheus makes of a histogram. */
async function metricNames(): Promise<Set<string>> {
  const metrics = openMetrics(() => 0);
  const server = openServer(() => {});
  const state = () => ({ ready: true, detail: 'serving' });
  serveHealth(server, { world: () => null, state, metrics, migrations });
  await server.close();
  const all = await metrics.registry.getMetricsAsJSON();
  return new Set(
    all.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
    ),
  );
}

const expressions = () => [
  ...alerts().map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard().panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => [title, expr] as const)),
  ...dashboard().templating.list.map(
    ({ query }) => ['variables', typeof query === 'string' ? '' : query.query] as const,
  ),
];

test('every metric and label that alerts and dashboard ask for is one that the product has', async () => {
  const names = await metricNames();
  const asked = new Set<string>();
  for (const [where, expr] of expressions()) {
    for (const [name] of expr.matchAll(/\b(?:passdesk|process|nodejs)_\w+/g)) {
      assert.ok(names.has(name), `${where}: ${name}`);
      asked.add(name);
    }
    const values = (label: string) =>
      [...expr.matchAll(new RegExp(`\\b${label}=~?"([^"$]*)"`, 'g'))].flatMap(([, value]) => value!.split('|'));
    for (const value of values('operation')) assert.ok(value in routes, `${where}: ${value}`);
    for (const value of values('error'))
      assert.ok((refusalNames as readonly string[]).includes(value), `${where}: ${value}`);
    for (const value of values('outcome')) assert.ok(outcomes.includes(value), `${where}: ${value}`);
    for (const value of values('job')) assert.equal(value, 'passdesk', where);
  }
  // The other way round: none of the product's own metrics is forgotten.
  const own = [...names].filter((name) => name.startsWith('passdesk_') && !/_(sum|count)$/.test(name));
  assert.deepEqual(
    own.filter((name) => !asked.has(name)),
    [],
  );
});

const outcomes = ['delivered', 'refused', 'unreachable', 'unsendable'];

test('every alert wakes somebody or waits, says what is, and is explained in the guide', () => {
  const guide = readFileSync('docs/operations.md', 'utf8');
  const told = [...guide.matchAll(/^\| `(Passdesk\w+)` \|/gm)].map(([, name]) => name!);
  assert.deepEqual(
    told.sort(),
    alerts()
      .map(({ alert }) => alert)
      .sort(),
  );
  for (const { alert, labels, annotations } of alerts()) {
    assert.ok(['page', 'ticket'].includes(labels.severity!), alert);
    assert.ok(annotations.summary!.length > 20, alert);
  }
});

test('how many may wait is told as it is', () => {
  const limit = groupCommitLimits.queue.toLocaleString('en');
  const { summary } = alerts().find(({ alert }) => alert === 'PassdeskQueueLong')!.annotations;
  const panel = dashboard().panels.find(({ title }) => title === 'Group commit')!;
  for (const text of [summary!, panel.description!, readFileSync('ARCHITECTURE.md', 'utf8')]) {
    assert.ok(text.includes(limit), `${limit}: ${text.slice(0, 200)}`);
  }
});

test('the panels of the dashboard say what they show, and none lies over another', () => {
  const { panels } = dashboard();
  const taken = new Set<string>();
  for (const { title, description, targets, gridPos } of panels) {
    assert.ok(targets === undefined || description !== undefined, title);
    assert.ok(gridPos.x + gridPos.w <= 24, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        assert.ok(!taken.has(`${x},${y}`), title);
        taken.add(`${x},${y}`);
      }
    }
  }
  assert.ok(panels.length > 15);
});
