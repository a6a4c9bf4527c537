import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from '../../src/http/guessing.ts';

test('an IPv4 address is a network of its own', () => {
  for (const address of ['192.0.2.1', '127.0.0.1', '::ffff:192.0.2.1', '']) assert.equal(networkOf(address), address);
});

test('addresses of one IPv6 network are counted together, however they are written', () => {
  const same = ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '2001:DB8:1:2:3:4:5:6', '2001:db8:1:2::'];
  assert.deepEqual([...new Set(same.map(networkOf))], ['2001:db8:1:2']);
  assert.deepEqual(['2001:db8::1', '2001:db8:0:1::1', '::1', 'fe80::1%eth0'].map(networkOf), [
    '2001:db8:0:0',
    '2001:db8:0:1',
    '0:0:0:0',
    'fe80:0:0:0',
  ]);
});
