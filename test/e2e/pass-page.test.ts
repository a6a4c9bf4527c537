/** The page of a pass in a real browser: every state of it, without a network, on paper, and under attack. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { packageRoot } from '../../src/system/package-root.ts';
import { accessibilityFaults, browserHere, openPage, takePictures, withoutBrowser } from '../harness/browser.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { addClient, addProgramme, embeddedProduct } from '../harness/embedded-product.ts';
import { readCodes } from '../harness/read-codes.ts';

const day = 86_400_000;
const iso = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}+00:00`;
const artefacts = new URL('test/e2e/artefacts/', packageRoot()).pathname;

/** Cities with a lounge each, so that there is something to search. */
const cities = [
  ['CDG', 'Paris', 'FR', 'Europe/Paris'],
  ['JFK', 'New York', 'US', 'America/New_York'],
  ['NRT', 'Tokyo', 'JP', 'Asia/Tokyo'],
  ['SYD', 'Sydney', 'AU', 'Australia/Sydney'],
  ['GRU', 'São Paulo', 'BR', 'America/Sao_Paulo'],
  ['ZRH', 'Zürich', 'CH', 'Europe/Zurich'],
] as const;

describe('the page of a pass', { skip: withoutBrowser }, () => {
  const clock = { ahead: 0, now: () => Date.now() + clock.ahead };
  let partner: TestClient;
  let venue: TestClient;
  let operator: TestClient;
  let traveller: TestClient;
  const product = embeddedProduct(
    async (here) => {
      partner = await openClient(here.baseUrl, here.credentials.partner);
      venue = await openClient(here.baseUrl, here.credentials.venue);
      operator = await openClient(
        here.baseUrl,
        await addClient(here, { clientId: 'operator', scopes: ['operator'], programs: ['DEMO'] }),
      );
      const wide = { programId: 'WIDE', name: 'Worldwide Lounges', issuerPrefix: '4400', sandbox: true };
      for (const [index, [iata, city, countryOrRegion, zone]] of cities.entries()) {
        const hub = { transportHubId: `A8000${index}`, name: `${city} Airport`, iata, city, countryOrRegion, zone };
        const place = { resourceId: `N8000${index}`, module: 1 as const, name: `${city} Lounge`, location: 'Airside' };
        const programme = { ...wide, programId: index === 0 ? 'WIDE' : `WIDE${index}`, issuerPrefix: `440${index}` };
        await addProgramme(
          here,
          { ...programme, modules: [1], crossModules: [] },
          { ...hub, latitude: 0, longitude: 0 },
          [place],
        );
        const offer = 'insert into offers (program_id, resource_id) values ($1, $2) on conflict do nothing';
        await here.world.database.transaction((transaction) =>
          transaction.run({ name: 'test_offer', text: offer }, ['WIDE', place.resourceId]),
        );
      }
      await here.world.database.transaction((transaction) =>
        transaction.run(
          {
            name: 'test_offers',
            text: "insert into offers (program_id, resource_id) select 'WIDE', resource_id from resources where module = 1 on conflict do nothing",
          },
          [],
        ),
      );
      await here.world.directory.refresh();
      const credentials = await addClient(here, { clientId: 'wide', scopes: ['issuer'], programs: ['WIDE'] });
      traveller = await openClient(here.baseUrl, credentials);
    },
    { clock },
  );
  const browser = browserHere();
  beforeEach(() => {
    clock.ahead = 0;
  });

  const manchester = { allowedResources: { resourceIds: ['N00001'] } };
  const named = { firstName: 'Ada', lastName: 'Lovelace' };

  /** Issues a pass; gives its ids and the path of its page. */
  async function passFor(usages: number, extra: object = {}, client = partner) {
    const { ePassId, orderId } = await client.issue(usages, { ...named, ...manchester, ...extra });
    const { url, token } = dataOf(await client.post('/v2/orders/ePasses/link', { ePassId }));
    assert.equal(url, `${product().world.publicUrl}/p/${token}`);
    return { ePassId, orderId, token, path: `/p/${token}` };
  }

  async function open(path: string, options: BrowserContextOptions = {}) {
    const opened = await openPage(browser(), product().baseUrl, {
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      ...options,
    });
    opened.page.setDefaultTimeout(8_000);
    await opened.page.goto(path);
    return opened;
  }

  const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name }).waitFor();
  /** The text as it is seen, one line a paragraph. */
  const textOf = async (page: Page, selector: string) =>
    (await page.locator(selector).allInnerTexts()).join('\n').replace(/\n+/g, '\n').trim();
  const codesOf = async (page: Page) => readCodes(await page.screenshot());

  /** Has axe look at a page in both themes, where it must find nothing, and takes its pictures. */
  async function inspect(page: Page, name: string, dark = false): Promise<void> {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await accessibilityFaults(page), [], `${name}, ${colorScheme}`);
      if (colorScheme === 'light') await takePictures(page, `pass-${name}`, ['narrow', 'widest']);
      else if (dark) await takePictures(page, `pass-${name}-dark`, ['narrow']);
    }
    await page.emulateMedia({ colorScheme: 'light' });
  }

  test('active: name, code, usages, local validity, the place that works now and the visits', async () => {
    const { ePassId, path } = await passFor(4, { expirationDate: '2099-07-31T21:59:59+00:00' });
    dataOf(await venue.redeem(ePassId));
    const mistaken = dataOf(await venue.redeem(ePassId, { adultCount: 2 }));
    dataOf(await venue.post('/v2/redemptions/cancel', { orderId: mistaken.orderId, reason: 'counted twice' }));
    const { page, context, assertClean } = await open(path, { viewport: { width: 390, height: 844 } });
    await heading(page, 'Ada Lovelace');
    assert.equal(await textOf(page, '.state'), 'Active now');
    assert.equal(await textOf(page, '.left'), '3 of 4 usages left');
    assert.match(await textOf(page, '.banner'), /until 31 July 2099 at 22:59/);
    assert.match(await textOf(page, '.banner'), /Local time in Manchester/);
    assert.match(
      await textOf(page, '.places'),
      /At this place only:[\s\S]*Manchester Airport \(MAN\)[\s\S]*Aspen Lounge/,
    );
    assert.equal(await textOf(page, '.mark'), 'Works now');
    assert.equal(await page.locator('.visit').count(), 2);
    assert.match(await textOf(page, '.visit.taken-back'), /2 people, 2 usages\nTaken back on/);
    assert.equal(await textOf(page, '.digits'), ePassId.replace(/(\d{4})(?=\d)/g, '$1 '));
    assert.equal(await page.title(), 'E-pass of Ada Lovelace – Demo programme');
    assert.deepEqual(await codesOf(page), [ePassId]);
    await inspect(page, 'active', true);
    assertClean();
    await context.close();
  });

  test('the code is read off a phone’s screen and off the widest one, dark or light', async () => {
    const { ePassId, path } = await passFor(1);
    for (const width of [320, 1920]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const viewport = { width, height: 800 };
        const { page, context } = await open(path, { viewport, colorScheme, deviceScaleFactor: width === 320 ? 3 : 1 });
        await heading(page, 'Ada Lovelace');
        const box = (await page.locator('.code-drawing').boundingBox())!;
        assert.ok(box.width >= 260 && Math.abs(box.width - box.height) < 1, JSON.stringify(box));
        assert.ok(box.y + box.height <= 800, 'seen without scrolling');
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width, 'nothing to scroll sideways');
        assert.deepEqual(await codesOf(page), [ePassId], `${width} ${colorScheme}`);
        await context.close();
      }
    }
  });

  test('not yet active: when it opens at each airport; it turns by itself when the moment comes', async () => {
    const opens = clock.now() + 2 * day;
    const { path } = await passFor(1, { activationDate: iso(opens), allowedResources: { iata: ['MAN', 'HKG'] } });
    const { page, context, assertClean } = await open(path);
    await heading(page, 'Ada Lovelace');
    assert.equal(await textOf(page, '.state'), 'Not active yet');
    assert.match(
      await textOf(page, '.banner'),
      /It can be used after .* \(in (1 day|2 days)\)\.\nTime of this device \(Europe\/Berlin\)\./,
    );
    assert.match(
      await textOf(page, '.places'),
      /only: Manchester Airport \(MAN\) and Hong Kong International Airport \(HKG\)/,
    );
    assert.equal(await page.locator('.opens').count(), 2);
    assert.deepEqual(await page.locator('.zone h3').allInnerTexts(), ['Hong Kong', 'Manchester']);
    assert.equal(await page.locator('.mark').count(), 0);
    await inspect(page, 'pending', true);
    clock.ahead += 2 * day - 3_000;
    await page.getByRole('button', { name: 'Update' }).click();
    await page.locator('.banner[data-state="active"]').waitFor();
    assert.equal(await page.locator('.mark.open').count(), 3);
    assertClean();
    await context.close();
  });

  test('a closed place says so, and why', async () => {
    const { path } = await passFor(1, { allowedResources: { iata: ['MAN'] } });
    const reason = 'Closed for renovation until spring';
    dataOf(await operator.call('PATCH', '/v2/resources/N00002', { closed: true, reason }));
    const { page, context, assertClean } = await open(path);
    await heading(page, 'Ada Lovelace');
    assert.deepEqual(await page.locator('.mark').allInnerTexts(), ['Works now', 'Closed']);
    assert.match(await textOf(page, '.resource:has(.closed)'), new RegExp(`Pennine Lounge[\\s\\S]*${reason}`));
    dataOf(await operator.call('PATCH', '/v2/resources/N00002', { closed: false }));
    assertClean();
    await context.close();
  });

  test('used up, suspended, cancelled, expired: an honest page without a code', async () => {
    const usedUp = await passFor(1);
    dataOf(await venue.redeem(usedUp.ePassId));
    const suspended = await passFor(2);
    const reason = 'chargeback under dispute';
    dataOf(await operator.post('/v2/orders/ePasses/suspend', { ePassId: suspended.ePassId, reason }));
    const cancelled = await passFor(3);
    dataOf(await partner.call('PATCH', '/v2/orders', { orderId: cancelled.orderId, status: 3 }));
    const expired = await passFor(1, { expirationDate: iso(clock.now() + 3_600_000) });
    const scenes = [
      ['used-up', usedUp, 'Used up', /Its only usage is used\.\nWas a visit counted by mistake\?/],
      ['suspended', suspended, 'On hold', /cannot be used at the moment\. Ask Demo programme what to do\./],
      ['cancelled', cancelled, 'Cancelled', /was cancelled on .* cannot be used any more\.\n3 usages were not used\./],
      ['expired', expired, 'Expired', /It expired on .*\n1 usage was not used\./],
    ] as const;
    for (const [name, pass, state, sentence] of scenes) {
      if (name === 'expired') clock.ahead += 3_600_000;
      const { page, context, assertClean } = await open(pass.path);
      await heading(page, 'Ada Lovelace');
      assert.equal(await textOf(page, '.state'), state);
      assert.match(await textOf(page, '.banner'), sentence);
      assert.equal(await page.locator('.code, .mark.open').count(), 0, `${name} shows no code`);
      assert.deepEqual(await codesOf(page), []);
      const left = name === 'cancelled' || name === 'expired' ? /not used$/ : /left$/;
      assert.match(await textOf(page, '.left'), left);
      assert.ok(!(await page.content()).includes(reason), 'the reason is between the operator and its partner');
      await inspect(page, name, name === 'cancelled');
      assertClean();
      await context.close();
    }
  });

  test('a pass that works everywhere: its places can be searched', async () => {
    const { path } = await passFor(9, { allowedResources: { resourceIds: [] } }, traveller);
    const { page, context, assertClean } = await open(path);
    await heading(page, 'Ada Lovelace');
    assert.match(await textOf(page, '.places'), /At every place of Worldwide Lounges:/);
    const seen = () => page.locator('.hub:visible h3').allInnerTexts();
    assert.equal((await seen()).length, 8);
    await inspect(page, 'everywhere');
    const field = page.getByRole('searchbox', { name: 'Find an airport, a city or a place' });
    for (const [typed, found] of [
      ['zurich', ['Zürich Airport (ZRH)']],
      ['SAO', ['São Paulo Airport (GRU)']],
      ['japan', ['Tokyo Airport (NRT)']],
      ['pennine', ['Manchester Airport (MAN)']],
    ] as const) {
      await field.fill(typed);
      assert.deepEqual(await seen(), found);
    }
    await page.getByRole('button', { name: 'Deutsch' }).click();
    assert.equal(await page.locator('#find-place').inputValue(), 'pennine', 'what was typed stays');
    assert.deepEqual(await seen(), ['Manchester Airport (MAN)']);
    await page.locator('#find-place').fill('nirgendwo');
    await page.getByText('Kein Ort heißt so.').waitFor();
    assertClean();
    await context.close();
  });

  test('German by the browser’s choice or the reader’s, which is remembered', async () => {
    const { path } = await passFor(2, { expirationDate: '2099-07-31T21:59:59+00:00' });
    const german = await open(path, { locale: 'de-AT' });
    await german.page.getByText('Jetzt aktiv', { exact: true }).waitFor();
    assert.equal(await german.page.evaluate('document.documentElement.lang'), 'de');
    assert.match(await textOf(german.page, '.banner'), /Er gilt bis zum 31\. Juli 2099 um 22:59/);
    const english = /\b(the|Usages|Valid|Where|Visits|Update|Print|Pass number|Works)\b/;
    assert.doesNotMatch((await textOf(german.page, 'main')).replace('Demo programme', ''), english);
    await inspect(german.page, 'german');
    await german.page.getByRole('button', { name: 'English' }).click();
    await german.page.reload();
    await german.page.getByText('Active now', { exact: true }).waitFor();
    german.assertClean();
    await german.context.close();
    const french = await open(path, { locale: 'fr-FR' });
    await french.page.getByText('Active now', { exact: true }).waitFor();
    await french.context.close();
  });

  test('names, places and reasons with markup are text', async () => {
    const firstName = '<img src=x onerror="window.hacked=1"><script>window.hacked=2</script>';
    const lastName = `"'><svg onload=window.hacked=3>&lt;b&gt; ${'x'.repeat(40)}`;
    const { path } = await passFor(2, { firstName, lastName, allowedResources: { iata: ['MAN'] } });
    const reason = '<iframe src="javascript:parent.hacked=4"></iframe>';
    dataOf(await operator.call('PATCH', '/v2/resources/N00002', { closed: true, reason }));
    const { page, context, assertClean } = await open(path);
    await page.locator('.card h1').waitFor();
    assert.equal(await textOf(page, 'h1'), `${firstName} ${lastName}`);
    await page.getByText(reason).waitFor();
    assert.equal(await page.locator('img, iframe, main script, svg[onload]').count(), 0);
    assert.equal(await page.evaluate('window.hacked'), undefined);
    await takePictures(page, 'pass-markup', ['narrow']);
    dataOf(await operator.call('PATCH', '/v2/resources/N00002', { closed: false }));
    assertClean();
    await context.close();
  });

  test('a link that is dead, cut off or made up says one and the same thing', async () => {
    const { ePassId, token, path } = await passFor(1);
    dataOf(await partner.post('/v2/orders/ePasses/link/revoke', { ePassId }));
    const told = new Set<string>();
    const { page, context, assertClean } = await open(path);
    for (const bad of [
      path,
      path.slice(0, -1),
      `/p/${ePassId}`,
      `/p/${token}x`,
      '/p/%3Cscript%3E',
      `/p/${'x'.repeat(90)}`,
    ]) {
      await page.goto(bad);
      await heading(page, 'This link does not work');
      told.add(await textOf(page, 'main'));
    }
    await inspect(page, 'gone');
    assertClean();
    await context.close();
    assert.equal(told.size, 1, [...told].join('\n'));
  });

  test('without a network the page opens as it was saved, and says so', async () => {
    const { ePassId, path } = await passFor(3);
    const { page, context } = await open(path);
    await page.getByText('the page opens without a connection, too').waitFor();
    await context.setOffline(true);
    await page.reload();
    await heading(page, 'Ada Lovelace');
    assert.match(await textOf(page, '.notice'), /^Saved copy from .*\. The server cannot be reached\./);
    assert.deepEqual(await codesOf(page), [ePassId]);
    assert.equal(await page.locator('.mark').count(), 0, 'nobody knows whether a place is open now');
    await inspect(page, 'saved-copy');
    await page.getByRole('button', { name: 'Deutsch' }).click();
    assert.match(await textOf(page, '.notice'), /^Gespeicherte Kopie vom/);
    dataOf(await venue.redeem(ePassId));
    await context.setOffline(false);
    await page.getByText('2 von 3 Nutzungen übrig').first().waitFor();
    assert.equal(await page.locator('.notice').count(), 0);
    await context.close();
  });

  test('a saved copy does not go on to call a pass active that has ended meanwhile', async () => {
    const { path } = await passFor(1, { expirationDate: iso(clock.now() + 3_600_000) });
    const { page, context } = await open(path);
    await page.getByText('the page opens without a connection, too').waitFor();
    await context.setOffline(true);
    await page.clock.install({ time: Date.now() + 2 * 3_600_000 });
    await page.reload();
    await page.locator('.banner[data-state="expired"]').waitFor();
    assert.equal(await page.locator('.code').count(), 0);
    await context.close();
  });

  test('a revoked link ends at the next visit with a network, and takes what was saved along', async () => {
    const [gone, stays] = [await passFor(1), await passFor(1, { firstName: 'Grace' })];
    const { page, context } = await open(stays.path);
    await page.getByText('the page opens without a connection, too').waitFor();
    await page.goto(gone.path);
    await page.getByText('the page opens without a connection, too').waitFor();
    dataOf(await partner.post('/v2/orders/ePasses/link/revoke', { ePassId: gone.ePassId }));
    await page.reload();
    await heading(page, 'This link does not work');
    await page.getByText('has been removed').waitFor();
    await context.setOffline(true);
    await page.reload();
    await heading(page, 'No connection');
    await takePictures(page, 'pass-no-connection');
    await page.goto(stays.path);
    await heading(page, 'Grace Lovelace');
    dataOf(await partner.post('/v2/orders/ePasses/link/revoke', { ePassId: stays.ePassId }));
    await context.setOffline(false);
    await page.getByText('has been removed').waitFor();
    const left = await page.evaluate(`Promise.all([caches.keys(), navigator.serviceWorker.getRegistrations()])`);
    assert.deepEqual(left, [[], []], 'with the last pass everything is gone');
    await context.close();
  });

  test('a sign-in page of the network is not taken for an answer', async () => {
    const { path, token } = await passFor(1);
    const { page, context } = await open(path);
    await page.getByText('the page opens without a connection, too').waitFor();
    for (const status of [200, 404, 511]) {
      await context.route(`**/v2/passPages/${token}`, (route) =>
        route.fulfill({ status, contentType: 'text/html', body: '<h1>Airport Free Wi-Fi</h1>' }),
      );
      await page.reload();
      await heading(page, 'Ada Lovelace');
      await page.locator('.notice').waitFor();
      await context.unroute(`**/v2/passPages/${token}`);
    }
    await context.close();
  });

  test('a throttled network waits as long as it is told, and tries again by itself', async () => {
    const { path, token } = await passFor(1);
    const { page, context } = await openPage(browser(), product().baseUrl, { locale: 'en-GB' });
    const body = JSON.stringify({ code: 1009, error: 'RATE_LIMITED', message: 'Wait.', details: [], requestId: '-' });
    const busy = { status: 429, contentType: 'application/json', headers: { 'retry-after': '2' }, body };
    await context.route(`**/v2/passPages/${token}`, (route) => route.fulfill(busy), { times: 1 });
    await page.goto(path);
    await heading(page, 'One moment, please');
    await page.getByText('again in 2 seconds').waitFor();
    await heading(page, 'Ada Lovelace');
    await context.close();
  });

  test('on paper: the code, the facts and when they were so; nothing to press', async () => {
    const { ePassId, path } = await passFor(3);
    dataOf(await venue.redeem(ePassId));
    const { page, context } = await open(path, { colorScheme: 'dark' });
    await heading(page, 'Ada Lovelace');
    const pdf = await page.pdf({ format: 'A4', printBackground: false });
    mkdirSync(artefacts, { recursive: true });
    writeFileSync(join(artefacts, 'pass-print.pdf'), pdf);
    assert.ok(pdf.length > 10_000 && pdf.subarray(0, 5).toString() === '%PDF-');
    await page.setViewportSize({ width: 794, height: 1123 });
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.locator('button:visible, input:visible').count(), 0);
    assert.match(await textOf(page, 'footer'), /^State of .*\. It may have changed since\.$/);
    assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
    const box = (await page.locator('.code-drawing').boundingBox())!;
    assert.ok(box.width >= (5 / 2.54) * 96, `${box.width} pixels are less than 5 cm`);
    const paper = await page.screenshot({ fullPage: true, path: join(artefacts, 'pass-print.png') });
    assert.deepEqual(await readCodes(paper), [ePassId]);
    await context.close();
  });

  test('the page is served under a policy without anything inline, and tells nobody where one came from', async () => {
    const { path } = await passFor(1);
    const { headers, text } = await fetch(product().baseUrl + path).then(async (answer) => ({
      headers: answer.headers,
      text: await answer.text(),
    }));
    const policy = headers.get('content-security-policy')!;
    assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('x-robots-tag'), 'noindex, nofollow');
    assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
  });

  test('all of its script together is small', () => {
    const built = new URL('dist/web/', packageRoot()).pathname;
    const shell = readFileSync(join(built, 'pass', 'index.html'), 'utf8');
    const named = [...shell.matchAll(/\/(assets\/[\w.-]+\.js)/g)].map((match) => match[1]!);
    const own = readdirSync(join(built, 'assets')).filter((name) => /^pass-.*\.js$/.test(name));
    const scripts = new Set([...named, ...own.map((name) => `assets/${name}`), 'pass/worker.js']);
    assert.ok(scripts.size >= 2, [...scripts].join());
    const sizes = [...scripts].map((name) => gzipSync(readFileSync(join(built, name)), { level: 9 }).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total < 60 * 1024, `${total} bytes`);
  });
});
