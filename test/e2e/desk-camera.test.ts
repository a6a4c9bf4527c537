/** The front desk with a camera: a film that shows the code of a really issued pass. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { browserHere, openPage, takePictures, withoutBrowser } from '../harness/browser.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { openDesk, openLead, pairingPath, phone, screen } from '../harness/desk.ts';
import { makeDevice } from '../harness/devices.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { cameraFlags, writeFilm } from '../harness/fake-camera.ts';

describe('front desk with a camera', { skip: withoutBrowser }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-film-'));
  const film = join(folder, 'film.y4m');
  let operator: TestClient;
  let partner: TestClient;
  let passId = '';
  const product = embeddedProduct(async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
    operator = await openLead(here);
    passId = (await partner.issue(1, { firstName: 'Grace', lastName: 'Hopper' })).ePassId;
    writeFilm(film, [
      { text: null, milliseconds: 1_500 },
      { text: passId, milliseconds: 1_500 },
    ]);
  });
  const browser = browserHere(cameraFlags(film));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('a code that comes into view is answered; held on, it is quiet; shown again, it is answered again', async () => {
    const { page, context, assertClean } = await openDesk(browser(), product().baseUrl, operator);
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await screen(page, 'good');
    await page.getByText('Grace Hopper').waitFor();
    await page.getByRole('button', { name: 'Admit 1' }).click();
    await screen(page, 'admitted');
    // The film goes on: the same code leaves the view and comes again.
    await screen(page, 'refused');
    await page.getByRole('heading', { name: 'Do not admit Already used' }).waitFor();
    await page.getByRole('button', { name: 'Next guest' }).click();
    await screen(page, 'ready');
    await page.locator('[data-camera="on"]').waitFor();
    const { orders } = dataOf(await partner.post('/v2/orders/ePasses', { ePassId: passId }));
    assert.equal(orders.length, 1);
    assertClean();
    await context.close();
  });

  test('the camera is on again after a reload, and when its picture stands still', async () => {
    const { page, context, assertClean } = await openDesk(browser(), product().baseUrl, operator);
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await screen(page, 'refused');
    await page.reload();
    await screen(page, 'refused');
    await page.getByRole('button', { name: 'Next guest' }).click();
    await page.locator('[data-camera="on"]').waitFor();
    await takePictures(page, 'desk-ready-camera', ['narrow', 'wide']);
    // As a system does for a call: the picture stands still, and nobody tells the page.
    await page.locator('video').evaluate((video) => (video as unknown as { pause(): void }).pause());
    await screen(page, 'refused');
    assertClean();
    await context.close();
  });

  test('a camera that another program has is asked for again, and one that is taken away comes back', async () => {
    const { page, context, assertClean } = await openPage(browser(), product().baseUrl, phone);
    await page.addInitScript(`
      const { mediaDevices } = navigator;
      const ask = mediaDevices.getUserMedia.bind(mediaDevices);
      window.refusals = ['NotReadableError', 'AbortError'];
      mediaDevices.getUserMedia = async (wish) => {
        const name = window.refusals.shift();
        if (name !== undefined) throw new DOMException('', name);
        return ask(wish);
      };
      window.endWith = (...refusals) => {
        window.refusals = refusals;
        const [track] = document.querySelector('video').srcObject.getVideoTracks();
        track.stop();
        track.dispatchEvent(new Event('ended'));
      };
    `);
    await page.goto(pairingPath(await makeDevice(operator, 'N00001', 'Tablet')));
    await page.getByText('Aspen Lounge').first().waitFor();
    const camera = (state: string) => page.locator(`[data-camera="${state}"]`).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await screen(page, 'refused');
    await page.evaluate('endWith()');
    await camera('on');
    await page.getByRole('button', { name: 'Next guest' }).click();
    await screen(page, 'refused');
    await page.getByRole('button', { name: 'Next guest' }).click();
    await page.evaluate(`endWith('NotFoundError')`);
    await camera('missing');
    await page.evaluate(`navigator.mediaDevices.dispatchEvent(new Event('devicechange'))`);
    await camera('on');
    await screen(page, 'refused');
    await page.getByRole('button', { name: 'Next guest' }).click();
    await page.evaluate(`endWith('NotAllowedError')`);
    await camera('denied');
    await page.evaluate(`navigator.mediaDevices.dispatchEvent(new Event('devicechange'))`);
    await camera('denied');
    assertClean();
    await context.close();
  });

  test('a device that paints late and is paired by link has its camera', async () => {
    const { page, context, assertClean } = await openPage(browser(), product().baseUrl, phone);
    await page.addInitScript(`
      const later = setTimeout;
      requestAnimationFrame = (work) => later(() => work(performance.now()), 1_500);
      setTimeout = (work, after = 0, ...rest) => later(work, after > 0 && after < 100 ? 1_500 : after, ...rest);
    `);
    await page.goto(pairingPath(await makeDevice(operator, 'N00001', 'Old phone')));
    await page.getByText('Aspen Lounge').first().waitFor();
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await screen(page, 'refused');
    assertClean();
    await context.close();
  });
});
