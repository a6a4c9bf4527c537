import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationProblem, readConfiguration } from '../../src/system/configuration.ts';

test('no setting is required, and people then come by the address where it listens', () => {
  const settings = readConfiguration({});
  assert.deepEqual([settings.host, settings.port, settings.publicUrl], ['127.0.0.1', 8080, null]);
  assert.equal(settings.trustedProxies.allowsAddress('127.0.0.1'), false);
});

test('PUBLIC_URL is an origin, written as browsers write it', () => {
  const read = (PUBLIC_URL: string) => readConfiguration({ PUBLIC_URL }).publicUrl;
  assert.equal(read('https://Passes.Example.com/'), 'https://passes.example.com');
  assert.equal(read('https://passes.example.com:443'), 'https://passes.example.com');
  assert.equal(read('http://localhost:8080'), 'http://localhost:8080');
  assert.equal(read(''), null);
  const bad = [
    'passes.example.com',
    'https://passes.example.com/desk',
    'https://a:b@passes.example.com',
    'ftp://x.example',
  ];
  for (const text of [...bad, 'https://x.example?a', 'https://x.example#a', '//x.example', 'https://']) {
    assert.throws(() => read(text), ConfigurationProblem, text);
  }
});

test('TRUSTED_PROXIES are addresses and ranges', () => {
  const { trustedProxies } = readConfiguration({ TRUSTED_PROXIES: '127.0.0.1, 10.1.0.0/16, ::1' });
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', '::1']) {
    assert.ok(trustedProxies.allowsAddress(address), address);
  }
  for (const address of ['127.0.0.2', '10.2.0.1', '::2']) assert.ok(!trustedProxies.allowsAddress(address), address);
  assert.throws(() => readConfiguration({ TRUSTED_PROXIES: '10.0.0.0/99' }), /TRUSTED_PROXIES/);
});
