/** What an operator does with passes all day, in a real browser over the real server. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { accessibilityFaults, browserHere, takePictures, withoutBrowser } from '../harness/browser.ts';
import { dataOf, issueBody, openClient, type TestClient } from '../harness/client.ts';
import { confirm, contentOf, sitDown } from '../harness/console.ts';
import { addProgramme, embeddedProduct } from '../harness/embedded-product.ts';

const digits = (passId: string) => passId.replace(/(\d{4})(?=\d)/g, '$1 ');

describe('passes at the console', { skip: withoutBrowser }, () => {
  const product = embeddedProduct();
  const browser = browserHere();
  let partner: TestClient;
  let venue: TestClient;
  before(async () => {
    const { baseUrl, credentials } = product();
    partner = await openClient(baseUrl, credentials.partner);
    venue = await openClient(baseUrl, credentials.venue);
  });

  test('an operator issues a pass, follows it, and acts on it', async () => {
    const { page, context, email, assertClean } = await sitDown(browser(), product(), 'operator');
    await page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name: 'Passes' }).click();
    await page.getByRole('button', { name: 'Issue a pass' }).click();

    // What the server refuses stands at its field, with what is wrong.
    await page.getByLabel('First name').fill('Ada');
    await page.getByLabel('Last name').fill('Lovelace');
    await page.getByLabel('User id').fill('two words');
    await page.getByRole('textbox', { name: 'Usages' }).fill('3');
    await page.getByRole('button', { name: 'Issue this pass' }).click();
    await page.getByText('Some of what was entered cannot be taken').waitFor();
    assert.equal(await page.getByLabel('User id').getAttribute('aria-invalid'), 'true');
    await page.getByText('This is not in the right form.').waitFor();
    await page.getByText('Request id').waitFor();
    await page.getByLabel('User id').fill('traveller-1');
    assert.equal(await page.getByText('This is not in the right form.').count(), 0);
    await page.getByRole('button', { name: 'Issue this pass' }).click();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();
    const passId = page.url().split('/').at(-1)!;
    await page.getByText(digits(passId)).waitFor();
    await page.getByText(`by ${email}`).waitFor();

    // Would it work? Now; not in a hundred years; not for ten people.
    const ask = async (when: string, adults: string) => {
      await page.getByLabel(/^On/).fill(when);
      await page.getByRole('textbox', { name: 'Adults' }).fill(adults);
      await page.getByRole('button', { name: 'Ask the door' }).click();
    };
    await page.getByRole('combobox', { name: 'At' }).click();
    await page.getByRole('option', { name: /Aspen Lounge/ }).click();
    await ask('', '1');
    await page.getByText('It would work', { exact: true }).waitFor();
    await ask('2126-08-01T10:00', '1');
    await page.getByText('It would not work').waitFor();
    await page.locator('li[data-holds=false]').getByText('Not expired').waitFor();
    await ask('', '10');
    await page.getByText('Fewer people: 3 usages are left.').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-tester', ['widest', 'narrow']);

    // Somebody comes; the visit is seen with its place and door, and given back.
    dataOf(await venue.redeem(passId, { adultCount: 2 }));
    await page.reload();
    await page.getByText('through Demo venue').waitFor();
    assert.match(
      await contentOf(page),
      /Visit Aspen Lounge[\s\S]*Manchester Airport[\s\S]*2 adults[\s\S]*took 2 usages/,
    );
    await page.getByRole('button', { name: 'Give back' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Give back' }).click();
    await dialog.getByText('Give a reason.').waitFor();
    await confirm(page, 'Give back', 'Scanned by mistake');
    await page.getByText('given back later').waitFor();
    await page.getByText('“Scanned by mistake”').waitFor();

    // Suspended, no door takes it; resumed, they do again.
    await page.getByRole('button', { name: 'Suspend' }).click();
    await confirm(page, 'Suspend', 'Reported as stolen');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    assert.equal((await venue.redeem(passId)).json.error, 'E_PASS_SUSPENDED');
    await page.getByRole('button', { name: 'Resume' }).click();
    await confirm(page, 'Resume', 'Found again');
    dataOf(await venue.redeem(passId));

    // Cancelling asks first, and "Not now" changes nothing.
    await page.getByRole('button', { name: 'Cancel pass' }).click();
    await page.getByText('2 unused usages are lost to the holder.').waitFor();
    await page.getByRole('button', { name: 'Not now' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(dataOf(await partner.post('/v2/orders/ePasses/search', { ePassId: passId })).extra.ePassStatus, 1);
    await page.getByRole('button', { name: 'Cancel pass' }).click();
    await confirm(page, 'Cancel pass');
    await page.getByText('The pass is cancelled.').waitFor();
    await page.getByRole('button', { name: 'Suspend' }).waitFor({ state: 'detached' });
    assert.equal(dataOf(await partner.post('/v2/orders/ePasses/search', { ePassId: passId })).extra.ePassStatus, 3);
    assertClean();
    await context.close();
  });

  test('a pass is found by each of its ids and by its name, page by page', async () => {
    const many = Array.from({ length: 55 }, (_, index) => `reader-${index}`);
    for (const user of many)
      dataOf(await partner.post('/v2/orders/lounges/ePasses', issueBody(1, { lastName: 'Bookish' }, user)));
    const { orderId, ePassId } = await partner.issue(2, { firstName: 'Grace', lastName: 'Hopper' }, 'hopper-1');
    const usage = dataOf(await venue.redeem(ePassId));
    const { page, context, assertClean } = await sitDown(browser(), product(), 'auditor');
    const rows = page.locator('tbody tr');
    for (const text of [ePassId, digits(ePassId), orderId, usage.orderId, 'hopper-1', 'Hopper', 'hopper, grace']) {
      // From anywhere, the key / leads to the search.
      await page.locator('h1').first().waitFor();
      await page.keyboard.press('/');
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await page.getByRole('table', { name: `Passes found for ${text}` }).waitFor();
      await rows.filter({ hasText: 'Grace Hopper' }).first().waitFor();
    }
    await page.getByRole('link', { name: digits(ePassId) }).click();
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    await page.goto('/console/DEMO/passes?text=Bookish');
    await page.getByText('The first 50 rows').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('55 rows', { exact: true }).waitFor();
    assert.equal(await rows.count(), 55);
    await page.goto('/console/DEMO/passes?text=nobody-has-this');
    await page.getByText('No pass for “nobody-has-this”').waitFor();
    assertClean();
    await context.close();
  });

  test('the traveller’s page opens from the link, and is gone once it is revoked', async () => {
    const { ePassId } = await partner.issue(2, { firstName: 'Emmy', lastName: 'Noether' });
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'operator',
      `/console/DEMO/passes/${ePassId}`,
    );
    await page.getByRole('button', { name: 'Show the link' }).click();
    const link = await page.getByRole('link', { name: 'Open the page' }).getAttribute('href');
    const path = new URL(link!).pathname;
    const data = `/v2/passPages/${path.split('/').at(-1)}`;
    const visitor = await openClient(product().baseUrl, null);
    assert.equal((await visitor.get(data)).status, 200);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await confirm(page, 'Revoke');
    await page.getByRole('button', { name: 'Show the link' }).waitFor();
    assert.equal((await visitor.get(data)).status, 404);
    assertClean();
    await context.close();
  });

  test('another programme shows its own passes and nothing of this one', async () => {
    const hub = {
      transportHubId: 'A09000',
      name: 'Bergen Airport',
      iata: 'BGO',
      city: 'Bergen',
      countryOrRegion: 'NO',
    };
    const place = { resourceId: 'N09000', module: 1 as const, name: 'Fjord Lounge', location: 'Airside' };
    const other = { programId: 'FJORD', name: 'Fjord Travel', issuerPrefix: '4711', sandbox: false };
    await addProgramme(
      product(),
      { ...other, modules: [1], crossModules: [] },
      { ...hub, zone: 'Europe/Oslo', latitude: 60.29, longitude: 5.22 },
      [place],
    );
    await partner.issue(1, { firstName: 'Only', lastName: 'Demo' });
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'operator',
      '/console/DEMO/passes?text=Demo',
    );
    await page.getByText('Only Demo').waitFor();
    await page.getByRole('button', { name: /Switch programme/ }).click();
    await page.getByRole('menuitem', { name: /Fjord Travel/ }).click();
    await page.getByText('Which pass?').waitFor();
    assert.match(page.url(), /\/console\/FJORD\/passes$/);
    await page.keyboard.press('/');
    await page.keyboard.type('Demo');
    await page.keyboard.press('Enter');
    await page.getByText('No pass for “Demo”').waitFor();
    // The next visit begins where this one was.
    await page.goto('/console');
    await page.getByRole('heading', { name: 'Today' }).waitFor();
    assert.match(page.url(), /\/console\/FJORD\/today$/);
    assertClean();
    await context.close();
  });

  test('a role sees what it may do, and the rest is not there', async () => {
    const { ePassId } = await partner.issue(2, { firstName: 'Alan', lastName: 'Turing' });
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'auditor',
      `/console/DEMO/passes/${ePassId}`,
    );
    await page.getByRole('heading', { name: 'Alan Turing' }).waitFor();
    await page.getByText('Issued', { exact: true }).first().waitFor();
    for (const name of ['Suspend', 'Cancel pass', 'Show the link', 'Revoke']) {
      assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    }
    await page.goto('/console/DEMO/passes');
    await page.getByText('Which pass?').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Issue a pass' }).count(), 0);
    await page.goto('/console/DEMO/no-such-screen');
    await page.getByText('There is no such page').waitFor();
    await page.goto('/console/OTHER/today');
    await page.getByText('You have no such programme').waitFor();
    assertClean();
    await context.close();
  });
});
