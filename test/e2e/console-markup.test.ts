/** Whoever may name something may name it like markup: the console shows the text and runs nothing. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { browserHere, withoutBrowser } from '../harness/browser.ts';
import { bulkRow, ndjson, upload } from '../harness/bulk.ts';
import { dataOf, issueBody, openClient, type TestClient } from '../harness/client.ts';
import { confirm, sitDown, walkTo } from '../harness/console.ts';
import { addClient, embeddedProduct } from '../harness/embedded-product.ts';
import { openPerson, type PersonClient } from '../harness/people.ts';
import { postHere } from '../harness/push.ts';
import { answering, openReceiver, type Receiver } from '../harness/receiver.ts';

/** What a browser would run if a page ever took a name for markup. */
const payloads = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(2)</script>',
  '<svg/onload=alert(3)>',
  "'-alert(4)-'",
  '{{constructor.constructor("alert(5)")()}}',
];
const [image, script, drawing] = payloads as [string, string, string];

describe('what is named like markup is shown at the console as the text it is', { skip: withoutBrowser }, () => {
  let partner: TestClient;
  let venue: TestClient;
  let administrator: PersonClient;
  let receiver: Receiver;
  const product = embeddedProduct(undefined, {
    post: postHere,
    push: { isAllowedHost: (host) => host === '127.0.0.1' },
  });
  const browser = browserHere();
  before(async () => {
    const { baseUrl, credentials } = product();
    receiver = await openReceiver(answering(400, `${image}${script}`, { 'content-type': 'text/html' }));
    partner = await openClient(baseUrl, credentials.partner);
    venue = await openClient(baseUrl, credentials.venue);
    administrator = await openPerson(product(), { role: 'administrator' });
  });
  after(() => receiver.down());

  const settle = (page: Page, text: string) => page.locator('main').getByText(text).first().waitFor();
  const assertText = async (page: Page) =>
    assert.equal(await page.locator('main img, main script, main svg[onload], main [onerror]').count(), 0);

  test('names and reasons of passes', async () => {
    const passIds: string[] = [];
    for (const [index, payload] of payloads.entries()) {
      const body = issueBody(2, { firstName: payload, lastName: `Payload ${payload}` }, `payload-${index}`);
      const { ePassId } = dataOf(await partner.post('/v2/orders/lounges/ePasses', body)).extra;
      dataOf(await venue.redeem(ePassId));
      passIds.push(ePassId);
    }
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'operator',
      '/console/DEMO/passes?text=Payload',
    );
    for (const payload of payloads) await settle(page, payload);
    for (const [index, passId] of passIds.entries()) {
      await walkTo(page, `/console/DEMO/passes/${passId}`);
      await page.getByRole('heading', { name: payloads[index]! }).waitFor();
    }
    // In a question, and as a reason that somebody gave.
    const last = payloads.at(-1)!;
    await page.getByRole('button', { name: 'Suspend' }).click();
    await page.getByRole('dialog').getByText(last).waitFor();
    await confirm(page, 'Suspend', payloads[0]);
    await page.getByText(`“${payloads[0]}”`).waitFor();
    for (const path of [
      'today',
      'reports/usage?by=client',
      'reports/expiring?days=365',
      `passes?text=${encodeURIComponent(payloads[0]!)}`,
    ]) {
      await walkTo(page, `/console/DEMO/${path}`);
      await page.locator('h1').waitFor();
    }
    await page.getByText(`No pass for “${payloads[0]}”`).or(page.getByText(payloads[0]!).first()).first().waitFor();
    await assertText(page);
    assertClean();
    await context.close();
  });

  test('partners, programmes, hubs, places, devices, and what the audit log tells of them', async () => {
    const here = { 'x-program-id': 'DEMO' };
    const make = async (path: string, body: object) => dataOf(await administrator.post(path, body, here));
    const modules = { modules: [1], sandbox: true };
    await make('/v2/programmes', { programId: 'MARKUP', name: drawing, issuerPrefix: '4321', ...modules });
    await make('/v2/clients', {
      ...{ clientId: 'markup', name: image, scopes: ['issuer'], programIds: ['DEMO', 'MARKUP'] },
    });
    const hub = { transportHubId: 'A0', transportHubName: image, iata: 'ZRH', city: drawing };
    const { transportHubId } = await make('/v2/transportHubs', hub);
    const place = { module: 1, resourceId: 'N90001', resourceName: script, transportHubId, location: image };
    await make('/v2/resources', place);
    dataOf(await administrator.call('PATCH', '/v2/resources/N90001', { closed: true, reason: drawing }, here));
    await make('/v2/devices', { name: image, resourceId: 'N90001' });

    const { page, context, assertClean } = await sitDown(browser(), product(), 'administrator');
    for (const [path, ...texts] of [
      ['places/programmes', drawing],
      ['places/hubs', image, drawing],
      ['places/resources?iata=ZRH', script, image, drawing],
      ['partners', image],
      ['partners/markup', image],
      ['devices', image, script],
      // The reason why the place was closed.
      ['audit-log?subject=N90001', script, drawing],
    ] as const) {
      await walkTo(page, `/console/DEMO/${path}`);
      for (const text of texts) await settle(page, text).catch((problem) => assert.fail(`${path}: ${problem}`));
      await assertText(page);
    }
    // In questions, too, and in the list of programmes to choose from.
    await walkTo(page, '/console/DEMO/places/resources?iata=ZRH');
    await page.getByRole('button', { name: `Open: ${script}` }).click();
    await page.getByRole('dialog').getByText(script).first().waitFor();
    await confirm(page, 'Open');
    await page.getByText(`${script} is open.`).waitFor();
    // In plots and their tables, once somebody was there.
    const programs = ['DEMO'];
    const wishes = [
      { clientId: 'markup-shop', scopes: ['issuer'] as const, programs },
      { clientId: 'markup-door', scopes: ['venue'] as const, programs, resources: ['N90001'] },
    ];
    const named = wishes.map(async (wish) => {
      const client = await openClient(product().baseUrl, await addClient(product(), wish));
      dataOf(await administrator.call('PATCH', `/v2/clients/${wish.clientId}`, { name: drawing }, here));
      return client;
    });
    const [shop, door] = (await Promise.all(named)) as [TestClient, TestClient];
    const { ePassId } = await shop.issue(2);
    dataOf(await door.redeem(ePassId, { resourceId: 'N90001' }));
    for (const [path, text] of [
      ['today', script],
      ['reports/usage?by=resource', script],
      ['reports/usage?by=iata', image],
      ['reports/usage?by=client', drawing],
      ['reports/refusals', 'Refusals'],
    ] as const) {
      await walkTo(page, `/console/DEMO/${path}`);
      await settle(page, text).catch((problem) => assert.fail(`${path}: ${problem}`));
      const asTable = page.locator('main').getByText('Table', { exact: true });
      for (const choice of await asTable.all()) await choice.click();
      await assertText(page);
    }
    assertClean();
    await context.close();
  });

  test('addresses and answers of receivers', async () => {
    const url = `${receiver.url}/${script}?${drawing}`;
    const { endpointId } = dataOf(await partner.post('/v2/endpoints', { url, eventTypes: ['epass.issued'] }));
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator', '/console/DEMO/push');
    await settle(page, script);
    await assertText(page);
    await walkTo(page, `/console/DEMO/push/${endpointId}`);
    await page.getByRole('button', { name: 'Test' }).click();
    await page.getByRole('button', { name: 'Send a test event' }).click();
    const answer = page.getByRole('region', { name: 'What came back' });
    await answer.getByText(`${image}${script}`).waitFor();
    assert.equal(await page.locator('[role=dialog] img, [role=dialog] script').count(), 0);
    assertClean();
    await context.close();
  });

  test('names and rows of files', async () => {
    const file = ndjson([bulkRow(image, { firstName: script }), bulkRow(script, { [drawing]: image }), drawing]);
    const query = `?dryRun=true&name=${encodeURIComponent(`${drawing}.ndjson`)}`;
    const headers = { 'x-program-id': 'DEMO' };
    const { jobId } = dataOf(await upload(administrator, file, { query, headers }));
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator', '/console/DEMO/bulk');
    await settle(page, `${drawing}.ndjson`);
    await assertText(page);
    await walkTo(page, `/console/DEMO/bulk/${jobId}`);
    await page.getByRole('heading', { name: `${drawing}.ndjson` }).waitFor();
    for (const text of [image, script, drawing]) await settle(page, text);
    await assertText(page);
    assertClean();
    await context.close();
  });
});
