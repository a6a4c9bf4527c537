/** A shift at the front desk in a real browser over the real server. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { accessibilityFaults, browserHere, takePictures, withoutBrowser } from '../harness/browser.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { lookAt, openDesk, openLead, openStranger, pairingPath, screen, wedge } from '../harness/desk.ts';
import { makeDevice } from '../harness/devices.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';

/** The scripts that a text names. */
const namedIn = (text: string) => [...text.matchAll(/assets\/[\w.-]+\.js\b/g)].map(([file]) => `/${file}`);

describe('front desk', { skip: withoutBrowser }, () => {
  let partner: TestClient;
  let operator: TestClient;
  let venue: TestClient;
  const product = embeddedProduct(async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
    venue = await openClient(here.baseUrl, here.credentials.venue);
    operator = await openLead(here);
  });
  const browser = browserHere();
  const base = () => product().baseUrl;
  const passOf = async (usages: number, extra = {}) => (await partner.issue(usages, extra)).ePassId;
  const orderOf = async (ePassId: string) => dataOf(await partner.post('/v2/orders/ePasses/search', { ePassId }));
  const usesOf = async (ePassId: string) => {
    const { orders } = dataOf(await partner.post('/v2/orders/ePasses', { ePassId }));
    return orders as { status: number; usedUsages: number; passengers: { guests: number } }[];
  };

  test('a device pairs by the short code that the console shows; a wrong one is told', async () => {
    const { page, context, assertClean } = await openStranger(browser(), base());
    await page.getByRole('heading', { name: 'Pair this device' }).waitFor();
    await lookAt(page, 'pair');
    await page.getByLabel('Short code').fill('12345-67890');
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByText('This code is wrong').waitFor();
    await takePictures(page, 'desk-pair-refused', ['narrow']);
    const { shortCode } = await makeDevice(operator);
    await page.getByLabel('Short code').fill(shortCode.toLowerCase().replace('-', ' '));
    await page.keyboard.press('Enter');
    await screen(page, 'ready');
    await page.reload();
    await screen(page, 'ready');
    assertClean();
    await context.close();
  });

  test('a shift: pair by link, scan without focus, count guests, admit, undo', async () => {
    const { page, context, assertClean, device } = await openDesk(browser(), base(), operator);
    assert.equal(new URL(page.url()).hash, '', 'the code has left the address');
    await lookAt(page, 'ready-empty');
    const passId = await passOf(5, { firstName: 'Grace', lastName: 'Hopper' });
    await wedge(page, passId);
    await screen(page, 'good');
    await page.getByText('Grace Hopper').waitFor();
    await page.getByRole('button', { name: 'More: Adults' }).click();
    await page.getByRole('button', { name: 'More: Children' }).click();
    await page.getByText('Takes 3 of 5 left').waitFor();
    await lookAt(page, 'good');
    await page.getByRole('button', { name: 'Admit 3' }).click();
    await screen(page, 'admitted');
    await page.getByRole('heading', { name: 'Admitted 2 adults, 1 child' }).waitFor();
    await lookAt(page, 'admitted');
    assert.equal((await orderOf(passId)).extra.usedUsages, 3);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await screen(page, 'undone');
    await lookAt(page, 'undone');
    assert.equal((await orderOf(passId)).extra.usedUsages, 0);
    const [use] = await usesOf(passId);
    assert.deepEqual([use!.status, use!.usedUsages, use!.passengers.guests], [3, 3, 2]);
    await page.getByRole('button', { name: 'Next guest' }).click();
    await screen(page, 'ready');
    await page.getByRole('button', { name: /Taken back 2 adults, 1 child/ }).waitFor();
    assert.ok(!(await page.content()).includes(device.pairingCode));
    assertClean();
    await context.close();
  });

  test('a second guest with a used pass is told when and where it was used, and every other scan is answered', async () => {
    const { page, context, assertClean } = await openDesk(browser(), base(), operator);
    const passId = await passOf(1);
    await wedge(page, passId);
    await screen(page, 'good');
    // An Enter that follows a scan at once is the scanner's; this one is a person's.
    await page.waitForTimeout(400);
    await page.keyboard.press('Enter');
    await screen(page, 'admitted');
    await wedge(page, passId);
    await screen(page, 'refused');
    await page.getByRole('heading', { name: 'Do not admit Already used' }).waitFor();
    await page.getByText(/Last used/).waitFor();
    assert.match(
      (await page.locator('.facts').textContent()) ?? '',
      /Last used\d\d:\d\d \((just now|\d+ seconds? ago)\)WhereAspen Lounge/,
    );
    await lookAt(page, 'refused-used');
    const expiring = { activationDate: '2098-01-01T00:00:00Z' };
    await wedge(page, await passOf(1, expiring));
    await page.getByRole('heading', { name: 'Do not admit Not valid yet' }).waitFor();
    await wedge(page, 'M1LOVELACE/ADA');
    await page.getByRole('heading', { name: 'Do not admit Not a pass' }).waitFor();
    const elsewhere = await passOf(2, { allowedResources: { resourceIds: ['N00002'] } });
    await wedge(page, elsewhere);
    await page.getByRole('heading', { name: 'Do not admit Not for this place' }).waitFor();
    await page.getByText('Pennine Lounge').waitFor();
    await takePictures(page, 'desk-refused-place', ['narrow']);
    await page.getByRole('button', { name: 'Next guest' }).click();
    await lookAt(page, 'ready');
    assertClean();
    await context.close();
  });

  test('the same pass again is told as seen before, and admits whoever comes later', async () => {
    const { page, context, assertClean } = await openDesk(browser(), base(), operator);
    const passId = await passOf(3);
    for (const reason of ['Good Ada Lovelace', 'Seen before Admitted here']) {
      await wedge(page, passId);
      await screen(page, 'good');
      await page.getByRole('heading', { name: reason }).waitFor();
      if (reason.startsWith('Seen')) await lookAt(page, 'good-again');
      await page.getByRole('button', { name: 'Admit 1' }).click();
      await screen(page, 'admitted');
    }
    await wedge(page, passId);
    await screen(page, 'good');
    await page.getByRole('button', { name: 'More: Adults' }).click();
    await page.getByText('Only 1 left on this pass').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Admit 2' }).isDisabled());
    await takePictures(page, 'desk-good-too-many', ['narrow']);
    await page.getByRole('button', { name: 'Do not admit' }).click();
    await screen(page, 'ready');
    assert.equal((await usesOf(passId)).length, 2);
    // The last usage goes elsewhere: then the first one is told, too.
    dataOf(await venue.redeem(passId, { resourceId: 'N00002' }));
    await wedge(page, passId);
    await page.getByRole('heading', { name: 'Do not admit Already used' }).waitFor();
    assert.match(
      (await page.locator('.facts').textContent()) ?? '',
      /^First used\d\d:\d\d \(.+\)WhereAspen LoungeLast used\d\d:\d\d \(.+\)WherePennine Lounge/,
    );
    await lookAt(page, 'refused-used-up');
    assertClean();
    await context.close();
  });

  test('one tab has the desk, and the next one takes it over', async () => {
    const { page, context, assertClean } = await openDesk(browser(), base(), operator);
    const second = await context.newPage();
    await second.goto('/desk');
    await second.getByText('open in another tab').waitFor();
    await page.close();
    await screen(second, 'ready');
    assertClean();
    await context.close();
  });

  test('digits can be typed; a scanner that falls into the field leaves it as it was', async () => {
    const { page, context, assertClean } = await openDesk(browser(), base(), operator);
    const passId = await passOf(2);
    const field = page.getByLabel('16 digits of the pass');
    await field.click();
    await field.pressSequentially(passId.slice(0, 6), { delay: 90 });
    assert.equal(await field.inputValue(), `${passId.slice(0, 4)} ${passId.slice(4, 6)}`);
    await wedge(page, passId);
    await screen(page, 'good');
    await page.getByRole('button', { name: 'Do not admit' }).click();
    await field.fill('');
    await field.pressSequentially(passId, { delay: 90 });
    await page.keyboard.press('Enter');
    await screen(page, 'good');
    await page.getByRole('button', { name: 'Do not admit' }).click();
    assert.equal(await field.inputValue(), '');
    const wrong = passId.slice(0, 15) + ((Number(passId[15]) + 1) % 10);
    await field.pressSequentially(wrong, { delay: 90 });
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('One of the digits is probably wrong').waitFor();
    assertClean();
    await context.close();
  });

  test('a code that pairs does not throw away the place of a paired device without asking', async () => {
    const { page, context, assertClean } = await openDesk(browser(), base(), operator);
    const next = await makeDevice(operator, 'N00002', 'Exit');
    await page.goto(pairingPath(next));
    await screen(page, 'ask');
    await lookAt(page, 'ask');
    await page.getByRole('button', { name: 'Keep it as it is' }).click();
    await page.getByText('Aspen Lounge').first().waitFor();
    await wedge(page, `https://pass.example/desk#pair=${next.pairingCode}`);
    await screen(page, 'ask');
    await page.getByRole('button', { name: 'Pair it anew' }).click();
    await page.getByText('Pennine Lounge').first().waitFor();
    assertClean();
    await context.close();
  });

  test('a revoked device says so by itself, and admits nobody', async () => {
    const { page, context, assertClean, device } = await openDesk(browser(), base(), operator);
    const passId = await passOf(1);
    await wedge(page, passId);
    await screen(page, 'good');
    dataOf(await operator.post(`/v2/devices/${device.deviceId}/revoke`));
    await page.getByRole('button', { name: 'Admit 1' }).click();
    await screen(page, 'revoked');
    await page.getByRole('heading', { name: 'This device was revoked' }).waitFor();
    await lookAt(page, 'revoked');
    assert.deepEqual(await usesOf(passId), []);
    assert.equal(await page.evaluate(`localStorage.getItem('passdesk.desk.token')`), null);
    await page.reload();
    await screen(page, 'pair');
    assertClean();
    await context.close();
  });

  test('names are text and nothing else, whoever wrote them', async () => {
    const evil = `<img src=x onerror="document.title='broken'">`;
    const device = await makeDevice(operator, 'N00001', evil);
    const { page, context, assertClean } = await openStranger(browser(), base());
    await page.goto(pairingPath(device));
    await page.getByText(evil).waitFor();
    const passId = await passOf(1, { firstName: evil, lastName: '"><script>alert(1)</script>' });
    await wedge(page, passId);
    await screen(page, 'good');
    await page.getByRole('heading', { name: evil }).waitFor();
    await page.getByRole('button', { name: 'Do not admit' }).click();
    await wedge(page, evil);
    await screen(page, 'refused');
    await page.getByText(evil, { exact: true }).first().waitFor();
    assert.equal(await page.locator('img').count(), 0);
    assert.equal(await page.title(), 'Front desk');
    assertClean();
    await context.close();
  });

  test('each verdict sounds different, or not at all when sound is off; the screen is kept on', async () => {
    const { page, context, assertClean } = await openDesk(browser(), base(), operator);
    await context.addInitScript(`
      window.heard = [];
      window.awake = [];
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) { heard.push(this.frequency.value); return start.call(this, at); };
      const request = WakeLock.prototype.request;
      WakeLock.prototype.request = function (what) { awake.push(what); return request.call(this, what); };`);
    await page.reload();
    await screen(page, 'ready');
    assert.deepEqual(await page.evaluate('awake'), ['screen'], 'asked for when it opens');
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    assert.deepEqual(await page.evaluate('awake'), ['screen', 'screen'], 'and when it is looked at again');

    const heard = async () => JSON.stringify(await page.evaluate('heard.splice(0)'));
    // Browsers give sound only after a first touch.
    await page.getByRole('heading', { name: 'Ready to scan' }).click();
    await page.waitForTimeout(200);
    const passId = await passOf(1);
    await wedge(page, passId);
    await screen(page, 'good');
    const good = await heard();
    await page.getByRole('button', { name: 'Admit 1' }).click();
    await screen(page, 'admitted');
    const admitted = await heard();
    await page.getByRole('button', { name: /^Undo/ }).click();
    await screen(page, 'undone');
    const undone = await heard();
    await wedge(page, 'M1LOVELACE/ADA');
    await screen(page, 'refused');
    const refused = await heard();
    const melodies = [good, admitted, undone, refused];
    assert.equal(new Set(melodies).size, 4, melodies.join(' '));
    assert.ok(!melodies.includes('[]'), melodies.join(' '));

    await page.getByRole('button', { name: 'Next guest' }).click();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('checkbox', { name: 'Sound' }).uncheck();
    await page.getByRole('button', { name: 'Close' }).click();
    await wedge(page, passId);
    await screen(page, 'good');
    assert.equal(await heard(), '[]');
    assertClean();
    await context.close();
  });

  test('the desk alone may run WebAssembly, and its script has less than 60 kB', async () => {
    const policyOf = async (path: string) => (await fetch(base() + path)).headers.get('content-security-policy') ?? '';
    assert.match(await policyOf('/desk'), /script-src 'self' 'wasm-unsafe-eval';/);
    for (const path of ['/console', '/docs', '/v2/devices']) assert.doesNotMatch(await policyOf(path), /unsafe/);
    const scripts = new Set(namedIn(await (await fetch(`${base()}/desk`)).text()));
    let size = 0;
    for (const path of scripts) {
      const text = await (await fetch(base() + path)).text();
      size += gzipSync(text, { level: 9 }).length;
      // A set may grow while it is gone through: scripts name what they load later.
      for (const more of namedIn(text)) scripts.add(more);
    }
    assert.ok(scripts.size >= 2 && size > 10_000 && size < 60_000, `${scripts.size} scripts, ${size} bytes`);
  });

  test('German is complete on the page, and settings are kept', async () => {
    const { page, context, assertClean } = await openDesk(browser(), base(), operator);
    await page.getByRole('button', { name: 'Settings' }).click();
    await lookAt(page, 'settings');
    await page.getByRole('radio', { name: 'Deutsch' }).check();
    await page.getByRole('radio', { name: 'Dunkel' }).check();
    await page.getByRole('button', { name: 'Schließen' }).click();
    await page.getByRole('heading', { name: 'Bereit' }).waitFor();
    await wedge(page, await passOf(1));
    await page.getByRole('button', { name: '1 einlassen' }).click();
    await page.getByRole('heading', { name: 'Eingelassen' }).waitFor();
    assert.equal(await page.evaluate('document.documentElement.lang'), 'de');
    await takePictures(page, 'desk-admitted-german', ['narrow']);
    await page.reload();
    await page.getByRole('heading', { name: 'Bereit' }).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'desk-ready-german-dark', ['narrow', 'wide']);
    assertClean();
    await context.close();
  });
});
