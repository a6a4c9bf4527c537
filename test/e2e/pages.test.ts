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
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    assertClean();
    await context.close();
  });

  test('whatever a page must not do is noticed', async () => {
    const { page, context, assertClean } = await openPage(browser(), product().baseUrl);
    await page.goto('/console');
    const seen = page.waitForEvent('console', (message) => /Content Security Policy/.test(message.text()));
    await page.evaluate(`document.body.append(Object.assign(document.createElement('style'), { textContent: 'p{}' }))`);
    await seen;
    assert.throws(assertClean, /Content Security Policy/);
    await context.close();
  });

  test('a page that asks another server, or opens a dialog, is noticed', async () => {
    const { page, context, assertClean } = await openPage(browser(), product().baseUrl);
    await page.goto('/docs');
    await page.evaluate(`alert('hello')`);
    assert.throws(assertClean, /dialog: hello/);
    const asked = context.waitForEvent('request');
    await page.goto('https://elsewhere.example/').catch(() => {});
    await asked;
    assert.throws(assertClean, /asked another server: https:..elsewhere.example/);
    await context.close();
  });
});
