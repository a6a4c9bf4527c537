/** A real browser for tests of the pages: the system's Chromium, driven by playwright-core. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before } from 'node:test';
import axe from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { packageRoot } from '../../src/system/package-root.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
const executablePath = places.find((place) => existsSync(place));

/** For a suite's options: why there is no browser, or false; CI=true lets nothing be skipped. */
export const withoutBrowser =
  executablePath === undefined ? `no Chromium at ${places.join(' or ')} (Debian: apt-get install chromium)` : false;

/** Pictures of the pages, for people to look at; not kept by git. */
const artefacts = new URL('test/e2e/artefacts/', packageRoot()).pathname;

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser, with `more` flags. */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath!, headless: true, args: [...flags, ...more] });
}

/** Starts the browser for the suite that is being defined, with `more` flags; gives the function that gives it. */
export function browserHere(more: readonly string[] = []): () => Browser {
  let browser: Browser | undefined;
  before(async () => {
    browser = await launchBrowser(more);
  });
  after(() => browser?.close());
  return () => browser!;
}

/** A page that is watched: `faults` are what the page did that no page of ours may do. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Fails when the page wrote an error, broke its policy, opened a dialog or asked anybody but its own server. */
  assertClean(): void;
}

/** Opens a watched page on a product. `options` are Playwright's: viewport, colorScheme, locale, permissions … */
export async function openPage(
  browser: Browser,
  baseUrl: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ baseURL: baseUrl, ...options });
  const page = await context.newPage();
  const faults = watch(context, page, baseUrl);
  return { page, context, assertClean: () => assert.deepEqual(faults, []) };
}

function watch(context: BrowserContext, page: Page, baseUrl: string): string[] {
  const faults: string[] = [];
  // No page of ours opens one; injected script would.
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error' && !/Content.Security.Policy/i.test(message.text())) return;
    // A refusal of the API is an answer; Chromium writes every status from 400 up as an error.
    const { pathname } = new URL(message.location().url || baseUrl, baseUrl);
    const refused = /^Failed to load resource: the server responded with a status of [45]/.test(message.text());
    if (!(refused && pathname.startsWith('/v2/'))) faults.push(`console: ${message.text()} (${pathname})`);
  });
  context.on('request', (request) => {
    const url = new URL(request.url());
    const ours = url.origin === new URL(baseUrl).origin || ['data:', 'blob:'].includes(url.protocol);
    if (!ours) faults.push(`asked another server: ${request.url()}`);
  });
  return faults;
}

/** Resolves when what fades or slides has come to its end: halfway, colours are not those of the theme. */
const settled = `new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))).then(() =>
  Promise.allSettled(document.getAnimations()
    .filter(({ effect }) => Number.isFinite(effect.getComputedTiming().endTime))
    .map(({ finished }) => finished)))
  .then(() => undefined)`;

/** What axe finds wrong with the page as it stands, by WCAG 2.2 AA and best practice; one line per element. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Evaluated over the debugger, which the page's policy does not bind; once for each page that is loaded.
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(axe.source);
  await page.evaluate(settled);
  const found = await page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ html, failureSummary }) => id + ': ' + help + '\\n' + html.slice(0, 300) + '\\n' + failureSummary)))`,
  );
  return found as string[];
}

/** The widths every page has to be good at. */
export const widths = { narrow: 360, wide: 1440, widest: 1920 } as const;

/** Takes a picture of the page at each of the widths, as `name-width.png` among the artefacts. */
export async function takePictures(
  page: Page,
  name: string,
  at: readonly (keyof typeof widths)[] = ['wide', 'narrow'],
): Promise<void> {
  const usual = page.viewportSize();
  await mkdir(artefacts, { recursive: true });
  for (const width of at) {
    await page.setViewportSize({ width: widths[width], height: width === 'narrow' ? 740 : 900 });
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path: join(artefacts, `${name}-${widths[width]}.png`), fullPage: true });
    assert.deepEqual(await sidewaysScroll(page), [], `${name} at ${widths[width]}`);
  }
  if (usual !== null) await page.setViewportSize(usual);
}

/** Takes a picture of what the window shows, as `name-width.png`, at whatever size it has. */
export async function takePictureAsIs(page: Page, name: string): Promise<void> {
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: join(artefacts, `${name}-${page.viewportSize()!.width}.png`) });
}

/** Whether the page as a whole is wider than the window, and what makes it so. */
export async function sidewaysScroll(page: Page): Promise<string[]> {
  const found = await page.evaluate(`(() => {
    const root = document.documentElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    return [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      .slice(-3).map((element) => element.outerHTML.slice(0, 200));
  })()`);
  return found as string[];
}
