/** Files of passes at the console, the next signing key of an endpoint, and events sent again by the range. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { accessibilityFaults, browserHere, takePictures, withoutBrowser } from '../harness/browser.ts';
import { bulkRow, ndjson } from '../harness/bulk.ts';
import { dataOf, openClient, type TestClient } from '../harness/client.ts';
import { confirm, sitDown, walkTo } from '../harness/console.ts';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { openPerson } from '../harness/people.ts';
import { postHere, until } from '../harness/push.ts';
import { openReceiver, type Receiver } from '../harness/receiver.ts';

const csvType = 'text/csv';
const heading = 'reference,module,clientUserId,firstName,lastName,expirationDate,availableUsages,resourceIds';

/** A CSV file of so many rows; each seventh asks for a usage too few. */
function csvOf(count: number, prefix: string): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const usages = index % 7 === 6 ? 0 : 2;
    return `${prefix}-${index + 1},1,${prefix}-user-${index + 1},Ada,Lovelace,2099-12-31T23:59:59+00:00,${usages},all`;
  });
  return `${[heading, ...rows].join('\r\n')}\r\n`;
}

/** Chooses a file as a person does. */
async function choose(page: Page, name: string, content: string, mimeType = csvType): Promise<void> {
  await page.getByLabel('Choose a file').setInputFiles({ name, mimeType, buffer: Buffer.from(content) });
}

describe('files of passes at the console', { skip: withoutBrowser }, () => {
  const product = embeddedProduct(undefined, {
    post: postHere,
    push: { isAllowedHost: (host) => host === '127.0.0.1' },
  });
  const browser = browserHere();
  let partner: TestClient;
  let reader: TestClient;
  let receiver: Receiver;
  before(async () => {
    receiver = await openReceiver();
    partner = await openClient(product().baseUrl, product().credentials.partner);
    reader = await openPerson(product(), { role: 'auditor' });
  });
  after(() => receiver.down());

  const figure = (page: Page, name: string): Locator =>
    page
      .locator('dl > div')
      .filter({ has: page.locator('dt', { hasText: new RegExp(`^${name}$`) }) })
      .locator('dd > span')
      .first();
  const figuresOf = async (page: Page) =>
    Object.fromEntries(
      await Promise.all(
        ['Rows', 'Good', 'Issued', 'Repeated', 'Refused'].map(
          async (name) => [name, Number((await figure(page, name).textContent())!.replaceAll(',', ''))] as const,
        ),
      ),
    );
  const state = (page: Page, word: string) => page.locator('header').getByText(word, { exact: true }).waitFor();
  const rows = (page: Page) => page.getByRole('table', { name: 'Verdicts' }).locator('tbody tr');
  const heldPasses = async () =>
    dataOf(await reader.post('/v2/orders/ePasses/find', { text: 'Lovelace', pageSize: 50 })).ePasses.length;

  test('every row has its verdict before anything is issued; then the good ones are issued, once', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator', '/console/DEMO/bulk');
    await page.getByText('No file yet').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-bulk-empty', ['widest', 'narrow']);
    await choose(page, 'january.csv', csvOf(21, 'january'), 'application/vnd.ms-excel');
    await page.getByRole('heading', { name: 'january.csv' }).waitFor();
    await state(page, 'Waits for you');
    assert.deepEqual(await figuresOf(page), { Rows: 21, Good: 18, Issued: 0, Repeated: 0, Refused: 3 });
    assert.equal(await heldPasses(), 0);

    // Why a row is refused, in words, at its column.
    await page.getByRole('combobox', { name: 'Verdict' }).click();
    await page.getByRole('option', { name: 'Refused (3)' }).click();
    await rows(page).nth(2).getByText('This is too small.').waitFor();
    assert.equal(await rows(page).count(), 3);
    await rows(page).first().getByText('availableUsages').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-bulk-checked', ['widest', 'narrow']);

    await page.getByRole('button', { name: 'Issue', exact: true }).click();
    await page.getByRole('dialog').getByText('3 rows are refused and are not issued.').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await heldPasses(), 0);
    await page.getByRole('button', { name: 'Issue', exact: true }).click();
    await confirm(page, 'Issue');
    await state(page, 'Done');
    await page.getByText('18 passes were issued.').waitFor();
    assert.equal(await heldPasses(), 18);

    // What became of each row, as a file and as a link to its pass.
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Result file' }).click();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), 'january-verdicts.csv');
    const result = await readFile(await saved.path(), 'utf8');
    assert.equal(result.match(/issued/g)?.length, 18);
    assert.equal(result.match(/REQUEST_INVALID/g)?.length, 3);
    await page.getByRole('combobox', { name: 'Verdict' }).click();
    await page.getByRole('option', { name: 'Issued (18)' }).click();
    await takePictures(page, 'console-bulk-done', ['widest', 'narrow']);
    await rows(page).first().getByRole('link').click();
    await page.getByRole('heading', { name: 'Ada Lovelace' }).waitFor();

    // The same file again makes nothing.
    await walkTo(page, '/console/DEMO/bulk');
    await choose(page, 'january.csv', csvOf(21, 'january'));
    await state(page, 'Waits for you');
    assert.deepEqual(await figuresOf(page), { Rows: 21, Good: 0, Issued: 0, Repeated: 18, Refused: 3 });
    assert.equal(await page.getByRole('button', { name: 'Issue', exact: true }).count(), 0);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await confirm(page, 'Cancel');
    await state(page, 'Cancelled');
    assert.equal(await heldPasses(), 18);
    assertClean();
    await context.close();
  });

  test('a running job is stopped, resumed and cancelled; what it has issued stays', async () => {
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator', '/console/DEMO/bulk');
    // More than is issued while somebody looks for the button.
    const count = 15_000;
    const list = Array.from({ length: count }, (_, index) => bulkRow(`long-${index + 1}`));
    // Dropped from another window, as NDJSON.
    const transfer = await page.evaluateHandle(
      `(() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([${JSON.stringify(ndjson(list))}], 'long.ndjson'));
        return transfer;
      })()`,
    );
    await page.locator('input[type=file]').locator('..').dispatchEvent('drop', { dataTransfer: transfer });
    await page.getByRole('heading', { name: 'long.ndjson' }).waitFor();
    await state(page, 'Waits for you');
    await page.getByRole('button', { name: 'Issue', exact: true }).click();
    await confirm(page, 'Issue');
    await page.getByRole('button', { name: 'Stop' }).click();
    await state(page, 'Stopped');
    const { Issued: issued, Good: good } = await figuresOf(page);
    assert.ok(issued! < count && issued! + good! === count, `${issued} and ${good}`);
    await page.getByText('Stopped where it was.').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-bulk-stopped', ['widest', 'narrow']);

    // Read on to the end of what a page holds.
    await page.getByText('The first 100 rows').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('The first 200 rows').waitFor();
    await page.getByRole('button', { name: 'Resume' }).click();
    await confirm(page, 'Resume');
    await page.getByRole('progressbar', { name: 'Passes are being issued.' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').getByText('the rest is not issued').waitFor();
    await confirm(page, 'Cancel');
    await state(page, 'Cancelled');
    const end = await figuresOf(page);
    assert.ok(end.Issued! >= issued! && end.Issued! + end.Good! === count, JSON.stringify(end));
    assert.equal(dataOf(await reader.get('/v2/bulk')).jobs[0].issued, end.Issued);
    await page.getByRole('link', { name: 'Bulk issue' }).first().click();
    await page.getByRole('table', { name: 'Files so far' }).getByText('long.ndjson').waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-bulk', ['widest', 'narrow']);
    assertClean();
    await context.close();
  });

  test('a file that is none is told so, an upload shows how far it is, and one that is cut off goes again', async () => {
    const { page, context } = await sitDown(browser(), product(), 'operator', '/console/DEMO/bulk');
    await choose(page, 'numbers.csv', 'a,b\r\n1,2\r\n');
    await page.getByText('numbers.csv was not taken.').waitFor();
    await page.getByText('The file cannot be read.').waitFor();
    await page.getByText('reference').first().waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-bulk-refused', ['widest', 'narrow']);
    assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
    await page.getByRole('button', { name: 'Another file' }).click();

    // The example that the console gives is one that it takes.
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save an example' }).click();
    const example = await readFile(await (await saving).path(), 'utf8');
    await page.route('**/v2/bulk?*', (route) => route.abort());
    await choose(page, 'example.csv', example);
    await page.getByText('Passdesk did not answer.').waitFor();
    await page.unroute('**/v2/bulk?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await state(page, 'Waits for you');
    assert.deepEqual(await figuresOf(page), { Rows: 2, Good: 2, Issued: 0, Repeated: 0, Refused: 0 });

    // Slow enough to be seen on its way, and stopped: nothing but its line is left.
    await page.getByRole('link', { name: 'Bulk issue' }).first().click();
    const debug = await context.newCDPSession(page);
    const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 200_000 };
    await debug.send('Network.enable');
    await debug.send('Network.emulateNetworkConditions', slow);
    await choose(page, 'slow.csv', csvOf(20_000, 'slow'));
    await page.getByRole('progressbar', { name: 'slow.csv' }).waitFor();
    await page.getByText(/^[\d.]+ (kB|MB) of [\d.]+ MB$/).waitFor();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-bulk-sending', ['widest', 'narrow']);
    await page.getByRole('button', { name: 'Stop sending' }).click();
    await page.getByLabel('Choose a file').waitFor({ state: 'attached' });
    await debug.send('Network.emulateNetworkConditions', { ...slow, uploadThroughput: -1 });
    await page
      .getByRole('table', { name: 'Files so far' })
      .locator('tbody tr')
      .filter({ hasText: 'slow.csv' })
      .getByText('Not taken')
      .waitFor();
    await context.close();
  });

  test('an auditor sees the files and verdicts, and can neither send nor start', async () => {
    const operator = await openPerson(product(), { role: 'operator' });
    const headers = { 'content-type': csvType, 'x-program-id': 'DEMO' };
    const job = dataOf(
      await operator.call('POST', '/v2/bulk?dryRun=true&name=theirs.csv', csvOf(7, 'theirs'), headers),
    );
    const { page, context, assertClean } = await sitDown(browser(), product(), 'auditor', '/console/DEMO/bulk');
    await page.getByRole('link', { name: 'theirs.csv' }).click();
    await state(page, 'Waits for you');
    await rows(page).first().waitFor();
    assert.deepEqual(
      (await page.locator('main').getByRole('button').allInnerTexts()).filter((word) => word !== ''),
      ['Result file'],
    );
    await walkTo(page, '/console/DEMO/bulk');
    await page.getByRole('heading', { name: 'Bulk issue' }).waitFor();
    assert.equal(await page.locator('input[type=file]').count(), 0);
    await walkTo(page, '/console/DEMO/bulk/bulk_0000000000000000');
    await page.getByText('There is no such file in this programme.').waitFor();
    assert.equal(dataOf(await operator.get(`/v2/bulk/${job.jobId}`)).state, 'checked');
    assertClean();
    await context.close();
  });

  test('the next signing key is made with an overlap, and events of a range go again', async () => {
    const body = { url: receiver.url, eventTypes: ['epass.issued'] };
    const { endpointId } = dataOf(await partner.post('/v2/endpoints', body));
    for (let pass = 1; pass <= 3; pass += 1) await partner.issue();
    const delivered = async (query = '') =>
      dataOf(await partner.get(`/v2/endpoints/${endpointId}/deliveries?state=delivered&pageSize=100${query}`))
        .deliveries;
    await until('three events are delivered', async () => (await delivered()).length === 3);

    const path = `/console/DEMO/push/${endpointId}`;
    const { page, context, assertClean } = await sitDown(browser(), product(), 'operator', path);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Next key' }).click();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-push-next-key', ['widest', 'narrow']);
    await dialog.getByLabel('The new key signs from').fill('2001-01-01T00:00');
    await dialog.getByRole('button', { name: 'Next key' }).click();
    await dialog.getByText('must not be earlier than now').waitFor();
    await dialog
      .getByLabel('The new key signs from')
      .fill(new Date(Date.now() + 86_400_000).toISOString().slice(0, 16));
    await dialog.getByRole('button', { name: 'Next key' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Takes over', { exact: true }).waitFor();
    await page.getByText('the receiver must accept both').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Next key' }).count(), 0);
    const { signingKeys } = dataOf(await partner.get(`/v2/endpoints/${endpointId}`));
    assert.equal(signingKeys.length, 2);

    const before = receiver.received.length;
    await page.getByRole('button', { name: 'Send a range again' }).click();
    await dialog.getByRole('combobox', { name: 'Which' }).click();
    await page.getByRole('option', { name: 'what was delivered' }).click();
    assert.deepEqual(await accessibilityFaults(page), []);
    await takePictures(page, 'console-push-range', ['widest', 'narrow']);
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByText('The endpoint gets once more what was delivered').waitFor();
    assert.equal(receiver.received.length, before);
    await confirm(page, 'Send again');
    await page.getByText('3 events are on their way.').waitFor();
    await until('they have come again', () => receiver.received.length >= before + 3);

    // The log tells both in words, whoever reads it.
    await walkTo(page, `/console/DEMO/audit-log?subject=${endpointId}`);
    const log = page.getByRole('table', { name: 'Audit log' });
    await log.getByText('Next signing key of an endpoint made').first().waitFor();
    await log.getByText('Events sent again').first().waitFor();
    assertClean();
    await context.close();
  });
});
