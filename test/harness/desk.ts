/** A front desk in a browser: paired by link, scanned at, and looked at. */
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { accessibilityFaults, openPage, takePictures, type WatchedPage } from './browser.ts';
import { openClient, type TestClient } from './client.ts';
import { type MadeDevice, makeDevice } from './devices.ts';
import { addClient } from './embedded-product.ts';
import type { ProductHere } from './product.ts';

/** A phone, in English, with the time zone of somewhere else than the place. */
export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 800 },
  locale: 'en-GB',
  timezoneId: 'America/New_York',
  hasTouch: true,
};

/** The client of whoever runs the demo programme, and pairs the devices of a test. */
export async function openLead(product: ProductHere): Promise<TestClient> {
  const wish = { clientId: 'lead', scopes: ['operator'] as const, programs: ['DEMO'] };
  return openClient(product.baseUrl, await addClient(product, wish));
}

export interface PairedDesk extends WatchedPage {
  readonly device: MadeDevice;
}

/** Opens the desk with the link that the console shows, and waits until it is ready. */
export async function openDesk(
  browser: Browser,
  baseUrl: string,
  operator: TestClient,
  options: BrowserContextOptions = {},
): Promise<PairedDesk> {
  const device = await makeDevice(operator, 'N00001', 'Tablet at the entrance');
  const watched = await openPage(browser, baseUrl, { ...phone, ...options });
  await watched.page.goto(pairingPath(device));
  await screen(watched.page, 'ready');
  await watched.page.getByText('Aspen Lounge').first().waitFor();
  return { ...watched, device };
}

/** The link that the console shows, on whatever address the test's product has. */
export function pairingPath({ pairingUrl }: MadeDevice): string {
  const { pathname, hash } = new URL(pairingUrl);
  return pathname + hash;
}

/** Opens the desk as a device that is not paired. */
export async function openStranger(browser: Browser, baseUrl: string): Promise<WatchedPage> {
  const watched = await openPage(browser, baseUrl, phone);
  await watched.page.goto('/desk');
  return watched;
}

/** Waits until the page shows this screen; a failure tells what it shows instead, and how the camera is. */
export async function screen(page: Page, kind: string): Promise<void> {
  try {
    await page.locator(`[data-screen="${kind}"]`).waitFor();
  } catch (problem) {
    const shown = await page.evaluate(`[...document.querySelectorAll('[data-screen], [data-camera], video')]
      .map(({ dataset, currentTime }) => JSON.stringify({ ...dataset, currentTime }))
      .concat(document.body.innerText).join(' | ')`);
    throw new Error(`no screen "${kind}", but ${shown}`, { cause: problem });
  }
}

/** Sends keys as a wedge scanner does, eight milliseconds apart by their own clock, whatever has the focus. */
export async function wedge(page: Page, text: string, end = 'Enter'): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const start = Date.now() / 1_000;
  const keys = [...text].map((key) => ({ key, text: key, code: /[0-9]/.test(key) ? `Digit${key}` : '' }));
  const last = end === '' ? [] : [{ key: end, text: end === 'Enter' ? '\r' : '', code: end }];
  await Promise.all(
    [...keys, ...last].flatMap(({ key, text: typed, code }, index) => {
      const timestamp = start + index * 0.008;
      const down = { type: 'keyDown' as const, key, code, text: typed, timestamp };
      return [
        session.send('Input.dispatchKeyEvent', down),
        session.send('Input.dispatchKeyEvent', { type: 'keyUp', key, code, timestamp: timestamp + 0.002 }),
      ];
    }),
  );
  await session.detach();
}

/** Takes pictures of a screen, light and dark, and holds it to the rules: axe, and 48 pixels for whatever is pressed. */
export async function lookAt(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await accessibilityFaults(page), [], `${name}, ${colorScheme}`);
    await takePictures(
      page,
      `desk-${name}-${colorScheme}`,
      colorScheme === 'light' ? ['widest', 'narrow'] : ['narrow'],
    );
  }
  await page.emulateMedia({ colorScheme: 'light' });
  assert.deepEqual(await smallTargets(page), [], `${name}: smaller than 48 pixels`);
}

/** What can be pressed and is too small for a thumb. */
export async function smallTargets(page: Page): Promise<string[]> {
  const found = await page.evaluate(`[...document.querySelectorAll('button, input, a, summary, label:has(input)')]
    .filter((element) => element.checkVisibility() && !element.closest('[inert]') && element.type !== 'checkbox')
    .map((element) => [element, element.getBoundingClientRect()])
    .filter(([, { width, height }]) => width < 48 || height < 48)
    .map(([element, { width, height }]) => Math.round(width) + 'x' + Math.round(height) + ' ' + element.outerHTML.slice(0, 120))`);
  return found as string[];
}
