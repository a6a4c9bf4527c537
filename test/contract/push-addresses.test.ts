/** Events go where customers say, and never to what only this machine can reach (ATK-40 to 44). */
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { urlProblem } from '../../src/domain/endpoint.ts';
import { isPublicAddress, isPublicHost, readAllowance } from '../../src/system/addresses.ts';
import type { LookUp } from '../../src/system/names.ts';
import { openPost } from '../../src/system/post.ts';
import { accept, openReceiver, type Receiver } from '../harness/receiver.ts';

const limits = { deadline: 2_000, mostBytes: 65_536 };
const notReached = 'the host could not be reached';

/** Literal hosts that the URL parser takes; each is private, special or a way round to such a one. */
const literals = [
  ...['127.0.0.1', '127.1', '127.0.1', '127.255.255.254', '2130706433', '017700000001', '0x7f000001', '0x7f.1'],
  ...['0x7f.0x0.0x0.0x1', '0177.0.0.1', '0177.1', '127.0.0.1.', '0', '0.0.0.0', '0.1', '0x0', '00', '0.0.0.0.'],
  ...['１２７.0.0.1', '127。0。0。1', '①②⑦.⓪.⓪.①', '%31%32%37.0.0.1', '127%2E0%2E0%2E1', '127．0．0．1'],
  ...['10.0.0.1', '10.255.255.255', '167772161', '0xa000001', '012.0.0.1', '172.16.0.1', '172.31.255.255'],
  ...['192.168.0.1', '192.168.1', '3232235521', '0xc0a80001', '100.64.0.1', '100.127.255.255', '169.254.169.254'],
  ...['2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '192.0.0.1', '192.0.0.170', '192.0.2.1'],
  ...['192.88.99.1', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255'],
  ...['240.0.0.1', '255.255.255.255', '0xffffffff', '4294967295', '[::]', '[::1]', '[0:0:0:0:0:0:0:1]', '[0::1]'],
  ...['[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:ffff:127.0.0.1]', '[::ffff:10.0.0.1]', '[::ffff:a9fe:a9fe]'],
  ...['[::ffff:0:127.0.0.1]', '[::127.0.0.1]', '[::7f00:1]', '[::ffff:0.0.0.0]', '[64:ff9b::127.0.0.1]'],
  ...['[64:ff9b::10.0.0.1]', '[64:ff9b::a9fe:a9fe]', '[64:ff9b:1::127.0.0.1]', '[64:ff9b:1::1]', '[2002:7f00:1::]'],
  ...[
    '[2002:a00:1::1]',
    '[2002:c0a8:1::1]',
    '[2002:808:808::1]',
    '[2001::1]',
    '[2001:0:7f00:1::]',
    '[2001:0:4136:e378::]',
  ],
  ...[
    '[2001:10::1]',
    '[2001:20::1]',
    '[2001:2::1]',
    '[2001:db8::1]',
    '[3fff::1]',
    '[100::1]',
    '[100:0:0:1::1]',
    '[fc00::1]',
  ],
  ...['[fd00::1]', '[fdff:ffff::1]', '[fe80::1]', '[febf::1]', '[fec0::1]', '[ff02::1]', '[ff0e::1]', '[5f00::1]'],
  ...[
    '[4000::1]',
    '[1fff::1]',
    '[e000::1]',
    '[fd00:ec2::254]',
    '[::2]',
    '[0100::]',
    '192.31.196.1',
    '192.52.193.1',
    '192.175.48.1',
    '[2620:4f:8000::1]',
  ],
];

/** Addresses that are no URL of a public host at all. */
const refused: readonly [url: string, reason: RegExp][] = [
  ...['[fe80::1%25lo]', '[::1', '1.2.3.4.5', '256.256.256.256', '0x100000000', '127.0.0.1:99999', ''].map(
    (host) => [`http://${host}/`, /no URL/] as [string, RegExp],
  ),
  ['not a url', /no URL/],
  ['//example.com/', /no URL/],
  ['ftp://example.com/', /not http or https/],
  ['file:///etc/passwd', /not http or https/],
  ['gopher://127.0.0.1/', /not http or https/],
  ['data:text/plain,x', /not http or https/],
  ['javascript:alert(1)', /not http or https/],
  ['ws://example.com/', /not http or https/],
  ['unix:/var/run/docker.sock', /not http or https/],
  ['http://user@example.com/', /credentials/],
  ['http://user:secret@example.com/', /credentials/],
  ['http://:secret@example.com/', /credentials/],
  ['http://example.com@127.0.0.1/', /credentials/],
];

/** Names and the addresses they have; one that may not be connected to is enough. */
const names: Readonly<Record<string, readonly string[]>> = {
  'private.example': ['10.0.0.1'],
  'loopback.example': ['127.0.0.1'],
  'loopback6.example': ['::1'],
  'mapped.example': ['::ffff:127.0.0.1'],
  'mixed.example': ['93.184.215.14', '127.0.0.1'],
  'mixed6.example': ['2606:4700::1111', '::1'],
  'metadata.example': ['169.254.169.254'],
  'zone.example': ['fe80::1%lo'],
  'nat64.example': ['64:ff9b::7f00:1'],
  'rubbish.example': ['not an address'],
  'empty.example': [],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
};

const resolve: LookUp = async (host) => (names[host] ?? []).map((address) => ({ address }));

describe('where push events may go', () => {
  let listener: Server;
  let connections = 0;
  let receiver: Receiver;
  const port = () => (listener.address() as { port: number }).port;

  before(async () => {
    // Every address of this machine, so that whatever spelling gets through is seen.
    listener = createServer((socket) => {
      connections += 1;
      socket.destroy();
    });
    await new Promise<void>((open) => listener.listen(0, '::', open));
    receiver = await openReceiver();
  });
  after(async () => {
    listener.close();
    await receiver.down();
  });

  test(`${literals.length} literal addresses are refused without a connection`, async () => {
    assert.ok(literals.length >= 100, `${literals.length}`);
    const post = openPost(readAllowance(''), resolve);
    for (const scheme of ['http', 'https']) {
      for (const host of literals) {
        const posted = await post(`${scheme}://${host}:${port()}/`, {}, '{}', limits);
        assert.equal('failed' in posted && posted.failed, notReached, `${scheme}://${host}`);
      }
    }
    assert.equal(connections, 0);
  });

  test('an endpoint is registered by the same rule as events are sent', () => {
    for (const host of [
      ...literals,
      'localhost',
      'localhost.',
      'a.localhost',
      'printer.local',
      'db.internal',
      'single',
    ]) {
      assert.notEqual(urlProblem(`https://${host}/`, true, isPublicHost), null, host);
    }
    for (const host of [
      '1.1.1.1',
      '[2606:4700::1111]',
      '[64:ff9b::1.1.1.1]',
      '[::ffff:1.1.1.1]',
      'partner.example',
      'x.co.',
    ]) {
      assert.equal(urlProblem(`https://${host}/`, true, isPublicHost), null, host);
    }
  });

  test('what is no address of the web is refused', async () => {
    const post = openPost(readAllowance(''), resolve);
    for (const [url, reason] of refused) {
      const posted = await post(url, {}, '{}', limits);
      assert.match('failed' in posted ? posted.failed : 'sent', reason, url);
    }
    assert.equal(connections, 0);
  });

  test('names that have an address of this machine or network are refused, with the sentence of any other failure', async () => {
    const post = openPost(readAllowance(''), resolve);
    for (const host of [...Object.keys(names), 'unknown.example']) {
      const posted = await post(`http://${host}:${port()}/`, {}, '{}', limits);
      assert.equal('failed' in posted && posted.failed, notReached, host);
    }
    assert.equal(connections, 0);
  });

  test('a name that changes its address between two answers reaches nothing private in 1,000 attempts', async () => {
    let asked = 0;
    const rebinding: LookUp = async () => [
      { address: (asked++ + Math.floor(asked / 7)) % 2 === 0 ? '192.0.2.1' : '127.0.0.1' },
    ];
    const post = openPost(readAllowance('192.0.2.0/24'), rebinding);
    const quick = { ...limits, deadline: 30 };
    for (let round = 0; round < 20; round += 1) {
      const all = Array.from({ length: 50 }, () => post(`http://rebind.example:${port()}/`, {}, '{}', quick));
      for (const posted of await Promise.all(all)) assert.ok('failed' in posted);
    }
    assert.equal(asked, 1_000, 'the name is asked for once an attempt');
    assert.equal(connections, 0);
  });

  test('proxies of the environment are not asked', async () => {
    const before = { ...process.env };
    for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY']) {
      process.env[name] = `http://127.0.0.1:${port()}`;
    }
    process.env.NODE_USE_ENV_PROXY = '1';
    const post = openPost(readAllowance('127.0.0.1'), resolve);
    const posted = await post(receiver.url, {}, '{}', limits);
    process.env = before;
    assert.equal('status' in posted && posted.status, 200);
    assert.equal(connections, 0);
  });

  test('no connection is used twice', async () => {
    const post = openPost(readAllowance('127.0.0.1'), resolve);
    const start = receiver.connections();
    receiver.behave((received, response) => {
      response.setHeader('connection', 'keep-alive');
      return accept(received, response);
    });
    for (let count = 0; count < 5; count += 1) await post(receiver.url, {}, '{}', limits);
    assert.equal(receiver.connections() - start, 5);
  });

  test('a redirect is not followed, whatever it leads to', async () => {
    const post = openPost(readAllowance('127.0.0.1'), resolve);
    for (const status of [300, 301, 302, 303, 307, 308]) {
      receiver.behave((_received, response) => {
        response.writeHead(status, { location: `http://127.0.0.1:${port()}/` });
        response.end();
      });
      const posted = await post(receiver.url, {}, '{}', limits);
      assert.equal('status' in posted && posted.status, status);
    }
    assert.equal(connections, 0);
  });

  test('what the operator allows is reached: by name, by address, by range', async () => {
    receiver.behave(accept);
    const byName = receiver.url.replace('127.0.0.1', 'loopback.example');
    const tries: readonly [allowed: string, url: string, reached: boolean][] = [
      ['loopback.example', byName, true],
      ['LOOPBACK.example', byName, true],
      ['127.0.0.0/8', byName, true],
      ['10.0.0.0/8, 127.0.0.1/32', receiver.url, true],
      ['127.0.0.1', receiver.url.replace('127.0.0.1', '2130706433'), true],
      ['127.0.0.1', receiver.url.replace('127.0.0.1', '[::ffff:127.0.0.1]'), true],
      ['other.example', byName, false],
      ['127.0.0.2', receiver.url, false],
      ['::1', receiver.url, false],
    ];
    for (const [allowed, url, reached] of tries) {
      const posted = await openPost(readAllowance(allowed), resolve)(url, {}, '{}', limits);
      assert.equal('status' in posted, reached, `${allowed} ${url} ${JSON.stringify(posted)}`);
    }
    for (const wrong of ['10.0.0.0/33', '10.0.0.0/', '1.2.3.4/8/9', 'a b', 'http://x', '::1/129', '10.0.0/8']) {
      assert.throws(() => readAllowance(wrong), wrong);
    }
  });

  test('public addresses are public', () => {
    for (const address of ['1.1.1.1', '93.184.215.14', '100.63.255.255', '100.128.0.1', '172.15.0.1', '172.32.0.1']) {
      assert.ok(isPublicAddress(address), address);
    }
    for (const address of ['2606:4700::1111', '2a00:1450:4009::200e', '2001:4860:4860::8888', '64:ff9b::1.1.1.1']) {
      assert.ok(isPublicAddress(address), address);
    }
    for (const address of ['', 'x', '1.2.3', '::ffff:10.0.0.1']) assert.ok(!isPublicAddress(address), address);
  });
});
