import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import {
  type PushEventFault,
  PushEventRefused,
  type PushExpectation,
  verifyPushEvent,
} from '../../src/client/verify-push-event.ts';

const [own, foreign] = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 })) as [Pair, Pair];
type Pair = ReturnType<typeof pairOf>;
const pairOf = () => generateKeyPairSync('rsa', { modulusLength: 2048 });

const now = new Date('2028-01-01T12:00:00Z');
const seconds = now.getTime() / 1000;
const body = '{"eventType":"epass.issued","dpId":"1788000066668888","name":"Žofie"}';
const digest = (text: string) => createHash('sha256').update(text).digest('base64url');
const claims = {
  iss: 'passdesk',
  iat: seconds,
  exp: seconds + 300,
  jti: `evt_${'a'.repeat(24)}`,
  sub: '1788000066668888',
  programId: 'DEMO',
  sequence: 3,
  attempt: 2,
  bodySha256: digest(body),
};
const header = { alg: 'RS256', kid: 'one', typ: 'passdesk-event+jwt' };
const jwk = { ...(await exportJWK(own.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
const pem = own.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const known: PushExpectation = { keys: { keys: [jwk] }, programId: 'DEMO', now };

const sign = (more: object = {}, head: object = {}, key = own.privateKey) =>
  new SignJWT(JSON.parse(JSON.stringify({ ...claims, ...more })) as JWTPayload)
    .setProtectedHeader({ ...header, ...head })
    .sign(key);
const sent = (token: string) => ({ authorization: `Bearer ${token}` });

async function refusedFor(reason: PushEventFault, token: string, more: Partial<PushExpectation> = {}, text = body) {
  await assert.rejects(verifyPushEvent(sent(token), text, { ...known, ...more }), (problem) => {
    assert.ok(problem instanceof PushEventRefused, String(problem));
    assert.equal(problem.reason, reason);
    return true;
  });
}

test('a good event is verified with a set of keys, one key, or a PEM, from any kind of headers', async () => {
  const token = await sign();
  const expected = { eventId: claims.jti, sequence: 3, attempt: 2, event: JSON.parse(body) };
  for (const keys of [{ keys: [jwk] }, jwk, pem]) {
    assert.deepEqual(await verifyPushEvent(sent(token), body, { ...known, keys }), expected);
  }
  const bytes = new Uint8Array(Buffer.from(body));
  assert.deepEqual(await verifyPushEvent(new Headers(sent(token)), bytes, known), expected);
  assert.deepEqual(await verifyPushEvent({ Authorization: `Bearer ${token}` }, body, known), expected);
});

test('another key, another algorithm, another type', async () => {
  await refusedFor('SIGNATURE_WRONG', await sign({}, {}, foreign.privateKey));
  await refusedFor('SIGNATURE_WRONG', await sign({}, {}, foreign.privateKey), { keys: pem });
  await refusedFor('KEY_UNKNOWN', await sign({}, { kid: 'two' }));
  await refusedFor('KEY_UNKNOWN', await sign(), { keys: { keys: [] } });
  await refusedFor('ALGORITHM_REFUSED', await sign({}, { alg: 'RS512' }));
  await refusedFor('ALGORITHM_REFUSED', await sign({}, { alg: 'PS256' }));
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  // The public key as the secret of HS256, and no signature at all.
  const shared = `${part({ ...header, alg: 'HS256' })}.${part(claims)}`;
  const mac = await import('node:crypto').then(({ createHmac }) => createHmac('sha256', pem).update(shared).digest());
  await refusedFor('ALGORITHM_REFUSED', `${shared}.${mac.toString('base64url')}`, { keys: pem });
  await refusedFor('ALGORITHM_REFUSED', `${part({ ...header, alg: 'none' })}.${part(claims)}.`);
  await refusedFor('TYPE_REFUSED', await sign({}, { typ: 'JWT' }));
  await refusedFor('TYPE_REFUSED', await sign({}, { typ: undefined }));
});

test('another issuer, another programme, another time', async () => {
  await refusedFor('ISSUER_WRONG', await sign({ iss: 'somebody' }));
  assert.ok(await verifyPushEvent(sent(await sign({ iss: 'ours' })), body, { ...known, issuer: 'ours' }));
  await refusedFor('PROGRAMME_WRONG', await sign({ programId: 'OTHER' }));
  await refusedFor('PROGRAMME_WRONG', await sign({ programId: undefined }));
  const at = (offset: number) => ({ now: new Date(now.getTime() + offset * 1000) });
  assert.ok(await verifyPushEvent(sent(await sign()), body, { ...known, ...at(299) }));
  await refusedFor('EXPIRED', await sign(), at(301));
  assert.ok(await verifyPushEvent(sent(await sign()), body, { ...known, ...at(-300) }));
  await refusedFor('FROM_THE_FUTURE', await sign(), at(-301));
});

test('every claim that counts must be there and be what it should', async () => {
  for (const name of ['exp', 'iat', 'jti', 'bodySha256']) {
    await refusedFor('CLAIMS_INCOMPLETE', await sign({ [name]: undefined }));
  }
  await refusedFor('CLAIMS_INCOMPLETE', await sign({ iss: undefined }));
  for (const sequence of [undefined, '3', -1, 1.5]) await refusedFor('CLAIMS_INCOMPLETE', await sign({ sequence }));
  for (const attempt of [undefined, 0, 'x']) await refusedFor('CLAIMS_INCOMPLETE', await sign({ attempt }));
});

test('a body with one byte changed, and one that is no JSON', async () => {
  for (const text of [`${body} `, body.replace('3', '4').replace('8', '9'), '', body.normalize('NFD')]) {
    await refusedFor('BODY_ALTERED', await sign(), {}, text);
  }
  await refusedFor('BODY_NOT_JSON', await sign({ bodySha256: digest('{') }), {}, '{');
});

test('what is no token', async () => {
  for (const authorization of [undefined, '', 'Bearer', 'Basic abc', 'Bearer a b', ['Bearer x', 'Bearer y']]) {
    await assert.rejects(verifyPushEvent({ authorization }, body, known), { reason: 'TOKEN_MISSING' });
  }
  for (const token of ['a', 'a.b', 'a.b.c', 'a.b.c.d', '....']) await refusedFor('TOKEN_MALFORMED', token);
});

test('keys that are none are the fault of the receiver, not of the event', async () => {
  const token = await sign();
  await assert.rejects(verifyPushEvent(sent(token), body, { ...known, keys: 'no key' }), (problem) => {
    return !(problem instanceof PushEventRefused);
  });
});
