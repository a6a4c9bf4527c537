/** Every screen of the console as people see it: figures, tables, files, both themes, both languages, every width. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  accessibilityFaults,
  browserHere,
  openPage,
  sidewaysScroll,
  takePictures,
  withoutBrowser,
} from '../harness/browser.ts';
import { dataOf } from '../harness/client.ts';
import { contentOf, makeTraffic, signIn, sitDown, type Traffic, walkTo } from '../harness/console.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { addAccount, openPerson, testPassword } from '../harness/people.ts';

describe('screens of the console', { skip: withoutBrowser }, () => {
  const product = embeddedProduct();
  const browser = browserHere();
  let traffic: Traffic;
  before(async () => {
    traffic = await makeTraffic(product());
  });

  /** Every screen with what must be there before it is looked at. */
  const screens = () =>
    [
      ['today', 'today', 'Refusals by reason'],
      ['passes', 'passes?text=traveller-1', 'Ada Lovelace'],
      ['pass', `passes/${traffic.passIds[0]}`, 'through Demo venue'],
      ['issue', 'passes/issue', 'What it is good for'],
      ['usage', 'reports/usage', 'Usages over time, gross'],
      ['liability', 'reports/liability', 'Rolling forward'],
      ['expiring', 'reports/expiring?days=90', 'Ada Lovelace'],
      ['refusals', 'reports/refusals', 'Too few usages left'],
      ['settlement', 'reports/settlement?from=2026-01-01&through=2026-12-31', 'Rates'],
    ] as const;

  const settle = (page: Page, text: string) => page.locator('main').getByText(text).first().waitFor();

  test('each is accessible, fits every width and needs nobody else, light and dark', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'administrator');
    for (const [name, path, text] of screens()) {
      await walkTo(page, `/console/DEMO/${path}`);
      await settle(page, text);
      assert.deepEqual(await accessibilityFaults(page), [], name);
      await takePictures(page, `console-${name}`, ['widest', 'narrow']);
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.setViewportSize({ width: 360, height: 740 });
      assert.deepEqual(await accessibilityFaults(page), [], `${name} in the dark, narrow`);
      await takePictures(page, `console-${name}-dark`, ['wide']);
      await page.emulateMedia({ colorScheme: 'light' });
    }
    // The menu of a narrow window opens over the screen.
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Open the menu' }).click();
    assert.deepEqual(await accessibilityFaults(page), [], 'the menu');
    await takePictures(page, 'console-menu', ['narrow']);
    await page.getByRole('link', { name: 'Today' }).click();
    await settle(page, 'Refusals by reason');
    assertClean();
    await context.close();
  });

  test('on a tablet and a small laptop no screen is pushed sideways and no button is cut, in both languages', async () => {
    const cut = `[...document.querySelectorAll('main button')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).map(({ outerHTML }) => outerHTML)`;
    const places = [
      [`passes/${traffic.passIds[0]}`, 'Demo venue'],
      ['places/programmes', '1788'],
      ['places/resources', 'Aspen Lounge'],
      ['accounts', 'admin@passdesk.local'],
      ['partners', 'demo-partner'],
      [`partners/${product().credentials.partner.issuer}`, 'demo-partner'],
      ['passes?text=traveller-1', 'Ada Lovelace'],
      ['audit-log', 'account.sign-in'],
    ] as const;
    const { page, context, assertClean } = await sitDown(browser(), product(), 'administrator');
    for (const language of ['English', 'Deutsch']) {
      await page.getByRole('button', { name: /^(Account|Konto)/ }).click();
      await page.getByText(language, { exact: true }).click();
      await page.keyboard.press('Escape');
      for (const [path, text] of places) {
        await walkTo(page, `/console/DEMO/${path}`);
        await settle(page, text);
        for (const width of [768, 1024, 1160, 1280, 1366, 1440]) {
          await page.setViewportSize({ width, height: 900 });
          // A plot is drawn anew for its width some frames later; what stays too wide is named below.
          for (let tries = 0; tries < 20 && (await sidewaysScroll(page)).length > 0; tries += 1) {
            await page.waitForTimeout(100);
          }
          assert.deepEqual(await sidewaysScroll(page), [], `${path} at ${width}, ${language}`);
          assert.deepEqual(await page.evaluate(cut), [], `${path} at ${width}, ${language}`);
        }
      }
    }
    assertClean();
    await context.close();
  });

  test('sign-in is accessible, tells what is wrong and not which, and leads to where one was going', async () => {
    const email = await addAccount(product(), { role: 'operator' });
    const { page, context, assertClean } = await openPage(browser(), product().baseUrl, { locale: 'en-GB' });
    await page.goto('/console/DEMO/reports/liability');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-sign-in');
    await page.getByLabel('E-mail').fill(email);
    await page.locator('input[autocomplete=current-password]').fill('not the password of anybody');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('E-mail or password is wrong').waitFor();
    await signIn(page, email);
    await settle(page, 'Rolling forward');

    // The session is over: what was on the screen goes, and comes back after signing in again.
    await context.clearCookies();
    await page.getByRole('link', { name: 'Usage' }).click();
    await page.getByText('Your session has ended.').waitFor();
    assert.equal(await page.getByText('Rolling forward').count(), 0);
    await signIn(page, email);
    await settle(page, 'Usages over time, gross');
    await page.getByRole('button', { name: `Account: ${email}` }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();

    // Whoever has a one-time password chooses another before anything else.
    const newcomer = await addAccount(product(), { role: 'auditor', passwordIsTemporary: true });
    await page.getByLabel('E-mail').fill(newcomer);
    await page.locator('input[autocomplete=current-password]').fill(testPassword);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Choose a password' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    const choose = async (password: string, again: string) => {
      await page.getByLabel('Present password').fill(testPassword);
      await page.getByLabel('New password', { exact: true }).fill(password);
      await page.getByLabel('New password, once more').fill(again);
    };
    await choose('a walk along the river', 'a walk along the liver');
    await page.getByText('These two are not the same.').waitFor();
    await choose('short', 'short');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Choose another password').waitFor();
    await choose('a walk along the river', 'a walk along the river');
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password is changed.').waitFor();
    await page.locator('nav#menu').waitFor();
    assertClean();
    await context.close();
  });

  test('Today tells who came, who was refused and why, as plot and as table', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'auditor', '/console/DEMO/today');
    await settle(page, 'Refusals by reason');
    const reader = await openPerson(product(), { role: 'auditor' });
    const report = dataOf(await reader.get('/v2/reports/today'));
    const figure = (name: string) => page.locator('dl > div').filter({ hasText: name }).locator('dd > span').first();
    assert.deepEqual(await figure('Visits').allInnerTexts(), [String(report.today.uses)]);
    assert.deepEqual(await figure('People').allInnerTexts(), [String(report.today.people)]);
    assert.deepEqual(await figure('Refused').allInnerTexts(), [String(report.today.refusals)]);
    const reasons = page.getByRole('table', { name: 'Refusals by reason' });
    assert.match((await reasons.allInnerTexts()).join(), /Too few usages left/);
    // The plot and its table hold the same figures: the bottom line is the number of visits.
    await page.getByRole('img', { name: 'Visits per hour, by venue' }).waitFor();
    await page.getByText('Table', { exact: true }).click();
    const totals = await page.locator('tfoot td').allInnerTexts();
    assert.equal(
      totals.map(Number).reduce((sum, part) => sum + part, 0),
      report.today.uses,
    );
    assertClean();
    await context.close();
  });

  test('usages are told by each of their sides, with one sum', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'auditor', '/console/DEMO/today');
    const sums = new Set<string>();
    for (const [by, side, name] of [
      ['module', 'Module', 'Lounge'],
      ['resource', 'Venue', 'Aspen Lounge · N00001'],
      ['iata', 'Airport', 'MAN'],
      ['country', 'Country', 'Hong Kong'],
      ['client', 'Partner', 'Demo'],
    ] as const) {
      await walkTo(page, `/console/DEMO/reports/usage?by=${by}`);
      const table = page.getByRole('table', { name: side });
      await table.locator('tbody').getByText(name).first().waitFor();
      sums.add((await table.locator('tfoot td').allInnerTexts()).slice(-5).join(' '));
    }
    assert.equal(sums.size, 1, [...sums].join(' | '));
    assertClean();
    await context.close();
  });

  test('liability rolls forward, usage adds up, and each report comes as the CSV of the API', async () => {
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'auditor',
      '/console/DEMO/reports/liability',
    );
    await settle(page, 'Rolling forward');
    const cells = await page.getByRole('table', { name: 'Rolling forward' }).locator('tfoot td').allInnerTexts();
    const [opening, issued, used, givenBack, cancelled, expired, closing] = cells.slice(1).map(Number);
    assert.equal(opening! + issued! - used! + givenBack! - cancelled! - expired!, closing);
    assert.equal(issued, 8 * 30);
    for (const [path, heading] of [
      ['today', 'hour'],
      ['reports/usage', 'netUsages'],
      ['reports/liability', 'opening'],
      ['reports/expiring', 'expirationDate'],
      ['reports/refusals', 'count'],
      ['reports/settlement', 'amount'],
      [`passes/${traffic.passIds[0]}`, 'kind'],
    ] as const) {
      await walkTo(page, `/console/DEMO/${path}`);
      const saving = page.waitForEvent('download');
      await page
        .getByRole('button', { name: /download as CSV/ })
        .first()
        .click();
      const saved = await saving;
      assert.match(saved.suggestedFilename(), /\.csv$/);
      const [head] = (await readFile(await saved.path(), 'utf8')).split('\r\n');
      assert.ok(head!.includes(`"${heading}"`), `${path}: ${head}`);
    }
    assertClean();
    await context.close();
  });

  test('an administrator enters a rate, and what was used is settled at it', async () => {
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'administrator',
      '/console/DEMO/reports/settlement?from=2026-01-01&through=2099-12-31',
    );
    await page.getByRole('button', { name: 'Enter a rate' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('For one usage').fill('a lot');
    await dialog.getByRole('button', { name: 'Enter a rate' }).click();
    await dialog.getByText('This is too small.').waitFor();
    await dialog.getByLabel('For one usage').fill('21.50');
    await dialog.getByLabel('In force from').fill('2020-01-01T00:00');
    await dialog.getByRole('button', { name: 'Enter a rate' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('cell', { name: '£21.50' }).first().waitFor();
    assertClean();
    await context.close();
  });

  test('the keyboard alone does everything, and German says everything', async () => {
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'operator',
      `/console/DEMO/passes/${traffic.passIds[1]}`,
    );
    await page.getByRole('heading', { name: 'Grace Hopper' }).waitFor();
    // The first stop leads past the menu.
    await page.keyboard.press('Tab');
    assert.deepEqual(await page.locator(':focus').allInnerTexts(), ['Skip to the content']);
    await page.getByRole('button', { name: 'Suspend' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Suspend the pass of Grace Hopper?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.locator('button:focus', { hasText: 'Suspend' }).waitFor();

    await page.getByRole('button', { name: /^Account/ }).press('Enter');
    await page.getByText('Deutsch', { exact: true }).click();
    await page.getByText('Was geschah').waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), 'de');
    assert.match(await contentOf(page), /über Demo venue/);
    await takePictures(page, 'console-pass-german', ['wide', 'narrow']);
    for (const [name, path] of screens()) {
      await walkTo(page, `/console/DEMO/${path}`);
      await page.locator('h1').waitFor();
      assert.doesNotMatch(await contentOf(page), /\b(Visits|Usages|Refused|Valid until|Show more|Search)\b/, name);
    }
    assertClean();
    await context.close();
  });

  test('an answer that does not come is told, and asked for again', async () => {
    const { page, context } = await sitDown(browser(), product(), 'auditor', '/console/DEMO/passes');
    await page.route('**/v2/orders/ePasses/find', (route) => route.abort());
    await page.goto('/console/DEMO/passes?text=traveller-1');
    await page.getByText('Passdesk did not answer.').waitFor();
    await page.unroute('**/v2/orders/ePasses/find');
    await page.getByRole('button', { name: 'Try again' }).click();
    await settle(page, 'Ada Lovelace');
    await context.close();
  });
});
