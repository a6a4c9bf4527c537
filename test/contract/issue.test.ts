/** Section 4 of the contract: what a pass can be, and everything that is refused without a trace. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import type { RefusalName } from '../../src/domain/refusal.ts';
import { dataOf, issueBody, type Refused, refusedOf } from '../harness/client.ts';
import { eachDatabase } from '../harness/databases.ts';
import { countState, holdClock, type Scene, useScene } from '../harness/scene.ts';

const lounges = '/v2/orders/lounges/ePasses';
const places = (allowedResources: unknown) => issueBody(1, { allowedResources });
const field = 'extra.allowedResources';

/** Sends an issue that must be refused, and shows that it left nothing behind. */
async function refuse(scene: Scene, body: unknown, error: RefusalName, path = lounges): Promise<Refused> {
  const before = await countState(scene.database);
  const refused = refusedOf(await scene.partner.post(path, body), error);
  assert.deepEqual(await countState(scene.database), before, 'a refusal must change nothing');
  return refused;
}

/** The segment of the path, the module of the body. */
const segments = [
  ['crossModule', 0],
  ['multiModule', 0],
  ['lounges', 1],
  ['fastTrack', 2],
  ['setMeals', 3],
  ['coupons', 4],
] as const;

/** Everything that `allowedResources` refuses: what is sent, the refusal, the field it names. */
const badPlaces: [unknown, RefusalName, string][] = [
  [{}, 'ALLOWED_RESOURCES_INVALID', field],
  [{ resourceIds: [], iata: ['HKG'] }, 'ALLOWED_RESOURCES_INVALID', field],
  [{ iata: ['HKG'], countryOrRegion: ['GB'] }, 'ALLOWED_RESOURCES_INVALID', field],
  [{ resourceIds: [], iata: [], countryOrRegion: [] }, 'ALLOWED_RESOURCES_INVALID', field],
  [{ iata: [] }, 'ALLOWED_RESOURCES_INVALID', `${field}.iata`],
  [{ countryOrRegion: [] }, 'ALLOWED_RESOURCES_INVALID', `${field}.countryOrRegion`],
  [{ resourceIds: ['N00001', 'N00001'] }, 'ALLOWED_RESOURCES_INVALID', `${field}.resourceIds`],
  [{ iata: ['HKG', 'MAN', 'HKG'] }, 'ALLOWED_RESOURCES_INVALID', `${field}.iata`],
  [{ countryOrRegion: ['GB', 'GB'] }, 'ALLOWED_RESOURCES_INVALID', `${field}.countryOrRegion`],
  [{ resourceIds: ['N00001', 'N09999'] }, 'ALLOWED_RESOURCE_UNKNOWN', `${field}.resourceIds.1`],
  [{ resourceIds: ['n00001'] }, 'ALLOWED_RESOURCE_UNKNOWN', `${field}.resourceIds.0`],
  [{ resourceIds: ['N00001', 'R00001'] }, 'ALLOWED_RESOURCE_OF_OTHER_MODULE', `${field}.resourceIds.1`],
  [{ iata: ['HKG', 'XXX'] }, 'AIRPORT_UNKNOWN', `${field}.iata.1`],
  [{ iata: ['hkg'] }, 'AIRPORT_UNKNOWN', `${field}.iata.0`],
  [{ countryOrRegion: ['FR', 'UK'] }, 'COUNTRY_UNKNOWN', `${field}.countryOrRegion.1`],
  [{ countryOrRegion: ['gb'] }, 'COUNTRY_UNKNOWN', `${field}.countryOrRegion.0`],
  [{ countryOrRegion: ['GBR'] }, 'COUNTRY_UNKNOWN', `${field}.countryOrRegion.0`],
  [{ countryOrRegion: ['ZZ'] }, 'COUNTRY_UNKNOWN', `${field}.countryOrRegion.0`],
  [{ resourceId: ['N00001'] }, 'REQUEST_INVALID', `${field}.resourceId`],
  [{ resourceIds: 'N00001' }, 'REQUEST_INVALID', `${field}.resourceIds`],
  [{ resourceIds: [1] }, 'REQUEST_INVALID', `${field}.resourceIds.0`],
  [{ resourceIds: null }, 'REQUEST_INVALID', `${field}.resourceIds`],
  [{ iata: Array.from({ length: 501 }, (_, index) => `A${index}`) }, 'REQUEST_INVALID', `${field}.iata`],
  [null, 'REQUEST_INVALID', field],
];

/** Bodies that are not an issue request, by the field that is told. */
const malformed: [string, (body: ReturnType<typeof issueBody>) => unknown, string][] = [
  ['an unknown field', (body) => ({ ...body, modul: 1 }), 'modul'],
  ['an unknown field inside', (body) => ({ ...body, extra: { ...body.extra, note: '' } }), 'extra.note'],
  ['no module', ({ module: _, ...body }) => body, 'module'],
  ['a module as text', (body) => ({ ...body, module: '1' }), 'module'],
  ['a module there is not', (body) => ({ ...body, module: 5 }), 'module'],
  ['no clientUserId', ({ clientUserId: _, ...body }) => body, 'clientUserId'],
  ['an empty clientUserId', (body) => ({ ...body, clientUserId: '' }), 'clientUserId'],
  ['a clientUserId of 129 characters', (body) => ({ ...body, clientUserId: 'x'.repeat(129) }), 'clientUserId'],
  ['a clientUserId with a space', (body) => ({ ...body, clientUserId: 'a b' }), 'clientUserId'],
  ...[0, -1, 10_001, 1.5, '1', null].map(
    (usages) =>
      [`${JSON.stringify(usages)} usages`, () => issueBody(usages as number), 'extra.availableUsages'] as [
        string,
        () => unknown,
        string,
      ],
  ),
  ...['2028-02-30T00:00:00Z', '2028-12-31', 'tomorrow, or so it seems', '2028-12-31T24:00:00Z'].map(
    (date) =>
      [`an expiration of ${date}`, () => issueBody(1, { expirationDate: date }), 'extra.expirationDate'] as [
        string,
        () => unknown,
        string,
      ],
  ),
  ['an activation of null', () => issueBody(1, { activationDate: null }), 'extra.activationDate'],
  ['no expiration', () => issueBody(1, { expirationDate: undefined }), 'extra.expirationDate'],
];

await eachDatabase('issue', (open) => {
  const clock = holdClock();
  const scene = useScene(open, clock);
  const at = (milliseconds: number) => new Date(clock.at + milliseconds).toISOString();

  for (const [segment, module] of segments) {
    test(`a pass of module ${module} is issued under ${segment}`, async () => {
      const reply = await scene.partner.post(`/v2/orders/${segment}/ePasses`, { ...issueBody(), module });
      const data = dataOf(reply);
      assert.equal(data.module, module);
      assert.deepEqual(data.extra.allowedModules, module === 0 ? [1, 3, 4] : undefined);
    });
  }

  test('path and body must name the same module', async () => {
    const { fields } = await refuse(scene, { ...issueBody(), module: 2 }, 'MODULE_MISMATCH');
    assert.deepEqual(fields, ['module']);
  });

  test('a module that the programme does not offer, and a path that names none', async () => {
    for (const [segment, module] of [['fitness', 7] as const, ['esims', 8] as const, ['localOffers', 11] as const]) {
      const body = { ...issueBody(), module };
      const { fields } = await refuse(scene, body, 'MODULE_NOT_OFFERED', `/v2/orders/${segment}/ePasses`);
      assert.deepEqual(fields, ['module']);
    }
    await refuse(scene, issueBody(), 'ROUTE_UNKNOWN', '/v2/orders/lounge/ePasses');
    await refuse(scene, issueBody(), 'ROUTE_UNKNOWN', '/v2/orders/LOUNGES/ePasses');
  });

  for (const [what, spoil, told] of malformed) {
    test(`${what} is refused`, async () => {
      assert.deepEqual((await refuse(scene, spoil(issueBody()), 'REQUEST_INVALID')).fields, [told]);
    });
  }

  for (const [sent, error, told] of badPlaces) {
    test(`allowedResources ${JSON.stringify(sent).slice(0, 60)} is refused: ${error}`, async () => {
      assert.deepEqual((await refuse(scene, places(sent), error)).fields, [told]);
    });
  }

  test('UK, gb and GBR are refused with the hint GB', async () => {
    for (const code of ['UK', 'gb', 'GBR']) {
      const { facts, problems } = await refuse(scene, places({ countryOrRegion: [code] }), 'COUNTRY_UNKNOWN');
      assert.equal(facts.hint, 'GB');
      assert.match(problems[0]!, /GB/);
    }
    assert.deepEqual((await refuse(scene, places({ countryOrRegion: ['ZZ'] }), 'COUNTRY_UNKNOWN')).facts, {});
  });

  test('a cross-module pass names resources of its own modules only', async () => {
    const cross = (ids: string[]) => ({ ...places({ resourceIds: ids }), module: 0 });
    const path = '/v2/orders/crossModule/ePasses';
    dataOf(await scene.partner.post(path, cross(['N00001', 'R00001'])));
    const refused = await refuse(scene, cross(['N00001', 'C00001']), 'ALLOWED_RESOURCE_OF_OTHER_MODULE', path);
    assert.deepEqual(refused.fields, [`${field}.resourceIds.1`]);
  });

  test('500 values are taken and given back as sent', async () => {
    const countryOrRegion = ['GB', 'HK', 'TH'];
    const data = dataOf(await scene.partner.post(lounges, places({ countryOrRegion })));
    assert.deepEqual(data.extra.allowedResources, { countryOrRegion });
    // 500 resources do not exist in the demo: the count is let through, and the first unknown one is told.
    const many = Array.from({ length: 500 }, (_, index) => `X${index}`);
    const refused = await refuse(scene, places({ resourceIds: many }), 'ALLOWED_RESOURCE_UNKNOWN');
    assert.deepEqual(refused.fields, [`${field}.resourceIds.0`]);
  });

  test('1 and 10,000 usages are the bounds', async () => {
    for (const usages of [1, 10_000]) {
      const { reply } = await scene.partner.issue(usages);
      assert.deepEqual(
        [dataOf(reply).extra.availableUsages, reply.json.data.extra.usedUsages, reply.json.data.status],
        [usages, 0, 1],
      );
    }
  });

  test('the expiration date lies in the future, by a millisecond at least', async () => {
    const { fields } = await refuse(scene, issueBody(1, { expirationDate: at(0) }), 'EXPIRATION_IN_PAST');
    assert.deepEqual(fields, ['extra.expirationDate']);
    await refuse(scene, issueBody(1, { expirationDate: at(-1) }), 'EXPIRATION_IN_PAST');
    dataOf((await scene.partner.issue(1, { expirationDate: at(1) })).reply);
  });

  test('the activation date may be 60 seconds late, and no more', async () => {
    const { reply } = await scene.partner.issue(1, { activationDate: at(-60_000) });
    assert.equal(dataOf(reply).extra.ePassStatus, 1);
    const refused = await refuse(scene, issueBody(1, { activationDate: at(-60_001) }), 'ACTIVATION_IN_PAST');
    assert.deepEqual(refused.fields, ['extra.activationDate']);
  });

  test('the activation date is before the expiration date', async () => {
    const expirationDate = at(10_000);
    for (const activationDate of [expirationDate, at(10_001)]) {
      const body = issueBody(1, { activationDate, expirationDate });
      const { fields } = await refuse(scene, body, 'ACTIVATION_NOT_BEFORE_EXPIRATION');
      assert.deepEqual(fields, ['extra.activationDate']);
    }
    const { reply } = await scene.partner.issue(1, { activationDate: at(9_999), expirationDate });
    assert.equal(dataOf(reply).extra.ePassStatus, 0);
  });

  test('an offset is understood, none means UTC, and answers are UTC in whole seconds', async () => {
    const dates = { activationDate: '2030-01-01T09:00:00.999+09:00', expirationDate: '2031-01-01T00:00:00' };
    const { extra } = dataOf((await scene.partner.issue(1, dates)).reply);
    assert.equal(extra.activationDate, '2030-01-01T00:00:00+00:00');
    assert.equal(extra.expirationDate, '2031-01-01T00:00:00+00:00');
  });

  test('a token of another scope is refused, and so is another programme', async () => {
    refusedOf(await scene.venue.post(lounges, issueBody()), 'SCOPE_MISSING');
    refusedOf(await scene.operator.post(lounges, issueBody()), 'SCOPE_MISSING');
    refusedOf(await scene.partner.post(lounges, issueBody(), { 'x-program-id': 'OTHER' }), 'PROGRAM_UNKNOWN');
    dataOf(await scene.partner.post(lounges, issueBody(), { 'x-program-id': 'DEMO' }));
  });

  test('many passes of one traveller have ids of their own', async () => {
    const clientUserId = randomUUID();
    const replies = await Promise.all(Array.from({ length: 20 }, () => scene.partner.issue(1, {}, clientUserId)));
    assert.equal(new Set(replies.map(({ ePassId }) => ePassId)).size, 20);
    assert.equal(new Set(replies.map(({ orderId }) => orderId)).size, 20);
  });
});
