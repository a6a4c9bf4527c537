/** One clientUserId, one name (the E-pass guide): in every script, and whoever comes first. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { Database } from '../../src/store/database.ts';
import { dataOf, issueBody, type Reply, refusedOf, type TestClient } from '../harness/client.ts';
import { eachDatabase, withPostgres } from '../harness/databases.ts';
import { countState, readRows, useFleet, useScene } from '../harness/scene.ts';

const lounges = '/v2/orders/lounges/ePasses';
type Name = readonly [first: string, last: string];
const named = ([firstName, lastName]: Name) => ({ firstName, lastName });

/** Ten spellings of two names: those of a row are one name, and the rows are different names. */
const ada: Name[] = [
  ['José', 'Müller'],
  ['JOSÉ', 'MÜLLER'],
  ['Jose\u0301', 'mu\u0308ller'],
  ['  José ', 'Müller\u00a0'],
  ['Ｊｏｓé', 'Ｍüller'],
];
const eve: Name[] = [
  ['Mary  Ann', 'Großmann'],
  ['Mary Ann', 'GROSSMANN'],
  ['mary\tann'.replace('\t', ' '), 'grossmann'],
  ['MARY\u3000ANN', 'Großmann '],
  [' Mary \u00a0 Ann', 'großmann'],
];

/** Names that look alike and are not one: each must not pass for `José Müller`. */
const others: Name[] = [
  ['Jose', 'Müller'],
  ['José', 'Muller'],
  ['José M', 'Müller'],
  ['Müller', 'José'],
  ['Jоsé', 'Müller'],
];

/** Names as people have them; kept and shown as sent. */
const scripts: Name[] = [
  ['小明', '王'],
  ['محمد', 'الأحمد'],
  ['Ольга', 'Иванова'],
  ['ศรี', 'สุข'],
  ['אבי', 'כהן'],
  ['Nguyễn', 'Thị Ánh'],
  ["D'Arcy-Jones", "O'Brien, Jr."],
  ['𠮷', '田'],
  ['İpek', 'Işık'],
];

/** Sends a hundred first issues of one traveller at once, spread over clients, and gives who got in. */
async function rush(clients: readonly TestClient[], clientUserId: string): Promise<{ name: Name; reply: Reply }[]> {
  const names = [...ada, ...eve];
  return Promise.all(
    Array.from({ length: 100 }, async (_, index) => {
      const name = names[(index * 7) % names.length]!;
      const client = clients[index % clients.length]!;
      return { name, reply: await client.post(lounges, issueBody(1, named(name), clientUserId)) };
    }),
  );
}

/** Exactly one name won: all its spellings got their pass, no other did, and one binding stands. */
async function assertOneName(database: Database, clientUserId: string, sent: Awaited<ReturnType<typeof rush>>) {
  const winners = sent.filter(({ reply }) => reply.status === 200);
  const won = ada.includes(winners[0]!.name) ? ada : eve;
  for (const { name, reply } of sent) {
    if (won.includes(name)) assert.deepEqual(pick(dataOf(reply).extra), named(name));
    else assert.deepEqual(refusedOf(reply, 'NAME_MISMATCH').fields, ['extra.firstName', 'extra.lastName']);
  }
  assert.equal(winners.length, 50);
  const text = `select count(*)::int as count from holders where client_user_id = $1
    union all select count(*)::int from passes where client_user_id = $1`;
  const counts = await readRows<{ count: number }>(database, text, [clientUserId]);
  assert.deepEqual(
    counts.map(({ count }) => count),
    [1, 50],
  );
}

function pick({ firstName, lastName }: { firstName: string; lastName: string }) {
  return { firstName, lastName };
}

await eachDatabase('names', (open) => {
  const scene = useScene(open);

  test('every spelling of a name is that name, and is shown as it was sent', async () => {
    for (const spellings of [ada, eve]) {
      const clientUserId = randomUUID();
      for (const name of spellings) {
        const { reply } = await scene.partner.issue(1, named(name), clientUserId);
        assert.deepEqual(pick(dataOf(reply).extra), named(name));
      }
    }
  });

  test('another name is refused by field, and the stored one is not told', async () => {
    const clientUserId = randomUUID();
    dataOf((await scene.partner.issue(1, named(ada[0]!), clientUserId)).reply);
    for (const [firstName, lastName] of others) {
      const before = await countState(scene.database);
      const { reply } = await scene.partner.issue(1, { firstName, lastName }, clientUserId);
      const { fields, facts } = refusedOf(reply, 'NAME_MISMATCH');
      const differs = (['firstName', 'lastName'] as const).filter((part) =>
        part === 'firstName' ? firstName !== 'José' : lastName !== 'Müller',
      );
      assert.deepEqual(
        fields,
        differs.map((part) => `extra.${part}`),
      );
      assert.deepEqual(facts, {});
      assert.doesNotMatch(reply.text, /José|Müller|jos|m.ller/i);
      assert.deepEqual(await countState(scene.database), before);
    }
  });

  test('names of many scripts are bound, compared and shown', async () => {
    for (const [firstName, lastName] of scripts) {
      const clientUserId = randomUUID();
      const { reply } = await scene.partner.issue(1, { firstName, lastName }, clientUserId);
      assert.deepEqual(pick(dataOf(reply).extra), { firstName, lastName });
      dataOf((await scene.partner.issue(1, { firstName, lastName }, clientUserId)).reply);
      const other = await scene.partner.issue(1, { firstName: `${firstName}a`, lastName }, clientUserId);
      assert.deepEqual(refusedOf(other.reply, 'NAME_MISMATCH').fields, ['extra.firstName']);
    }
  });

  test('what is no name is refused by field', async () => {
    const bad = ['', '   ', '-', '.', 'a\u0000b', 'a\nb', 'a\u202eb', '\ud800', 'x'.repeat(101), '\u200b', '\ufeffa'];
    for (const firstName of bad) {
      const { reply } = await scene.partner.issue(1, { firstName });
      assert.deepEqual(refusedOf(reply, 'REQUEST_INVALID').fields, ['extra.firstName'], JSON.stringify(firstName));
    }
    const { reply } = await scene.partner.issue(1, { firstName: '\n', lastName: '\n' });
    assert.deepEqual(refusedOf(reply, 'REQUEST_INVALID').fields, ['extra.firstName', 'extra.lastName']);
    dataOf((await scene.partner.issue(1, { firstName: 'x'.repeat(100) })).reply);
  });

  test('a refused issue binds nothing', async () => {
    const clientUserId = randomUUID();
    const first = await scene.partner.issue(
      1,
      { ...named(ada[0]!), expirationDate: '2020-01-01T00:00:00Z' },
      clientUserId,
    );
    refusedOf(first.reply, 'EXPIRATION_IN_PAST');
    dataOf((await scene.partner.issue(1, named(eve[0]!), clientUserId)).reply);
  });

  test('clientUserIds compare as they are', async () => {
    const clientUserId = `User-${randomUUID()}`;
    dataOf((await scene.partner.issue(1, named(ada[0]!), clientUserId)).reply);
    dataOf((await scene.partner.issue(1, named(eve[0]!), clientUserId.toLowerCase())).reply);
  });

  test('a hundred first issues at once bind exactly one of two names', async () => {
    for (let round = 0; round < 3; round += 1) {
      const clientUserId = randomUUID();
      await assertOneName(scene.database, clientUserId, await rush([scene.partner], clientUserId));
    }
  });
});

await withPostgres('names, two processes on one database', (adminUrl) => {
  const fleet = useFleet(adminUrl, 2);

  test('a hundred first issues at both at once bind exactly one of two names', async () => {
    for (let round = 0; round < 10; round += 1) {
      const clientUserId = randomUUID();
      await assertOneName(fleet.products[0]!.world.database, clientUserId, await rush(fleet.partners, clientUserId));
    }
  });
});
