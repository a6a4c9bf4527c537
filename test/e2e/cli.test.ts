/** Each command, run as a process against one running server. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { entries as commands } from '../../src/cli/commands.ts';
import { type OperationId, routes } from '../../src/contract/routes.ts';
import { jsonLines, type Ran, runCli, type Started, startCli } from '../harness/cli.ts';
import { farFuture } from '../harness/client.ts';
import { openReceiver, type Receiver } from '../harness/receiver.ts';

const folder = mkdtempSync(join(tmpdir(), 'passdesk-cli-'));
const data = join(folder, 'data');
const environment = { DATA_DIR: data, PASSDESK_PROGRAM: 'DEMO' };

let server: Started;
let receiver: Receiver;

before(async () => {
  receiver = await openReceiver();
  server = startCli(['serve', '--port', '0'], { ...environment, PUSH_ALLOW_PRIVATE: '127.0.0.1' });
  while (!server.output().includes('Passdesk is ready at')) {
    assert.equal(server.child.exitCode, null, server.output());
    await pause(20);
  }
});

after(async () => {
  await receiver.down();
  rmSync(folder, { recursive: true, force: true });
});

/** Names of the commands that were run. */
const ran = new Set<string>(['serve']);

async function cli(words: readonly string[], more: Record<string, string> = {}, input = ''): Promise<Ran> {
  const name = commands.find(
    (command) => words.join(' ').startsWith(`${command.name} `) || words.join(' ') === command.name,
  );
  if (name !== undefined) ran.add(name.name);
  return runCli(words, { ...environment, ...more }, input);
}

/** Runs a line, which must succeed, and gives what it printed as JSON: a document, or the items of a list. */
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
async function ok(line: string | readonly string[], more: Record<string, string> = {}, code = 0): Promise<any> {
  const words = typeof line === 'string' ? line.split(' ') : line;
  const done = await cli([...words, '--json'], more);
  assert.equal(done.code, code, `${done.line}\n${done.out}${done.error}`);
  const lines = jsonLines(done);
  return /(^| )list|deliveries|rates|find|history|expiring|rows/.test(words.slice(0, 2).join(' ')) ? lines : lines[0];
}

/** Runs a line, which must be refused like this. */
async function refused(line: string, code: number, sentence: RegExp, more: Record<string, string> = {}): Promise<Ran> {
  const done = await cli(line.split(' '), more);
  assert.equal(done.code, code, `${done.line}\n${done.out}${done.error}`);
  assert.match(done.error, sentence, done.line);
  return done;
}

const issue = (clientUserId: string, more: readonly string[] = []) => [
  'pass',
  'issue',
  'lounges',
  '--client-user-id',
  clientUserId,
  '--first-name',
  'Ada',
  '--last-name',
  'Lovelace',
  '--expiration-date',
  farFuture,
  '--available-usages',
  '3',
  '--resource-ids',
  '',
  ...more,
];

const hourAgo = () => new Date(Date.now() - 3_600_000).toISOString();
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

test('passes and usages', async () => {
  const made = await ok(issue('traveller-1'));
  const { ePassId } = made.extra;
  const { orderId } = made;
  const twoAdults = '--adult-count 2 --child-count 0';
  const use = await ok(`pass redeem ${ePassId} N00001 ${twoAdults}`);
  const [shown, found, list, check, uses, one] = await Promise.all([
    ok(`pass show --e-pass-id ${ePassId}`),
    ok(`pass find ${orderId}`),
    ok('pass list traveller-1 --all-pages'),
    ok(`pass check ${ePassId} N00001 ${twoAdults}`),
    ok(`usage list --e-pass-id ${ePassId}`),
    ok(`usage show ${use.orderId}`),
  ]);
  assert.equal(shown.extra.availableUsages, 1);
  assert.deepEqual([found[0].orderId, list[0].orderId], [orderId, orderId]);
  assert.deepEqual([check.allowed, check.error], [false, 'E_PASS_USAGES_EXCEEDED']);
  assert.deepEqual([uses[0].orderId, one.usedUsages], [use.orderId, 2]);
  await refused(`pass redeem ${ePassId} N00001 ${twoAdults}`, 1, /usages/i);
  const [back, suspended, link] = await Promise.all([
    ok(['usage', 'give-back', use.orderId, '--reason', 'the lounge was full']),
    ok(['pass', 'suspend', ePassId, '--reason', 'reported stolen']),
    ok(`pass link ${ePassId}`),
  ]);
  assert.deepEqual([back.status, suspended.extra.ePassStatus], [3, 2]);
  assert.match(link.url, /\/p\//);
  await ok(['pass', 'resume', ePassId, '--reason', 'found again']);
  const cancelled = await ok(`pass cancel ${orderId} --if-unused yes`);
  assert.equal(cancelled.refundableUsages, 3);
  const [history, events] = await Promise.all([
    ok(`pass history ${ePassId} --all-pages`),
    ok('event list --event-type epass.cancelled --all-pages'),
    ok(`pass revoke-link ${ePassId}`),
  ]);
  const kinds = history.map(({ kind }: { kind: string }) => kind);
  for (const kind of ['issue', 'use', 'give-back', 'suspend', 'resume', 'cancel'])
    assert.ok(kinds.includes(kind), kind);
  assert.equal(events[0].body.dpId, ePassId);
});

test('a sandbox and its clock', async () => {
  const { extra } = await ok(issue('traveller-2'));
  const used = await ok(`sandbox redeem ${extra.ePassId} --adult-count 1 --child-count 0`);
  await ok(`sandbox give-back ${extra.ePassId} ${used.transactionId}`);
  const ahead = await ok('sandbox clock --now 2031-01-01T00:00:00Z');
  assert.match(ahead.now, /^2031-01-01T00:00:0/);
  assert.match((await ok('sandbox clock --now none')).now, new RegExp(`^${new Date().getUTCFullYear()}-`));
});

test('places', async () => {
  const hub = await ok(['hub', 'create', '--iata', 'EDI', '--transport-hub-name', 'Edinburgh']);
  const id = hub.transportHubId;
  const place = ['--transport-hub-id', id, '--location', 'Airside', '--resource-name', 'North Lounge'];
  const resource = await ok(['resource', 'create', '--module', '1', ...place]);
  const [hubs, one, shown, list] = await Promise.all([
    ok('hub list --all true --all-pages'),
    ok(`hub show ${id}`),
    ok(`resource show ${resource.resourceId}`),
    ok(`resource list --transport-hub-id ${id}`),
    ok(['hub', 'change', id, '--transport-hub-name', 'Edinburgh Airport']),
  ]);
  assert.ok(hubs.length >= 4, JSON.stringify(hubs));
  assert.deepEqual([one.iata, shown.resourceName, list.length], ['EDI', 'North Lounge', 1]);
  const changed = await ok(`resource change ${resource.resourceId} --children-count no`);
  assert.equal(changed.extra.childrenCount, false);
  assert.equal((await ok(['resource', 'close', resource.resourceId, '--reason', 'burst pipe'])).extra.open, false);
  assert.equal((await ok(`resource open ${resource.resourceId}`)).extra.open, true);
  await ok(`resource withdraw ${resource.resourceId}`);
  await ok(`resource offer ${resource.resourceId}`);
});

test('push events', async () => {
  const endpoint = await ok(`endpoint create --url ${receiver.url} --event-types epass.issued`);
  const id = endpoint.endpointId;
  await ok(issue('traveller-3'));
  for (let deliveries = []; deliveries[0]?.state !== 'delivered'; ) deliveries = await ok(`endpoint deliveries ${id}`);
  const [list, shown, deliveries, tested] = await Promise.all([
    ok('endpoint list'),
    ok(`endpoint show ${id}`),
    ok(`endpoint deliveries ${id} --state delivered`),
    ok(`endpoint test ${id}`),
    ok(`endpoint key ${id}`),
  ]);
  assert.deepEqual([list[0].endpointId, shown.state, tested.succeeded], [id, 'active', true]);
  const [{ eventId }] = deliveries;
  const [delivery, resent, paused] = await Promise.all([
    ok(`endpoint delivery ${id} ${eventId}`),
    ok(`endpoint resend ${id} --event-id ${eventId}`),
    ok(`endpoint change ${id} --state paused`),
  ]);
  assert.deepEqual([delivery.attempts.length >= 1, resent.resent, paused.state], [true, 1, 'paused']);
});

test('programmes, clients and their keys', async () => {
  const programme = '--name Gold --issuer-prefix 1791 --sandbox yes --modules 1,2';
  const made = await ok(`programme create GOLD ${programme}`);
  assert.deepEqual(made.modules, [1, 2]);
  const [list, changed] = await Promise.all([ok('programme list'), ok('programme change GOLD --expiring-days 14')]);
  assert.deepEqual([list.length, changed.expiringDays], [2, 14]);
  await ok('programme rate GOLD --module 1 --amount 2750 --currency GBP');
  assert.equal((await ok('programme rates GOLD'))[0].amount, 2750);
  const partner = '--client-id checkout --name Checkout --scopes issuer --program-ids GOLD';
  const client = await ok(`client create ${partner}`);
  assert.equal(client.secret.length, 43);
  // The new client is somebody whom the command line can be.
  const asCheckout = { PASSDESK_AS: 'checkout', PASSDESK_SECRET: client.secret, PASSDESK_PROGRAM: 'GOLD' };
  assert.equal((await ok('resource list', asCheckout)).length, 0);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = join(folder, 'public.pem');
  writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }));
  const gold = (line: string) => ok(line, { PASSDESK_PROGRAM: 'GOLD' });
  const keyed = await gold(`client key checkout --kid 2027-01 --public-key ${pem}`);
  assert.equal(keyed.keys[0].kid, '2027-01');
  const [clients, shown, traffic] = await Promise.all([
    gold('client list --state active'),
    gold('client show checkout'),
    gold('client traffic checkout'),
    gold('client change checkout --rate-per-minute 600'),
  ]);
  assert.deepEqual([clients.length, shown.issuer, traffic.clientId], [1, 'checkout', 'checkout']);
  assert.equal((await gold('client revoke-key checkout 2027-01')).keys.length, 0);
  const rotated = await gold('client secret checkout --overlap-minutes 0');
  assert.notEqual(rotated.secret, client.secret);
  await gold('client revoke checkout');
  await refused('resource list', 1, /handed over/, asCheckout);
  await refused('resource list', 1, /--program/, { PASSDESK_PROGRAM: '' });
});

test('people', async () => {
  const made = await ok('account create ada@example.com --role operator');
  const { email } = made.account;
  const bodies = join(folder, 'passwords.json');
  const newPassword = 'a long password of Ada, 1843';
  writeFileSync(bodies, JSON.stringify({ currentPassword: made.password, newPassword }));
  await ok(`account password --body ${bodies}`, { PASSDESK_AS: email, PASSDESK_PASSWORD: made.password });
  const asAda = { PASSDESK_AS: email, PASSDESK_PASSWORD: newPassword };
  const [who, spoken] = await Promise.all([ok('account show', asAda), ok('account language --language en', asAda)]);
  assert.deepEqual([who.account.role, spoken.account.language], ['operator', 'en']);
  const without = await refused('account list --json', 1, /scope/i, asAda);
  assert.equal(jsonLines(without)[0].error, 'SCOPE_MISSING');
  const changed = await ok(`account change ${email} --role auditor`);
  assert.equal(changed.role, 'auditor');
  assert.notEqual((await ok(`account reset-password ${email}`)).password, made.password);
  const [accounts, log] = await Promise.all([ok('account list'), ok('log list --all-pages')]);
  assert.equal(accounts.length, 2);
  assert.ok(
    log.some(({ act }: { act: string }) => act === 'account.create'),
    JSON.stringify(log[0]),
  );
});

test('reports', async () => {
  const range = ['--from', hourAgo(), '--to', inAnHour()];
  const step = ['--step', 'hour'];
  const reports = await Promise.all([
    ok('report today'),
    ok(['report', 'usage', ...range, ...step, '--by', 'resource']),
    ok(['report', 'liability', '--from', '2026-01-01', '--to', '2026-02-01', '--step', 'month']),
    ok(['report', 'refusals', ...range, ...step, '--by', 'reason']),
  ]);
  for (const report of reports) assert.equal(report.programId, 'DEMO');
  assert.deepEqual(await ok('report expiring --days 1'), []);
  const csv = await cli(['report', 'today', '--csv']);
  assert.match(csv.out, /^\ufeff"resourceId",/);
});

test('the installation', async () => {
  const [doctor, config, audited, completion] = await Promise.all([
    cli(['doctor', '--json', '--port', new URL(baseUrl()).port]),
    cli(['config', '--json', '--host', '0.0.0.0', '--database-url', 'postgres://me:hidden@db/passdesk']),
    ok('audit'),
    cli(['completion', 'bash']),
  ]);
  const findings = jsonLines(doctor);
  assert.equal(doctor.code, 0, doctor.out);
  for (const name of [
    'Node',
    'disk',
    'fsync',
    'lock',
    'clock',
    'schema',
    'server',
    'client secrets',
    'public address',
  ]) {
    assert.ok(
      findings.some((finding) => finding.name === name),
      name,
    );
  }
  const sources = Object.fromEntries(jsonLines(config).map(({ name, source, value }) => [name, [source, value]]));
  assert.deepEqual(sources.HOST, ['flag', '0.0.0.0']);
  assert.deepEqual(sources.DATA_DIR, ['environment', data]);
  assert.deepEqual(sources.PORT, ['default', '8080']);
  assert.doesNotMatch(config.out, /hidden@/);
  assert.deepEqual(audited.findings, []);
  assert.match(completion.out, /complete -o filenames -F _passdesk passdesk/);
});

const baseUrl = () => (JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8')) as { baseUrl: string }).baseUrl;

test('front desks', async () => {
  const made = await ok(['device', 'create', '--name', 'Desk 1', '--resource-id', 'N00001']);
  const [list, revoked] = await Promise.all([ok('device list'), ok(`device revoke ${made.deviceId}`)]);
  assert.equal(list[0].deviceId, made.deviceId);
  assert.equal(revoked.state, 'revoked');
});

const row = (reference: string, lastName = 'Hopper') =>
  JSON.stringify({
    reference,
    module: 1,
    clientUserId: `bulk-${reference}`,
    extra: {
      firstName: 'Grace',
      lastName,
      expirationDate: farFuture,
      availableUsages: 2,
      allowedResources: { resourceIds: [] },
    },
  });

test('many passes from a file', async () => {
  const [good, mixed, result] = ['good.ndjson', 'mixed.ndjson', 'result.csv'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(good, Array.from({ length: 40 }, (_, index) => `${row(`A${index}`)}\n`).join(''));
  writeFileSync(mixed, `${row('A0')}\n${row('A1', 'Murray')}\n${row('B1')}\n`);
  const dry = await ok(`issue --file ${good} --dry-run`);
  assert.deepEqual([dry.state, dry.good, dry.issued], ['checked', 40, 0]);
  const done = await ok(`issue --job ${dry.jobId} --result ${result}`);
  assert.deepEqual([done.state, done.issued, done.refused], ['done', 40, 0]);
  assert.equal(readFileSync(result, 'utf8').trimEnd().split('\n').length, 41);
  const again = await ok(`issue --file ${good}`);
  assert.deepEqual([again.state, again.repeated, again.issued], ['done', 40, 0]);
  const refusedRows = await refused(`issue --file ${mixed} --json`, 1, /Nothing was issued/);
  const [job] = jsonLines(refusedRows);
  assert.deepEqual([job.state, job.good, job.repeated, job.refused], ['checked', 1, 1, 1]);
  const [list, rows, shown] = await Promise.all([
    ok('bulk list'),
    ok(`bulk rows ${job.jobId} --verdict refused`),
    ok(`bulk show ${job.jobId}`),
  ]);
  assert.deepEqual([list.length, rows.length, rows[0].reference, shown.rows], [3, 1, 'A1', 3]);
  assert.match((await cli(['bulk', 'rows', job.jobId, '--csv'])).out, /"A1"/);
  assert.equal((await ok(`bulk cancel ${job.jobId}`)).state, 'cancelled');
  const third = await ok(`issue --file ${mixed} --dry-run`, {}, 1);
  const started = await ok(`bulk start ${third.jobId}`);
  assert.ok(['running', 'done'].includes(started.state), started.state);
  // It may be over before it can be stopped; then there is nothing to stop, and it says so.
  for (const verb of ['stop', 'resume']) {
    const { code, out } = await cli(['bulk', verb, third.jobId, '--json']);
    assert.ok(code === 0 || jsonLines({ out } as Ran)[0].error === 'BULK_JOB_STATE', out);
  }
  await refused('issue', 2, /--file or --job is missing/);
});

test('an export, while it serves', async () => {
  const [entries, csv] = await Promise.all([
    cli(['export', 'entries', '--program', 'DEMO', '--from', hourAgo()]),
    cli(['export', 'passes', '--format', 'csv']),
  ]);
  for (const done of [entries, csv]) assert.equal(done.code, 0, done.error);
  const issued = jsonLines(entries).filter(({ kind }) => kind === 'issue');
  const [head, ...passes] = csv.out.trimEnd().split('\r\n');
  assert.match(head!, /^\ufeff"programId","ePassId",/);
  assert.deepEqual(passes.map((line) => line.split('"')[3]).sort(), issued.map(({ ePassId }) => ePassId).sort());
  await refused('export everything', 2, /cannot be exported/);
  await refused('export passes --from yesterday', 2, /must be an instant/);
});

test('a back-up while it serves, and its restore beside it', async () => {
  const file = join(folder, 'whole.backup');
  const written = await ok(`backup --to ${file}`);
  assert.ok(written.rows > 50 && written.bytes > 1000, JSON.stringify(written));
  await refused(`backup --to ${file}`, 1, /there is a file/);
  const restored = join(folder, 'restored');
  const done = await ok(`restore --from ${file}`, { DATA_DIR: restored });
  assert.deepEqual([done.rows, done.epoch, done.audit.findings], [written.rows, 1, []]);
  assert.deepEqual(done.tables, written.tables);
  await refused(`restore --from ${file}`, 1, /not empty/, { DATA_DIR: restored });
  assert.equal((await ok('db epoch', { DATA_DIR: restored })).epoch, 2);
});

test('what goes wrong is told in numbers that scripts know', async () => {
  const nowhere = { DATA_DIR: join(folder, 'nowhere') };
  await Promise.all([
    refused('restore', 2, /--from is missing/),
    refused('no such command', 2, /there is no command/),
    refused('serve --port 99999', 2, /PORT is "99999"/),
    refused('serve --port 0', 4, /is in use by process/),
    refused('db epoch', 4, /is in use by process/),
    refused('audit', 1, /holds no database/, nowhere),
    refused('audit --database-url postgres://127.0.0.1:1/none', 3, /not available/),
    refused('pass list traveller-1 --server http://127.0.0.1:1', 3, /cannot be reached/),
    refused('pass list traveller-1', 2, /no server is named/, nowhere),
    refused('pass show --e-pass-id 1788000000000000', 1, /\S/),
  ]);
});

/** Run as processes elsewhere, in the file that is named. */
const elsewhere: Readonly<Record<string, string>> = {
  demo: 'test/e2e/demo.test.ts',
  'db move': 'test/crash/journey.test.ts',
};

test('every command was run as a process', () => {
  for (const [name, file] of Object.entries(elsewhere)) {
    const words = name.split(' ').map((word) => `'${word}'`);
    assert.ok(readFileSync(file, 'utf8').includes(words.join(', ')), `${name} in ${file}`);
  }
  const missing = commands.map(({ name }) => name).filter((name) => !ran.has(name) && elsewhere[name] === undefined);
  assert.deepEqual(missing, []);
});

/** Routes of the API that are no command, and why. */
const noCommand: Readonly<Partial<Record<OperationId, string>>> = {
  fetchToken: 'every command proves who it is by itself',
  signIn: 'every command proves who it is by itself',
  endSession: 'every command ends its session',
  getPassPage: 'what a traveller sees, whose link is enough',
  pairDevice: 'what a device does once, which then has a token of its own',
  currentDevice: 'what a device asks about itself',
  downloadBulkResultLines: 'bulk rows gives the same, a JSON line each',
};

test('every route that the console has is a command', () => {
  const used = readFileSync('src/cli/api.ts', 'utf8');
  const sources = [
    'bulk',
    'devices',
    'issue',
    'passes',
    'sandbox',
    'reports',
    'programmes',
    'places',
    'clients',
    'endpoints',
    'people',
  ];
  const text = sources.map((name) => readFileSync(`src/cli/${name}.ts`, 'utf8')).join(used);
  const missing = Object.keys(routes).filter(
    (id) => noCommand[id as OperationId] === undefined && !text.includes(`'${id}'`),
  );
  assert.deepEqual(missing, []);
});

test('serve ends cleanly when it is told to', async () => {
  server.child.kill('SIGTERM');
  assert.equal(await server.ended, 0, server.output());
});
