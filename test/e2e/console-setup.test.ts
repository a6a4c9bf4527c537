/** Setting up at the console: partners, places, push events, accounts, and the log of it all. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { accessibilityFaults, browserHere, openPage, takePictures, withoutBrowser } from '../harness/browser.ts';
import { dataOf, openClient } from '../harness/client.ts';
import { confirm, contentOf, makeTraffic, signIn, sitDown, type Traffic, walkTo } from '../harness/console.ts';
import { openStranger, screen } from '../harness/desk.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { postHere } from '../harness/push.ts';
import { readCodes } from '../harness/read-codes.ts';
import { openReceiver, type Receiver } from '../harness/receiver.ts';

describe('setting up at the console', { skip: withoutBrowser }, () => {
  const product = embeddedProduct(undefined, {
    post: postHere,
    push: { isAllowedHost: (host) => host === '127.0.0.1' },
  });
  const browser = browserHere();
  let traffic: Traffic;
  let receiver: Receiver;
  let endpointId = '';
  before(async () => {
    receiver = await openReceiver();
    const partner = await openClient(product().baseUrl, product().credentials.partner);
    const body = { url: receiver.url, eventTypes: ['epass.issued', 'walkin.redemption'] };
    endpointId = dataOf(await partner.post('/v2/endpoints', body)).endpointId;
    traffic = await makeTraffic(product());
  });
  after(() => receiver.down());

  const partnerId = () => product().credentials.partner.issuer;

  /** The secret that a dialog shows this once; saying that it is copied closes the dialog. */
  const takeSecret = async (page: Page) => {
    const dialog = page.getByRole('dialog');
    const secret = (await dialog.locator('output').textContent()) ?? '';
    assert.deepEqual(await accessibilityFaults(page), []);
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await dialog.waitFor({ state: 'hidden' });
    assert.equal(await page.getByText(secret).count(), 0);
    return secret;
  };

  const statusWith = async (issuer: string, secret: string) =>
    (await (await openClient(product().baseUrl, { issuer, secret })).get('/v2/resources')).status;

  const openScreen = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Main menu' }).getByRole('link', { name, exact: true }).click();

  test('a partner is created, works with the secret shown once, gets another and is revoked', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'administrator');
    await openScreen(page, 'Partners');
    await page.getByRole('button', { name: 'Create a partner' }).click();
    const dialog = page.getByRole('dialog');
    await takePictures(page, 'console-partner-form');
    await dialog.getByLabel('Name', { exact: true }).fill('Airline check-out');
    await dialog.getByLabel('Client id').fill('not an id');
    await dialog.getByRole('button', { name: 'Create a partner' }).click();
    await dialog.getByText('This is not in the right form.').waitFor();
    await dialog.getByLabel('Client id').fill('airline-checkout');
    await dialog.getByRole('button', { name: 'Create a partner' }).click();
    const secret = await takeSecret(page);
    await page.getByRole('heading', { name: 'Airline check-out' }).waitFor();
    assert.equal(await statusWith('airline-checkout', secret), 200);

    await page.getByRole('button', { name: 'New secret' }).click();
    await dialog.getByRole('combobox', { name: 'The old secret works for' }).click();
    await page.getByRole('option', { name: 'no longer: it ends now' }).click();
    await dialog.getByRole('button', { name: 'New secret' }).click();
    const next = await takeSecret(page);
    assert.notEqual(next, secret);
    assert.equal(await statusWith('airline-checkout', secret), 401);
    assert.equal(await statusWith('airline-checkout', next), 200);

    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await page.getByRole('button', { name: 'Add a key' }).click();
    await dialog.getByLabel('Key id (kid)').fill('2026-01');
    await dialog.getByLabel('Public key').fill(String(publicKey.export({ type: 'spki', format: 'pem' })));
    await dialog.getByRole('button', { name: 'Add a key' }).click();
    await page.getByText('RSA, 2048 bits').waitFor();
    await page.getByRole('table', { name: 'Public keys' }).getByRole('button', { name: 'Revoke' }).click();
    await confirm(page, 'Revoke');
    await page.getByText('None: it signs with its secret.').waitFor();

    await page.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Airline desk');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Airline desk', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Revoke' }).click();
    await confirm(page, 'Revoke');
    await page.getByText('Revoked', { exact: true }).first().waitFor();
    assert.equal(await statusWith('airline-checkout', next), 401);

    await page.goto(`/console/DEMO/partners/${product().credentials.venue.issuer}`);
    const access = page.locator('section', { hasText: 'Access' }).first();
    await access.getByText(/^Aspen Lounge .* · N00001$/).waitFor();
    await access.getByText('Demo programme', { exact: true }).waitFor();
    await takePictures(page, 'console-partner-doors', ['widest', 'narrow']);
    assertClean();
    await context.close();
  });

  test('a resource is closed with a reason and opened again, and the doors hear of it', async () => {
    const { page, context, email, assertClean } = await sitDown(browser(), product(), 'operator');
    await openScreen(page, 'Programmes and places');
    await page.getByRole('button', { name: 'Close: Aspen Lounge' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Close now' }).click();
    await dialog.getByText('Give a reason.').waitFor();
    await confirm(page, 'Close now', 'Burst pipe');
    await page.getByText('Burst pipe').waitFor();
    const refused = await traffic.venue.redeem(traffic.passIds[5]!, { resourceId: 'N00001' });
    assert.equal(refused.json.error, 'RESOURCE_CLOSED');
    await page.getByRole('button', { name: 'Open: Aspen Lounge' }).first().click();
    await confirm(page, 'Open');
    await page.getByText('Burst pipe').waitFor({ state: 'detached' });

    // Whether children count, and whether this programme offers it at all.
    await page.getByRole('button', { name: 'Children: Pennine Lounge' }).click();
    await confirm(page, 'Children come free');
    const pennine = page.getByRole('table', { name: 'Resources' }).locator('tbody tr', { hasText: 'Pennine Lounge' });
    await pennine.getByText('Come free').waitFor();
    const family = { resourceId: 'N00002', adultCount: 1, childCount: 2 };
    assert.equal(dataOf(await traffic.venue.redeem(traffic.passIds[5]!, family)).usedUsages, 1);
    await page.getByRole('button', { name: 'Withdraw: Pennine Lounge' }).click();
    await confirm(page, 'Withdraw');
    await pennine.waitFor({ state: 'detached' });
    const gone = await traffic.venue.redeem(traffic.passIds[5]!, family);
    assert.equal(gone.json.error, 'E_PASS_UNKNOWN');
    await page.getByText('Withdrawn', { exact: true }).click();
    await page.getByRole('button', { name: 'Offer again: Pennine Lounge' }).click();
    await confirm(page, 'Offer again');
    await page.getByText('Offered', { exact: true }).click();
    await pennine.waitFor();
    assert.equal((await traffic.venue.redeem(traffic.passIds[5]!, family)).status, 200);

    // The log knows who did it and why.
    await openScreen(page, 'Audit log');
    await page.getByLabel('By').fill(email);
    await page.getByLabel('To', { exact: true }).fill('N00001');
    await page.getByRole('button', { name: 'Search' }).click();
    const lines = page.getByRole('table', { name: 'Audit log' }).locator('tbody tr');
    await lines.filter({ hasText: 'Resource closed' }).filter({ hasText: 'Burst pipe' }).waitFor();
    await lines.nth(2).waitFor({ state: 'detached' });
    assert.equal(await lines.count(), 2);
    await page.getByRole('combobox', { name: 'Act' }).click();
    await page.getByRole('option', { name: 'Resource opened' }).click();
    await page.getByRole('button', { name: 'Search' }).click();
    await lines.filter({ hasText: 'Resource closed' }).waitFor({ state: 'detached' });
    assert.equal(await lines.filter({ hasText: 'resource.open' }).count(), 1);
    assertClean();
    await context.close();
  });

  test('an administrator sets up a programme, a hub and a resource', async () => {
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'administrator',
      '/console/DEMO/places/programmes',
    );
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Set up a programme' }).click();
    // A box stands beside its words, not above them.
    const box = await dialog.getByRole('checkbox').first().boundingBox();
    const words = await dialog.locator('label', { hasText: 'Lounge' }).first().boundingBox();
    assert.ok(words!.x > box!.x && Math.abs(words!.y + words!.height / 2 - box!.y - box!.height / 2) < 8);
    await takePictures(page, 'console-programme-form');
    await dialog.getByLabel('Name', { exact: true }).fill('Second programme');
    await dialog.getByLabel('Id', { exact: true }).fill('SECOND');
    await dialog.getByLabel('Issuer prefix').fill('4321');
    await dialog.getByRole('button', { name: 'Set up a programme' }).click();
    await page.getByRole('table', { name: 'Programmes' }).getByText('Second programme').waitFor();
    await page.getByRole('link', { name: 'Transport hubs' }).click();
    await page.getByRole('button', { name: 'Set up a hub' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Zurich Airport');
    await dialog.getByLabel('Airport').fill('zrh');
    await dialog.getByRole('button', { name: 'Set up a hub' }).click();
    await page.getByRole('table', { name: 'Transport hubs' }).getByText('Europe/Zurich').waitFor();
    await page.getByRole('link', { name: 'Resources' }).click();
    await page.getByRole('button', { name: 'Set up a resource' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Quiet room');
    await dialog.getByRole('combobox', { name: 'Transport hub' }).click();
    await page.getByRole('option', { name: /Zurich Airport/ }).click();
    await dialog.getByLabel('Where in the hub').fill('Pier A');
    await dialog.getByRole('button', { name: 'Set up a resource' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByLabel('Airport').fill('ZRH');
    await page.getByRole('table', { name: 'Resources' }).getByText('Quiet room').waitFor();
    await page.getByRole('button', { name: 'Change: Quiet room' }).click();
    await dialog.getByLabel('Where in the hub').fill('Pier B, level 2');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('table', { name: 'Resources' }).getByText('Pier B, level 2').waitFor();
    assertClean();
    await context.close();
  });

  test('an endpoint is registered and changed', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator', '/console/DEMO/push');
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Register an endpoint' }).click();
    await takePictures(page, 'console-endpoint-form');
    await dialog.getByLabel('Address').fill('ftp://partner.example/events');
    await dialog.getByRole('button', { name: 'Register an endpoint' }).click();
    await dialog.locator('[aria-invalid=true]').waitFor();
    const url = `${receiver.url}/second`;
    await dialog.getByLabel('Address').fill(url);
    await dialog.getByRole('button', { name: 'Register an endpoint' }).click();
    await page.getByRole('heading', { name: url }).waitFor();
    await page.getByRole('button', { name: 'Change' }).click();
    await dialog.getByLabel('Address').fill(`${url}/moved`);
    await dialog.getByRole('checkbox', { name: 'Issued' }).uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Tells: no longer Issued.').waitFor();
    await page.getByText(`Address: ${url}/moved instead of ${url}.`).waitFor();
    await confirm(page, 'Save the change');
    await page.getByRole('heading', { name: `${url}/moved` }).waitFor();
    const { endpoints } = dataOf(await traffic.partner.get('/v2/endpoints'));
    const changed = endpoints.find((endpoint: { url: string }) => endpoint.url === `${url}/moved`);
    assert.ok(changed.eventTypes.includes('walkin.redemption') && !changed.eventTypes.includes('epass.issued'));
    assertClean();
    await context.close();
  });

  test('an endpoint is tested, paused and resumed, and one event is sent again', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator', '/console/DEMO/push');
    await page.getByRole('link', { name: receiver.url, exact: true }).click();
    await page.getByRole('button', { name: 'Test' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send a test event' }).click();
    await dialog.getByText(/^Answered with 200/).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Pause' }).click();
    await confirm(page, 'Pause');
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await confirm(page, 'Resume');
    await page.getByText('Active', { exact: true }).waitFor();

    await page.locator('tbody tr').filter({ hasText: 'Delivered' }).first().getByRole('link').click();
    await page.getByText('Attempt 1').waitFor();
    const sent = receiver.received.length;
    await page.getByRole('button', { name: 'Send again' }).click();
    await confirm(page, 'Send again');
    await page.getByText('Attempt 2').waitFor({ timeout: 30_000 });
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-delivery', ['widest', 'narrow']);
    assert.ok(receiver.received.length > sent);
    assertClean();
    await context.close();
  });

  test('an account is made, signs in with its one-time password, is disabled, and gets another role', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'administrator');
    await openScreen(page, 'Accounts');
    await page.getByRole('button', { name: 'Make an account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('grace@example.com');
    await dialog.getByRole('button', { name: 'Make an account' }).click();
    await page.getByText('One-time password of grace@example.com').waitFor();
    const password = await takeSecret(page);
    // Nobody chose more: it has the programme that was looked at.
    await page.locator('tbody tr', { hasText: 'grace@example.com' }).getByText('DEMO', { exact: true }).waitFor();
    const grace = await openPage(browser(), product().baseUrl, { locale: 'en-GB' });
    await grace.page.goto('/console');
    await grace.page.getByLabel('E-mail').fill('grace@example.com');
    await grace.page.locator('input[autocomplete=current-password]').fill(password);
    await grace.page.keyboard.press('Enter');
    await grace.page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    await takePictures(grace.page, 'console-choose-password', ['widest', 'narrow']);

    await page.getByRole('button', { name: 'Disable: grace@example.com' }).click();
    await confirm(page, 'Disable');
    await page.getByRole('button', { name: 'Enable: grace@example.com' }).waitFor();
    await grace.page.reload();
    await grace.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByRole('button', { name: 'Enable: grace@example.com' }).click();
    await confirm(page, 'Enable');
    await page.getByRole('button', { name: 'Reset password: grace@example.com' }).click();
    await confirmAndStay(page, 'Reset password');
    assert.notEqual(await takeSecret(page), password);
    await page.getByRole('button', { name: 'Change: grace@example.com' }).click();
    await dialog.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'Auditor' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Role: Auditor instead of Operator.').waitFor();
    await confirm(page, 'Save the change');
    await page.locator('tbody tr', { hasText: 'grace@example.com' }).getByText('Auditor').waitFor();
    assertClean();
    await context.close();
    await grace.context.close();
  });

  test('a device is paired by the code that is shown, and revoked', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator');
    await openScreen(page, 'Devices');
    await page.getByText('No device yet').waitFor();
    await takePictures(page, 'console-devices-empty', ['widest', 'narrow']);
    await page.getByRole('button', { name: 'Pair a device' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Tablet at the entrance');
    await dialog.getByRole('combobox', { name: 'Place' }).click();
    await page.getByRole('option', { name: /Aspen Lounge/ }).click();
    await dialog.getByRole('button', { name: 'Show the code' }).click();
    await dialog.getByRole('img', { name: 'QR code that pairs the device' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-devices-code', ['widest', 'narrow']);
    const [read] = await readCodes(await dialog.getByRole('img', { name: /^QR code/ }).screenshot());
    const link = new URL(read!);
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Waits for pairing').waitFor();
    // What a phone reads off the screen is the address that pairs it.
    const desk = await openStranger(browser(), product().baseUrl);
    await desk.page.goto(link.pathname + link.hash);
    await screen(desk.page, 'ready');
    const device = page.getByRole('table', { name: 'Devices' }).locator('tbody tr');
    await device.getByText('Paired', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Revoke: Tablet at the entrance' }).click();
    await confirm(page, 'Revoke');
    await device.getByText('Revoked', { exact: true }).waitFor();
    // By itself it would hear of it with its next beat.
    await desk.page.reload();
    await screen(desk.page, 'revoked');
    assertClean();
    await desk.context.close();
    await context.close();
  });

  /** Presses the button of a question that another dialog follows. */
  const confirmAndStay = async (page: Page, action: string) => {
    await page.getByRole('dialog').getByRole('button', { name: action, exact: true }).click();
    await page.getByRole('dialog', { name: 'One-time password' }).waitFor();
  };

  const screens = () =>
    [
      ['partners', 'partners', 'Requests a minute', 'Partner anlegen'],
      ['partner', `partners/${partnerId()}`, 'By operation', 'Nach Operation'],
      ['resources', 'places/resources', 'Aspen Lounge', 'Einrichtung anlegen'],
      ['hubs', 'places/hubs', 'Manchester', 'Knoten anlegen'],
      ['programmes', 'places/programmes', 'Issuer prefix', 'Programm anlegen'],
      ['push', 'push', receiver.url, 'Endpunkt eintragen'],
      ['endpoint', `push/${endpointId}`, 'Delivered', 'Zustellungen'],
      ['bulk', 'bulk', 'No file yet', 'Neue Datei'],
      ['devices', 'devices', 'Tablet at the entrance', 'Gerät koppeln'],
      ['accounts', 'accounts', 'Reset password', 'Konto anlegen'],
      ['audit-log', 'audit-log', 'account.sign-in', 'Handlung'],
    ] as const;

  test('each screen is accessible and fits every width, light and dark, and speaks German', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const seat = await sitDown(browser(), product(), 'administrator', '/console', { colorScheme });
      const { page } = seat;
      for (const [name, path, text] of screens()) {
        await walkTo(page, `/console/DEMO/${path}`);
        await page.locator('main').getByText(text).first().waitFor();
        assert.deepEqual(await accessibilityFaults(page), [], `${name}, ${colorScheme}`);
        await takePictures(
          page,
          `console-${name}-${colorScheme}`,
          colorScheme === 'light' ? ['widest', 'narrow'] : ['wide'],
        );
      }
      seat.assertClean();
      await seat.context.close();
    }
    const seat = await sitDown(browser(), product(), 'administrator', '/console', { locale: 'de-DE' });
    await seat.page.getByRole('button', { name: /^(Account|Konto)/ }).click();
    await seat.page.getByText('Deutsch', { exact: true }).click();
    await seat.page.keyboard.press('Escape');
    for (const [name, path, , german] of screens()) {
      await walkTo(seat.page, `/console/DEMO/${path}`);
      await seat.page.locator('main').getByText(german).first().waitFor();
      await takePictures(seat.page, `console-${name}-german`, ['narrow']);
    }
    await seat.context.close();
  });

  test('an auditor sees, and has nothing to change it with', async () => {
    const { page, context, email, assertClean } = await sitDown(browser(), product(), 'auditor');
    for (const [name, path, text] of screens().filter(([screen]) => screen !== 'accounts')) {
      await walkTo(page, `/console/DEMO/${path}`);
      await page.locator('main').getByText(text).first().waitFor();
      const buttons = await page.locator('main').getByRole('button').allInnerTexts();
      const acts = buttons.filter((word) =>
        /^(Create|Set up|Change|Close|Open|Withdraw|Revoke|Add|New|Test|Pause|Register)/.test(word),
      );
      assert.deepEqual(acts, [], name);
    }
    await page.goto('/console/DEMO/accounts');
    await page.getByText('There is no such page').waitFor();
    await page.goto('/console/DEMO/audit-log?actor=nobody');
    await page.getByText('Nothing was done').waitFor();
    assert.doesNotMatch(await contentOf(page), new RegExp(email));
    await context.clearCookies();
    await page.goto('/console/DEMO/partners');
    await signIn(page, email);
    await page.getByRole('heading', { name: 'Partners' }).waitFor();
    assertClean();
    await context.close();
  });
});
