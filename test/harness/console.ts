/** The operator console in a browser, and a programme in which something has happened. */
import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Role } from '../../src/domain/access.ts';
import { openPage, type WatchedPage } from './browser.ts';
import { dataOf, issueBody, openClient, type TestClient } from './client.ts';
import { addAccount, testPassword } from './people.ts';
import type { ProductHere } from './product.ts';

/** The browser of the tests: its language and zone decide what is shown. */
const usual: BrowserContextOptions = {
  viewport: { width: 1440, height: 900 },
  locale: 'en-GB',
  timezoneId: 'Europe/London',
  acceptDownloads: true,
};

/** Somebody at the console. */
export interface Seat extends WatchedPage {
  readonly email: string;
}

/** Opens the console at `path` and signs in as somebody with `role`. */
export async function sitDown(
  browser: Browser,
  product: ProductHere,
  role: Role,
  path = '/console',
  options: BrowserContextOptions = {},
): Promise<Seat> {
  const email = await addAccount(product, { role });
  const watched = await openPage(browser, product.baseUrl, { ...usual, ...options });
  watched.page.setDefaultTimeout(15_000);
  await watched.page.goto(path);
  await signIn(watched.page, email);
  return { ...watched, email };
}

/** Fills the sign-in page in and waits for the console behind it. */
export async function signIn(page: Page, email: string, password = testPassword): Promise<void> {
  await page.getByLabel(/^E-[Mm]ail$/).fill(email);
  await page.locator('input[autocomplete=current-password]').fill(password);
  await page.locator('button[type=submit]').click();
  await page.locator('nav#menu').waitFor({ state: 'attached' });
}

/** Goes to an address within the console, as its links do: nothing is loaded again. */
export async function walkTo(page: Page, address: string): Promise<void> {
  await page.evaluate(
    `history.pushState(null, '', ${JSON.stringify(address)}); dispatchEvent(new PopStateEvent('popstate'))`,
  );
}

/** A programme's partner and venue, and the passes that they have made and used. */
export interface Traffic {
  readonly partner: TestClient;
  readonly venue: TestClient;
  /** The ids of the passes, in the order in which they were issued. */
  readonly passIds: readonly string[];
}

const holders = [
  ['Ada', 'Lovelace'],
  ['Grace', 'Hopper'],
  ['Katherine', 'Johnson'],
  ['Emmy', 'Noether'],
  ['Alan', 'Turing'],
  ['Mary', 'Jackson'],
  ['Dorothy', 'Vaughan'],
  ['Annie', 'Easley'],
] as const;
const lounges = ['N00001', 'N00001', 'N00002', 'N00012', 'N00001', 'N00002'] as const;

const hour = 3_600_000;

/**
 * Lets passes be issued, used and refused over the last days of the demo programme. Its clock, being
 * a sandbox's, is set back for that and shows real time again at the end.
 */
export async function makeTraffic(product: ProductHere): Promise<Traffic> {
  const { baseUrl, credentials, world } = product;
  const partner = await openClient(baseUrl, credentials.partner);
  const venue = await openClient(baseUrl, credentials.venue);
  const setClock = async (now: number | null) => {
    const body = { now: now === null ? null : new Date(now).toISOString() };
    dataOf(await partner.post('/v2/simulations/clock', body));
  };
  const start = Date.now() - 7 * 24 * hour;
  await setClock(start);
  const passIds: string[] = [];
  for (const [index, [firstName, lastName]] of holders.entries()) {
    const expirationDate = new Date(start + (12 + index * 20) * 24 * hour).toISOString();
    const body = issueBody(30, { firstName, lastName, expirationDate }, `traveller-${index + 1}`);
    passIds.push(dataOf(await partner.post('/v2/orders/lounges/ePasses', body)).extra.ePassId);
  }
  // Days, then the hours before now; in the last of them with people who cannot come in.
  const agos = [6, 5, 4, 3, 2, 1].map((days) => days * 24 * hour + 8 * hour);
  for (const [round, ago] of [...agos, 7 * hour, 6 * hour, 4 * hour, 3 * hour, 2 * hour, hour, 1_000].entries()) {
    await setClock(Date.now() - ago);
    // Not all of them come each time.
    for (const [index, dpId] of passIds.entries()) {
      if ((index * 7 + round * 3) % 5 < 2) continue;
      const resourceId = lounges[(index + round) % lounges.length]!;
      dataOf(await venue.redeem(dpId, { resourceId, adultCount: 1 + ((index + round) % 3 === 0 ? 1 : 0) }));
    }
    await venue.redeem(passIds[round % passIds.length]!, { adultCount: 50 });
    if (round % 3 === 0) await venue.redeem(passIds[1]!, { resourceId: 'C00001' });
  }
  await setClock(null);
  await world.refusals.flush();
  return { partner, venue, passIds };
}

/** Answers a dialog that asks first: gives a reason when it wants one, and presses the button of that name. */
export async function confirm(page: Page, action: string, reason?: string): Promise<void> {
  // A question may stand above a form, which is a dialog too.
  const dialog = page.getByRole('dialog').filter({ has: page.getByRole('button', { name: action, exact: true }) });
  if (reason !== undefined) await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: action, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}

/** The whole text of the page's content, as a person would read it. */
export async function contentOf(page: Page): Promise<string> {
  const texts = await page.locator('main').allInnerTexts();
  assert.equal(texts.length, 1);
  return texts.join('');
}
