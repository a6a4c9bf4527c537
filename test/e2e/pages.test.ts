/** Whatever no page of ours may do is noticed by the tests that look at pages; on a page that does it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { servePages } from '../../src/http/pages.ts';
import { openServer } from '../../src/http/server.ts';
import { packageRoot } from '../../src/system/package-root.ts';
import { browserHere, openPage, withoutBrowser } from '../harness/browser.ts';

describe('what a page must not do', { skip: withoutBrowser }, () => {
  const browser = browserHere();
  const server = openServer(() => {});
  let baseUrl = '';
  before(async () => {
    servePages(server, new URL('dist/web/', packageRoot()));
    baseUrl = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  after(() => server.close());

  test('its own files alone are clean', async () => {
    const { page, context, assertClean } = await openPage(browser(), baseUrl);
    await page.goto('/console');
    await page.locator('#root > *').first().waitFor({ state: 'attached' });
    assertClean();
    await context.close();
  });

  test('breaking its policy is noticed', async () => {
    const { page, context, assertClean } = await openPage(browser(), baseUrl);
    await page.goto('/console');
    const seen = page.waitForEvent('console', (message) => /Content Security Policy/.test(message.text()));
    await page.evaluate(`document.body.append(Object.assign(document.createElement('style'), { textContent: 'p{}' }))`);
    await seen;
    assert.throws(assertClean, /Content Security Policy/);
    await context.close();
  });

  test('opening a dialog, and asking another server, are noticed', async () => {
    const { page, context, assertClean } = await openPage(browser(), baseUrl);
    await page.goto('/console');
    await page.evaluate(`alert('hello')`);
    assert.throws(assertClean, /dialog: hello/);
    const asked = context.waitForEvent('request');
    await page.goto('https://elsewhere.example/').catch(() => {});
    await asked;
    assert.throws(assertClean, /asked another server: https:..elsewhere.example/);
    await context.close();
  });
});
