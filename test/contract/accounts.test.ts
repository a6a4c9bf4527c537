/** Accounts: who makes them, what they may do, and who may not change what (ATK-20, 58). */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { dataOf, refusedOf } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import {
  addAccount,
  openPerson,
  type PersonClient,
  personWith,
  signInAs,
  testPassword,
  trySignIn,
} from '../harness/people.ts';
import { addProgram, readRows, useScene } from '../harness/scene.ts';

const otherPassword = 'nine brave herons cross the bay';
const pathOf = (email: string) => `/v2/accounts/${encodeURIComponent(email)}`;

await eachDatabase('accounts', (open) => {
  const scene = useScene(open);
  let admin: PersonClient;
  before(async () => {
    admin = await openPerson(scene.product, { role: 'administrator', email: 'first@example.com' });
    await addProgram(scene.product, { programId: 'OTHER', issuerPrefix: '4321', sandbox: true }, ['N00001']);
  });

  test('an account is made with a one-time password, which its owner changes at first', async () => {
    const { baseUrl } = scene.product;
    const wanted = { email: 'Grace.Hopper@Example.com', role: 'operator', programIds: ['OTHER'], language: 'de' };
    const { account, password } = dataOf(await admin.post('/v2/accounts', wanted));
    const same = { role: 'operator', language: 'de', programIds: ['OTHER'] };
    assert.deepEqual(account, {
      email: 'grace.hopper@example.com',
      ...same,
      disabled: false,
      disabledAt: null,
      passwordMustChange: true,
      createdAt: account.createdAt,
      signedInAt: null,
    });
    assert.match(password, /^[\w-]{24}$/);
    refusedOf(await admin.post('/v2/accounts', wanted), 'ACCOUNT_EXISTS');
    const grace = await signInAs(baseUrl, wanted.email, password);
    refusedOf(await grace.get('/v2/resources'), 'PASSWORD_CHANGE_REQUIRED');
    const change = { currentPassword: password, newPassword: otherPassword };
    const own = personWith(baseUrl, wanted.email, await grace.post('/v2/sessions/password', change));
    assert.equal((await own.get('/v2/resources')).status, 200);
    const found = dataOf(await admin.get('/v2/accounts')).accounts;
    const listed = found.find(({ email }: { email: string }) => email === account.email);
    assert.deepEqual([listed.passwordMustChange, typeof listed.signedInAt], [false, 'string']);
    assert.ok(!JSON.stringify(found).includes('argon2'));
  });

  test('an account works in the programmes of its list, and one without a list in all, also later ones', async () => {
    const [narrow, wide] = [
      await openPerson(scene.product, { role: 'auditor', programIds: ['OTHER'] }),
      await openPerson(scene.product, { role: 'auditor' }),
    ];
    const seen = (person: PersonClient, programId: string) =>
      person.get('/v2/resources/N00001', { 'x-program-id': programId });
    assert.equal((await narrow.get('/v2/resources/N00001')).status, 200, 'its only one');
    refusedOf(await seen(narrow, 'DEMO'), 'PROGRAM_UNKNOWN');
    refusedOf(await wide.get('/v2/resources/N00001'), 'PROGRAM_REQUIRED');
    assert.equal((await seen(wide, 'DEMO')).status, 200);
    await addProgram(scene.product, { programId: 'LATER', issuerPrefix: '5555', sandbox: true }, ['N00001']);
    assert.equal((await seen(wide, 'LATER')).status, 200);
    refusedOf(await seen(narrow, 'LATER'), 'PROGRAM_UNKNOWN');
  });

  test('an administrator has every programme, and a programme that is none is refused', async () => {
    const make = (more: object) => admin.post('/v2/accounts', { email: 'x@example.com', role: 'operator', ...more });
    const limited = await make({ role: 'administrator', programIds: ['DEMO'] });
    assert.deepEqual(refusedOf(limited, 'REQUEST_INVALID').fields, ['programIds']);
    const unknown = await make({ programIds: ['DEMO', 'NOWHERE'] });
    assert.deepEqual(refusedOf(unknown, 'PROGRAM_UNKNOWN').fields, ['programIds.1']);
    const email = await addAccount(scene.product, { role: 'operator', programIds: ['DEMO'] });
    const promoted = dataOf(await admin.call('PATCH', pathOf(email), { role: 'administrator' }));
    assert.deepEqual([promoted.role, promoted.programIds], ['administrator', null]);
    refusedOf(await admin.call('PATCH', pathOf(email), { programIds: ['DEMO'] }), 'REQUEST_INVALID');
    const back = { role: 'auditor', programIds: ['DEMO'] };
    assert.deepEqual(dataOf(await admin.call('PATCH', pathOf(email), back)).programIds, ['DEMO']);
    const tried = readRows(scene.database, `update accounts set program_ids = '{DEMO}' where role = 'administrator'`);
    await assert.rejects(tried, { code: '23514' });
  });

  test('nobody changes their own rights, and nobody resets their own password', async () => {
    const before = await readRows(scene.database, 'select t::text from accounts t where email = $1', [admin.email]);
    const wishes = [{ role: 'auditor' }, { disabled: true }, { programIds: null }, { role: 'administrator' }];
    for (const wish of wishes) {
      refusedOf(await admin.call('PATCH', pathOf(admin.email), wish), 'OWN_ACCOUNT');
      refusedOf(await admin.call('PATCH', pathOf(admin.email.toUpperCase()), wish), 'OWN_ACCOUNT');
    }
    refusedOf(await admin.post(`${pathOf(admin.email)}/password`), 'OWN_ACCOUNT');
    assert.deepEqual(
      await readRows(scene.database, 'select t::text from accounts t where email = $1', [admin.email]),
      before,
    );
    refusedOf(await admin.call('PATCH', pathOf('nobody@example.com'), { disabled: true }), 'ACCOUNT_UNKNOWN');
    refusedOf(await admin.post(`${pathOf('nobody@example.com')}/password`), 'ACCOUNT_UNKNOWN');
    refusedOf(await admin.call('PATCH', pathOf('nobody@example.com'), {}), 'REQUEST_INVALID');
  });

  test('one administrator remains, whoever is demoted or disabled, also when two demote each other at once', async () => {
    const { credentials } = scene.product;
    for (const wish of [{ role: 'operator' }, { disabled: true }]) {
      const other = await openPerson(scene.product, { role: 'administrator' });
      const everybodyElse = await readRows<{ email: string }>(
        scene.database,
        `select email from accounts where role = 'administrator' and disabled_at is null and email <> all ($1)`,
        [[admin.email, other.email]],
      );
      for (const { email } of everybodyElse)
        assert.equal((await admin.call('PATCH', pathOf(email), { disabled: true })).status, 200);
      const both = await Promise.all([
        admin.call('PATCH', pathOf(other.email), wish),
        other.call('PATCH', pathOf(admin.email), wish),
      ]);
      const statuses = both.map(({ status }) => status).sort();
      // The slower one finds itself ended, or alone.
      assert.ok(statuses[0] === 200 && [401, 409].includes(statuses[1]!), both.map(({ text }) => text).join('\n'));
      const left = await readRows(
        scene.database,
        `select from accounts where role = 'administrator' and disabled_at is null`,
      );
      assert.equal(left.length, 1);
      if (both[1]!.status === 200) admin = other;
    }
    const enabled = dataOf(await admin.call('PATCH', pathOf(credentials.admin.email), { disabled: false }));
    assert.deepEqual([enabled.disabled, enabled.disabledAt], [false, null]);
    assert.equal(
      (await trySignIn(scene.product.baseUrl, credentials.admin.email, credentials.admin.password)).status,
      200,
    );
  });

  test('a reset password is shown once, opens the account once, and makes the old one worthless', async () => {
    const { baseUrl } = scene.product;
    const email = await addAccount(scene.product, { role: 'auditor' });
    const { password } = dataOf(await admin.post(`${pathOf(email)}/password`));
    refusedOf(await trySignIn(baseUrl, email, testPassword), 'SIGN_IN_REFUSED');
    const person = await signInAs(baseUrl, email, password);
    const again = await person.post('/v2/sessions/password', { currentPassword: password, newPassword: password });
    refusedOf(again, 'PASSWORD_REFUSED');
    const text = JSON.stringify([
      await readRows(scene.database, 'select t::text from answers t'),
      await readRows(scene.database, 'select t::text from audit_log t'),
      await readRows(scene.database, 'select t::text from accounts t'),
      scene.product.logged,
    ]);
    assert.ok(!text.includes(password), 'the password is kept nowhere');
  });

  test('a change of access is repeatable like every change', async () => {
    const email = await addAccount(scene.product, { role: 'auditor' });
    const headers = { 'idempotency-key': 'change-1' };
    const first = await admin.call('PATCH', pathOf(email), { role: 'operator' }, headers);
    const again = await admin.call('PATCH', pathOf(email), { role: 'operator' }, headers);
    assert.deepEqual([again.text, again.headers.get('idempotent-replayed')], [first.text, 'true']);
    const lines = dataOf(await admin.get(`/v2/auditLog?subject=${encodeURIComponent(email)}`)).lines;
    assert.equal(lines.length, 1, 'done once, written once');
    refusedOf(await admin.call('PATCH', pathOf(email), { role: 'auditor' }, headers), 'IDEMPOTENCY_KEY_REUSED');
  });

  test('accounts come by pages', async () => {
    const all = dataOf(await admin.get('/v2/accounts')).accounts.map(({ email }: { email: string }) => email);
    assert.deepEqual(all, [...all].sort());
    const paged: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = dataOf(await admin.get(`/v2/accounts?pageSize=3${cursor === '' ? '' : `&cursor=${cursor}`}`));
      paged.push(...page.accounts.map(({ email }: { email: string }) => email));
      cursor = page.nextCursor;
    }
    assert.deepEqual(paged, all);
    for (const cursor of ['x', Buffer.from('["a@b","x"]').toString('base64url')]) {
      refusedOf(await admin.get(`/v2/accounts?cursor=${cursor}`), 'CURSOR_INVALID');
    }
    refusedOf(await admin.get('/v2/accounts?pageSize=101'), 'REQUEST_INVALID');
  });
});
