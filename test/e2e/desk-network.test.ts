/** The front desk when the network goes: nothing is silent, nothing counts twice, nothing is lost. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { browserHere, takePictures, withoutBrowser } from '../harness/browser.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { lookAt, openDesk, openLead, pairingPath, screen, wedge } from '../harness/desk.ts';
import { makeDevice } from '../harness/devices.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';

describe('front desk without a network', { skip: withoutBrowser }, () => {
  let partner: TestClient;
  let operator: TestClient;
  const product = embeddedProduct(async (here) => {
    partner = await openClient(here.baseUrl, here.credentials.partner);
    operator = await openLead(here);
  });
  const browser = browserHere();
  const open = () => openDesk(browser(), product().baseUrl, operator);
  const passOf = async (usages: number) => (await partner.issue(usages)).ePassId;
  const usesOf = async (ePassId: string) => {
    const { orders } = dataOf(await partner.post('/v2/orders/ePasses', { ePassId }));
    return orders as { status: number }[];
  };

  /** Lets admissions reach the server, and loses every answer until `back` is called. */
  async function loseAnswers(page: Page): Promise<{ sent: () => number; back: () => Promise<void> }> {
    let sent = 0;
    await page.route('**/v2/redemptions', async (route) => {
      sent += 1;
      await route.fetch();
      await route.abort('connectionreset');
    });
    return { sent: () => sent, back: () => page.unroute('**/v2/redemptions') };
  }

  test('a scan without a network is told plainly, and answered when the network is back', async () => {
    const { page, context } = await open();
    const passId = await passOf(1);
    await context.setOffline(true);
    await page.getByText('Nobody can be admitted.').waitFor();
    await takePictures(page, 'desk-ready-offline', ['narrow']);
    await wedge(page, passId);
    // Chromium's emulation does not always tell the page that it is offline.
    await page.getByRole('heading', { name: /Not admitted No (network|answer)/ }).waitFor();
    await page.getByText(/Trying again/).waitFor();
    await lookAt(page, 'no-network');
    assert.equal(await page.getByRole('button', { name: /^Admit/ }).count(), 0);
    await context.setOffline(false);
    await screen(page, 'good');
    await context.close();
  });

  test('an admission whose answer is lost is sent again under its scan id, over a reload, and counts once', async () => {
    const { page, context } = await open();
    const passId = await passOf(3);
    await wedge(page, passId);
    await screen(page, 'good');
    const { sent, back } = await loseAnswers(page);
    await page.getByRole('button', { name: 'Admit 1' }).click();
    await page.getByRole('heading', { name: 'Not admitted No answer' }).waitFor();
    await lookAt(page, 'not-confirmed');
    await wedge(page, '1788000000000000');
    await page.getByText('This one comes first').waitFor();
    await wedge(page, `https://pass.example${pairingPath(await makeDevice(operator, 'N00002', 'Exit'))}`);
    await screen(page, 'ask');
    await page.getByText('An admission has no answer yet').waitFor();
    await lookAt(page, 'ask-unconfirmed');
    assert.ok(await page.getByRole('button', { name: 'Pair it anew' }).isDisabled());
    await page.getByRole('button', { name: 'Keep it as it is' }).click();
    await page.reload();
    await page.getByRole('heading', { name: 'Not admitted No answer' }).waitFor();
    assert.ok(sent() >= 2, `sent ${sent()} times`);
    await back();
    await page.getByRole('button', { name: 'Try now' }).click();
    await screen(page, 'admitted');
    await page.getByRole('heading', { name: 'Admitted 1 adult' }).waitFor();
    assert.equal((await usesOf(passId)).length, 1);
    await context.close();
  });

  /** What waits is sent at once, as when the network comes back. */
  const hurry = (page: Page) => page.evaluate(`window.dispatchEvent(new Event('online'))`);

  /** The first give-back is told to come again later, as by a server that has too many requests. */
  async function refuseFirstGiveBack(page: Page): Promise<() => number> {
    let asked = 0;
    await page.route('**/v2/redemptions/cancel', async (route) => {
      asked += 1;
      const json = { code: 1009, message: 'Wait.', error: 'RATE_LIMITED', facts: {} };
      if (asked > 1) await route.continue();
      else await route.fulfill({ status: 429, headers: { 'retry-after': '1' }, json });
    });
    return () => asked;
  }

  test('a guest who is sent away meanwhile is taken back, also when that is told to come again later', async () => {
    const { page, context } = await open();
    const passId = await passOf(2);
    await wedge(page, passId);
    await screen(page, 'good');
    const { back } = await loseAnswers(page);
    const giveBacks = await refuseFirstGiveBack(page);
    await page.getByRole('button', { name: 'Admit 1' }).click();
    await page.getByRole('button', { name: 'Send the guest away' }).click();
    await screen(page, 'withdrawn');
    await lookAt(page, 'withdrawn');
    await page.getByRole('button', { name: 'Next guest' }).click();
    await page.getByText('1 admission is taken back when the network is there.').waitFor();
    await back();
    const first = page.waitForResponse('**/v2/redemptions/cancel');
    await hurry(page);
    await first;
    await hurry(page);
    await page.getByRole('button', { name: /Sent away 1 adult/ }).waitFor();
    assert.equal(giveBacks(), 2);
    assert.deepEqual(
      (await usesOf(passId)).map(({ status }) => status),
      [3],
    );
    await context.close();
  });

  test('a slow network is told after a second; the page opens without any', async () => {
    const { page, context } = await open();
    const passId = await passOf(1);
    await page.waitForFunction(`navigator.serviceWorker.ready.then(() => caches.open('passdesk-desk-files'))
      .then((cache) => cache.match('/desk')).then((shell) => shell !== undefined)`);
    let answer = () => {};
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route('**/v2/redemptions/check', async (route) => {
      await held;
      await route.continue();
    });
    await wedge(page, passId);
    await page.getByText('The network is slow').waitFor();
    await lookAt(page, 'slow');
    answer();
    await screen(page, 'good');
    await context.setOffline(true);
    await page.reload();
    await screen(page, 'ready');
    await page.getByText('Aspen Lounge').first().waitFor();
    await page.getByText('Nobody can be admitted.').waitFor();
    await context.close();
  });
});
