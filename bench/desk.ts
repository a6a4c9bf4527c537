/**
 * `npm run bench:desk`: how long the front desk takes from a code coming into view to the verdict being shown,
 * through a fake camera, in the system's Chromium, with the product as a process of its own; and the size of the page.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { packageRoot } from '../src/system/package-root.ts';
import { launchBrowser, withoutBrowser } from '../test/harness/browser.ts';
import { openClient } from '../test/harness/client.ts';
import { openDesk, screen } from '../test/harness/desk.ts';
import { cameraFlags, framesPerSecond, writeFilm } from '../test/harness/fake-camera.ts';
import { signInAs } from '../test/harness/people.ts';
import { removeFolder, startProduct } from '../test/harness/product.ts';
import { machineFacts } from './machine.ts';

const rounds = 40;
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Runs in the page: notes when a frame with the code was given to it, and when the verdict had been drawn. */
const stopwatch = `(() => {
  const took = [];
  let cameAt = null;
  const canvas = new OffscreenCanvas(8, 8);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  function watch() {
    const video = document.querySelector('video');
    if (video === null) return requestAnimationFrame(watch);
    video.requestVideoFrameCallback((now) => {
      context.drawImage(video, 0, 0, 8, 8);
      const { data } = context.getImageData(2, 2, 4, 4);
      const light = data.filter((_, index) => index % 4 === 0).reduce((sum, value) => sum + value, 0) / 16;
      // The screen of the phone is lighter than the desk it is held over.
      if (light < 112) cameAt = null;
      else if (cameAt === null) cameAt = now;
      watch();
    });
  }
  watch();
  new MutationObserver(() => {
    if (document.querySelector('[data-screen="good"]') === null || cameAt === null || cameAt < 0) return;
    const at = cameAt;
    cameAt = -1;
    requestAnimationFrame(() => setTimeout(() => took.push(performance.now() - at)));
  }).observe(document.body, { childList: true, subtree: true, attributes: true });
  globalThis.deskTook = took;
})()`;

async function measure(page: Page): Promise<{ view: number[]; asked: number[] }> {
  await page.evaluate(stopwatch);
  for (let round = 0; round < rounds; round += 1) {
    await screen(page, 'good');
    await page.waitForTimeout(100);
    await page.getByRole('button', { name: 'Do not admit' }).click();
    await screen(page, 'ready');
  }
  const view = (await page.evaluate('globalThis.deskTook')) as number[];
  const asked = (await page.evaluate(`performance.getEntriesByType('resource')
    .filter(({ name }) => name.endsWith('/check')).map(({ duration }) => duration)`)) as number[];
  return { view, asked };
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((left, right) => left - right);
  return `${Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!)} ms`;
}

/** What a device loads: the script by the shell and what it imports later, gzipped as the server sends it. */
function sizes(): string[] {
  const folder = new URL('dist/web/assets/', packageRoot());
  const ours = readdirSync(folder).filter((name) => /^(desk|reader|zxing_reader)-/.test(name));
  return ours.map((name) => {
    const bytes = gzipSync(readFileSync(new URL(name, folder)), { level: 9 }).length;
    return `${name}: ${(bytes / 1000).toFixed(1)} kB gzipped`;
  });
}

async function main(): Promise<void> {
  if (withoutBrowser !== false) throw new Error(withoutBrowser);
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-bench-'));
  const product = await startProduct();
  const { baseUrl, credentials } = product;
  try {
    const partner = await openClient(baseUrl, credentials.partner);
    const { ePassId } = await partner.issue(1);
    const film = join(folder, 'film.y4m');
    writeFilm(film, [
      { text: null, milliseconds: 1_600 },
      { text: ePassId, milliseconds: 1_400 },
    ]);
    const browser = await launchBrowser(cameraFlags(film));
    const { page } = await openDesk(
      browser,
      baseUrl,
      await signInAs(baseUrl, credentials.admin.email, credentials.admin.password),
    );
    await page.getByRole('button', { name: 'Use the camera' }).click();
    const { view, asked } = await measure(page);
    say(JSON.stringify({ ...machineFacts(), chromium: browser.version(), rounds, framesPerSecond }, null, 2));
    say(
      `\ncode in view to verdict drawn: median ${quantile(view, 0.5)}, p95 ${quantile(view, 0.95)} (${view.length} scans)`,
    );
    say(`of it the check over HTTP: median ${quantile(asked, 0.5)}, p95 ${quantile(asked, 0.95)}\n`);
    for (const line of sizes()) say(line);
    await browser.close();
  } finally {
    await product.stop();
    await removeFolder(product.dataFolder);
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
