import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { accessibilityFaults, browserHere, openPage, withoutBrowser } from '../harness/browser.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';

describe('pages in a browser', { skip: withoutBrowser }, () => {
  const product = embeddedProduct();
  const browser = browserHere();

  test('the console opens with its own files only, breaks no policy and is accessible', async () => {
    const { page, context, assertClean } = await openPage(browser(), product().baseUrl);
    await page.goto('/console');
    await page.getByRole('heading', { name: 'Passdesk' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    assertClean();
    await context.close();
  });

  test('whatever a page must not do is noticed', async () => {
    const { page, context, assertClean } = await openPage(browser(), product().baseUrl);
    await page.goto('/console');
    await page.evaluate(`document.body.insertAdjacentHTML
      ? document.body.append(Object.assign(document.createElement('img'), { src: 'https://elsewhere.example/pixel.png' }))
      : null`);
    await page.evaluate(`document.body.append(Object.assign(document.createElement('style'), { textContent: 'p{}' }))`);
    await page.waitForTimeout(100);
    assert.throws(assertClean, /Content Security Policy/);
    await context.close();
  });
});
