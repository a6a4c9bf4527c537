/** What a save at the console takes away is asked about first, by name; what only adds or renames is not. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { accessibilityFaults, browserHere, takePictures, withoutBrowser } from '../harness/browser.ts';
import { confirm, contentOf, sitDown, walkTo } from '../harness/console.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { addAccount } from '../harness/people.ts';

describe('saves at the console that take something away', { skip: withoutBrowser }, () => {
  const product = embeddedProduct();
  const browser = browserHere();

  const form = (page: Page) =>
    page.getByRole('dialog').filter({ has: page.getByRole('button', { name: 'Save', exact: true }) });
  const question = (page: Page) => page.getByRole('dialog', { name: 'Save this change?' });
  const save = (page: Page) => form(page).getByRole('button', { name: 'Save', exact: true }).click();

  test('a partner loses what it may do only after a question that names it', async () => {
    const path = `/console/DEMO/partners/${product().credentials.venue.issuer}`;
    const { page, context, assertClean } = await sitDown(browser(), product(), 'administrator', path);
    await page.getByRole('button', { name: 'Change' }).click();
    await form(page).getByRole('checkbox', { name: 'Operate' }).check();
    await save(page);
    // It only gains: nothing is asked.
    await form(page).waitFor({ state: 'hidden' });
    await page.getByText('The partner is changed.').waitFor();

    await page.getByRole('button', { name: 'Change' }).click();
    await form(page).getByRole('checkbox', { name: 'Use at doors' }).uncheck();
    await save(page);
    await question(page).getByText('May: no longer Use at doors.').waitFor();
    await question(page)
      .getByText(/^Doors: no longer .*N00001/)
      .waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-question-partner', ['widest', 'narrow']);
    // Escape is the question's alone: what was entered is still there.
    await page.keyboard.press('Escape');
    await question(page).waitFor({ state: 'hidden' });
    assert.equal(await form(page).getByRole('checkbox', { name: 'Use at doors' }).isChecked(), false);
    // What the server refuses after the yes stands at the field.
    await form(page).getByRole('checkbox', { name: 'Operate' }).uncheck();
    await save(page);
    await confirm(page, 'Save the change');
    await form(page).getByText('This is too short.').waitFor();
    await form(page).getByRole('checkbox', { name: 'Operate' }).check();
    await save(page);
    await confirm(page, 'Save the change');
    await form(page).waitFor({ state: 'hidden' });
    await page.locator('main').getByText('Use at doors').waitFor({ state: 'detached' });
    assertClean();
    await context.close();
  });

  test('a programme loses modules only after a question, and keeps them in the order of their numbers', async () => {
    const path = '/console/DEMO/places/programmes';
    const { page, context, assertClean } = await sitDown(browser(), product(), 'administrator', path);
    const change = page.getByRole('button', { name: /^Change: / }).first();
    const module = (name: string) => form(page).getByRole('group', { name: 'Modules' }).getByLabel(name);
    const kept = async () => {
      const answer = await page.request.get('/v2/programmes');
      return (await answer.json()).data.programmes[0].modules;
    };
    await change.click();
    await module('Lounge').uncheck();
    await module('Lounge').check();
    await module('Fitness').check();
    await save(page);
    await form(page).waitFor({ state: 'hidden' });
    assert.deepEqual(await kept(), [1, 2, 3, 4, 7]);
    await change.click();
    await module('Fitness').uncheck();
    await module('Coupon').uncheck();
    await form(page).getByRole('switch', { name: 'Sandbox' }).uncheck();
    await save(page);
    await question(page).getByText('Modules: no longer Coupon, Fitness.').waitFor();
    await question(page)
      .getByText(/^It goes live/)
      .waitFor();
    await takePictures(page, 'console-question-programme', ['widest']);
    await question(page).getByRole('button', { name: 'Not now' }).click();
    await question(page).waitFor({ state: 'hidden' });
    assert.deepEqual(await kept(), [1, 2, 3, 4, 7]);
    await form(page).getByRole('switch', { name: 'Sandbox' }).check();
    await save(page);
    await confirm(page, 'Save the change');
    await form(page).waitFor({ state: 'hidden' });
    assert.deepEqual(await kept(), [1, 2, 3]);
    assertClean();
    await context.close();
  });

  test('an account has every programme only where that is chosen, and no empty list of them', async () => {
    const email = await addAccount(product(), { role: 'operator', programIds: ['DEMO'] });
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'administrator',
      '/console/DEMO/accounts',
    );
    const row = page.locator('tbody tr', { hasText: email });
    await row.getByRole('button', { name: /^Change/ }).click();
    await form(page).getByRole('combobox', { name: 'Only these' }).press('Backspace');
    // The list of choices that opened lies over the button.
    await page.keyboard.press('Tab');
    await save(page);
    await form(page).getByText('Choose at least one programme, or “Every programme”.').waitFor();
    assert.equal(await question(page).count(), 0);
    await takePictures(page, 'console-account-no-programme', ['widest', 'narrow']);
    assert.deepEqual(await accessibilityFaults(page), []);
    await row.getByText('DEMO', { exact: true }).waitFor();

    await form(page).getByText('Every programme', { exact: true }).click();
    await save(page);
    await question(page)
      .getByText(/^Programmes: every one \(those that come later included\) instead of /)
      .waitFor();
    await takePictures(page, 'console-question-account', ['widest']);
    await confirm(page, 'Save the change');
    await row.getByText('Every one', { exact: true }).waitFor();
    assertClean();
    await context.close();
  });

  test('the audit log tells in words what became another, in both languages', async () => {
    const { page, context, assertClean } = await sitDown(
      browser(),
      product(),
      'administrator',
      '/console/DEMO/audit-log',
    );
    const line = (act: string) => page.getByRole('table').locator('tbody tr', { hasText: act }).first();
    const told = line('programme.change').getByText(
      'Lounge, Fast track, Set meal, Coupon, Fitness → Lounge, Fast track, Set meal',
    );
    const textOf = async (act: string) => (await line(act).textContent()) ?? '';
    await told.waitFor();
    // The name stayed as it was.
    assert.doesNotMatch(await textOf('programme.change'), /Name:/);
    assert.match(await textOf('account.change'), /Programmes:\s*DEMO → every/);
    assert.match(await textOf('client.change'), /May:\s*.*Use at doors.* → Operate/);
    assert.doesNotMatch(await contentOf(page), /[{}"]|null|true|false/);
    await takePictures(page, 'console-audit-log-changes', ['widest', 'narrow']);
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByText('Deutsch', { exact: true }).click();
    await page.keyboard.press('Escape');
    await walkTo(page, '/console/DEMO/audit-log');
    await line('account.change').getByText('DEMO → alle').waitFor();
    await line('client.change').getByText('Darf:').waitFor();
    await takePictures(page, 'console-audit-log-changes-german', ['widest']);
    assertClean();
    await context.close();
  });
});
