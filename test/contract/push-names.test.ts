/** Names of receivers and real name servers that say nothing, lie or change their minds (FLT-26, ATK-41, 42). */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readAllowance } from '../../src/system/addresses.ts';
import { openNames } from '../../src/system/names.ts';
import { openPost } from '../../src/system/post.ts';
import { eachDatabase } from '../harness/databases.ts';
import { type NameServer, openNameServer } from '../harness/name-server.ts';
import { addEndpoint, until, usePush } from '../harness/push.ts';
import { openReceiver, type Receiver } from '../harness/receiver.ts';
import { readRows } from '../harness/scene.ts';

const limits = { deadline: 8_000, mostBytes: 65_536 };
const notReached = 'the host could not be reached';

describe('names of receivers', () => {
  let receiver: Receiver;
  let server: NameServer;
  let turn = 0;
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-hosts-'));
  const hostsFile = join(folder, 'hosts');
  const verdicts: Record<string, (type: string) => readonly string[] | 'unknown' | 'silence'> = {
    'good.example': (type) => (type === 'A' ? ['127.0.0.1'] : []),
    'six.example': (type) => (type === 'A' ? [] : ['2606:4700::1111']),
    'half.example': (type) => (type === 'A' ? ['127.0.0.1'] : 'silence'),
    'none.example': () => [],
    'mixed.example': (type) => (type === 'A' ? ['93.184.215.14', '10.0.0.1'] : []),
    'mixed6.example': (type) => (type === 'A' ? ['93.184.215.14'] : ['::ffff:a9fe:a9fe']),
    'private6.example': (type) => (type === 'A' ? [] : ['fd00::1']),
    'rebinding.example': (type) => (type === 'A' ? [turn++ % 2 === 0 ? '192.0.2.1' : '127.0.0.1'] : []),
  };

  before(async () => {
    receiver = await openReceiver();
    server = await openNameServer((name, type) =>
      name.startsWith('dropped') ? 'silence' : (verdicts[name]?.(type) ?? 'unknown'),
    );
    writeFileSync(hostsFile, '# the machine itself\n127.0.0.1\tlocalhost receiver.local  # and more\n::1 LOCALHOST\n');
  });
  after(async () => {
    server.close();
    await receiver.down();
    rmSync(folder, { recursive: true, force: true });
  });

  const names = (within?: number) =>
    openNames({ servers: [server.address], hostsFile, ...(within === undefined ? {} : { within }) });
  const urlOf = (host: string) => receiver.url.replace('127.0.0.1', host);
  const post = (host: string, allowed = '127.0.0.1', within?: number) =>
    openPost(readAllowance(allowed), names(within))(urlOf(host), {}, '{}', limits);

  test('a name is reached by the address that its server gives, in whatever case', async () => {
    for (const host of ['good.example', 'GOOD.example', 'good.example.']) {
      assert.ok('status' in (await post(host)), host);
    }
    assert.deepEqual(await names()('six.example'), [{ address: '2606:4700::1111' }]);
  });

  test('a hosts file goes before the servers', async () => {
    const asked = server.questions.length;
    assert.ok('status' in (await post('receiver.local')));
    assert.deepEqual(await names()('localhost'), [{ address: '127.0.0.1' }, { address: '::1' }]);
    assert.equal(server.questions.length, asked);
  });

  test('names that do not exist, have no address or a private one are all told alike', async () => {
    const before = receiver.connections();
    for (const host of ['unknown.example', 'none.example', 'mixed.example', 'mixed6.example', 'private6.example']) {
      const posted = await post(host);
      assert.equal('failed' in posted && posted.failed, notReached, host);
    }
    assert.equal(receiver.connections(), before);
  });

  test('a name that changes its address between answers reaches nothing private', async () => {
    const before = receiver.connections();
    const sending = openPost(readAllowance('192.0.2.0/24'), names());
    const quick = { ...limits, deadline: 100 };
    for (let round = 0; round < 20; round += 1) {
      assert.ok('failed' in (await sending(urlOf('rebinding.example'), {}, '{}', round % 2 ? limits : quick)));
    }
    assert.equal(turn, 20, 'it is asked for once an attempt');
    assert.equal(receiver.connections(), before);
  });

  test('names whose servers say nothing keep neither other names nor anything else waiting', async () => {
    let silent = 200;
    const all = Array.from({ length: silent }, (_, index) =>
      post(`dropped${index}.example`).then((posted) => {
        silent -= 1;
        return posted;
      }),
    );
    // Not for all: so many questions at once may be more than a socket holds, and what does not fit is gone.
    const dropped = () => new Set(server.questions.filter((one) => one.includes('dropped'))).size;
    await until('half of them are asked for', () => dropped() >= silent);
    assert.ok('status' in (await post('good.example')));
    assert.ok(silent > 0, 'the others still wait');
    for (const posted of await Promise.all(all)) assert.equal('failed' in posted && posted.failed, notReached);
  });

  test('a server that answers for one kind of address only does not cost the whole time', async () => {
    assert.ok(
      'status' in (await openPost(readAllowance('127.0.0.1'), names(60_000))(urlOf('half.example'), {}, '{}', limits)),
    );
  });

  test('many that ask for one name ask once', async () => {
    const asked = server.questions.length;
    const one = names();
    await Promise.all(Array.from({ length: 50 }, () => one('good.example')));
    assert.equal(server.questions.length - asked, 2);
  });
});

await eachDatabase('events for names', (open, kind) => {
  if (kind === 'embedded') return;
  let server: NameServer;
  let receiver: Receiver;
  const scene = usePush(open, {
    post: (...request) => openPost(readAllowance('127.0.0.1'), openNames({ servers: [server.address] }))(...request),
  });
  before(async () => {
    receiver = await openReceiver();
    server = await openNameServer((name, type) => {
      if (name !== 'good.example') return name === 'dropped.example' ? 'silence' : 'unknown';
      return type === 'A' ? ['127.0.0.1'] : [];
    });
  });
  after(async () => {
    await receiver.down();
    server.close();
  });

  test('delivered where the name is known; written down and tried again where it is not', async () => {
    const places = new Map<string, string>();
    for (const host of ['dropped.example', 'unknown.example', 'good.example']) {
      const { endpointId } = await addEndpoint(scene.world, receiver.url.replace('127.0.0.1', host));
      places.set(endpointId, host);
    }
    for (let count = 0; count < 10; count += 1) await scene.partner.issue(1);
    await until('ten events', () => receiver.received.length === 10);
    const attempts = () =>
      readRows<{ endpoint: string; state: string; answer: string }>(
        scene.world.database,
        `select endpoint_id as endpoint, state, answer from delivery_attempts
          join deliveries using (program_id, endpoint_id, pass_id, number)`,
      );
    await until(
      'all have been tried',
      async () => new Set((await attempts()).map(({ endpoint }) => endpoint)).size === 3,
    );
    for (const { endpoint, state, answer } of await attempts()) {
      const good = places.get(endpoint) === 'good.example';
      assert.deepEqual([state, answer], good ? ['delivered', '{"status":"success"}'] : ['waiting', notReached]);
    }
  });
});
