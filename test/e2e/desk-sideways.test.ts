/** The front desk on a phone that lies on its side: the window is low, and what counts is seen all the same. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import {
  accessibilityFaults,
  browserHere,
  sidewaysScroll,
  takePictureAsIs,
  withoutBrowser,
} from '../harness/browser.ts';
import { openClient, type TestClient } from '../harness/client.ts';
import { openDesk, openLead, screen, smallTargets, wedge } from '../harness/desk.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';

const sizes = [
  { width: 740, height: 360 },
  { width: 844, height: 390 },
  { width: 915, height: 412 },
] as const;

/** Fails unless each of what is found has its whole box in the window and nothing over its centre. */
async function assertSeen(page: Page, selector: string, scroll = false): Promise<void> {
  const faults = await page.evaluate(`(() => {
    const found = [...document.querySelectorAll(${JSON.stringify(selector)})].filter((one) => !one.closest('[inert]'));
    const faultOf = (element) => {
      if (${scroll}) element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      const { x, y, width, height, bottom } = element.getBoundingClientRect();
      if (height < 10 || y < -1 || bottom > innerHeight + 1) return element.textContent + ' from ' + y + ' to ' + bottom;
      const top = document.elementFromPoint(x + width / 2, y + height / 2);
      return element.contains(top) ? '' : element.textContent + ' under ' + top?.outerHTML.slice(0, 200);
    };
    return found.length === 0 ? ['not there'] : found.map(faultOf).filter((fault) => fault !== '');
  })()`);
  assert.deepEqual(faults, [], `${selector} at ${JSON.stringify(page.viewportSize())}`);
}

/** Holds a verdict to the rules at each size: word and reason at once, each fact at once or by scrolling its column. */
async function assertLegible(page: Page, name: string): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(size);
    await page.evaluate(`document.querySelector('.verdict-scroll').scrollTo(0, 0)`);
    await assertSeen(page, '.verdict :is(h1, .word, .reason, .shape)');
    await assertSeen(page, '.actions button');
    // Whatever follows, the first two facts are there without a touch: when and where, or how many are left.
    await assertSeen(page, '.facts div:nth-child(-n + 2)');
    await takePictureAsIs(page, `desk-sideways-${name}`);
    await assertSeen(page, '.facts div', true);
    assert.deepEqual(await smallTargets(page), [], `${name}: smaller than 48 pixels`);
    assert.deepEqual(await sidewaysScroll(page), [], name);
    assert.deepEqual(await accessibilityFaults(page), [], name);
  }
}

describe('front desk on a phone on its side', { skip: withoutBrowser }, () => {
  let partner: TestClient;
  let operator: TestClient;
  const product = embeddedProduct(async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
    operator = await openLead(here);
  });
  const browser = browserHere();

  test('each verdict shows its word, the name, the facts and what to press; the last scans stand beside', async () => {
    const { page, context, assertClean } = await openDesk(browser(), product().baseUrl, operator, {
      viewport: sizes[0],
    });
    const { ePassId } = await partner.issue(1, { firstName: 'Grace', lastName: 'Hopper' });
    await wedge(page, ePassId);
    await screen(page, 'good');
    await page.getByRole('heading', { name: 'Good Grace Hopper' }).waitFor();
    await assertLegible(page, 'good');
    await page.getByRole('button', { name: 'Admit 1' }).click();
    await screen(page, 'admitted');
    await assertLegible(page, 'admitted');
    await page.getByRole('button', { name: 'Next guest' }).click();
    await wedge(page, ePassId);
    await page.getByRole('heading', { name: 'Do not admit Already used' }).waitFor();
    const facts = await page.locator('.facts div').allInnerTexts();
    assert.match(facts.slice(0, 2).join(' ').replace(/\s+/g, ' '), /Last used .* Where Aspen Lounge/);
    await assertLegible(page, 'refused');
    await page.getByRole('button', { name: 'Next guest' }).click();
    await screen(page, 'ready');
    for (const size of sizes) {
      await page.setViewportSize(size);
      await assertSeen(page, '.recent li button');
      await assertSeen(page, '.check', true);
      assert.deepEqual(await sidewaysScroll(page), []);
      await takePictureAsIs(page, 'desk-sideways-ready');
    }
    assert.deepEqual(await smallTargets(page), []);
    assertClean();
    await context.close();
  });
});
