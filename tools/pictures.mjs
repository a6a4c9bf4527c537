/**
 * Makes the pictures of the README anew, from the demo airport: `node tools/pictures.mjs`. They go to docs/pictures,
 * made small by pngquant where it is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, install, requireNode, root } from './prepare.mjs';

const folder = join(root, 'docs', 'pictures');
/** More bytes a picture should not have: everybody who reads the README fetches it. */
const MOST_BYTES = 150_000;
const wide = { viewport: { width: 1440, height: 900 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true };
const place = { locale: 'en-GB', timezoneId: 'Europe/London', colorScheme: 'light' };

requireNode();
install();
await build('everything', 'web');
const { launchBrowser } = await import('../dist/test/harness/browser.js');
const { wedge } = await import('../dist/test/harness/desk.js');
const data = mkdtempSync(join(tmpdir(), 'passdesk-pictures-'));
const demo = spawn(process.execPath, [join(root, 'dist', 'src', 'passdesk.js'), 'demo'], {
  env: { ...process.env, PORT: '0', DATA_DIR: data },
  stdio: ['ignore', 'pipe', 'ignore'],
});
const browser = await launchBrowser();
try {
  mkdirSync(folder, { recursive: true });
  const baseUrl = await readyAt(demo);
  const console = await signIn(baseUrl);
  await save(console, 'today');
  const passId = await someUsedPass(console);
  await desk(baseUrl, console, passId);
  await passPage(baseUrl, console, passId);
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  await once(demo, 'exit');
  rmSync(data, { recursive: true, force: true });
}

/** The address of the demo, once its week has been made. */
async function readyAt({ stdout }) {
  let said = '';
  for await (const chunk of stdout) {
    said += chunk;
    const [, address] = /Console and API reference: (\S+) and/.exec(said) ?? [];
    if (address !== undefined) {
      stdout.resume();
      return address;
    }
  }
  throw new Error('the demo ended');
}

async function openPage(baseUrl, options) {
  const context = await browser.newContext({ baseURL: baseUrl, ...place, ...options });
  return context.newPage();
}

async function signIn(baseUrl) {
  const { admin } = JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8'));
  const page = await openPage(baseUrl, wide);
  await page.goto('/console');
  await page.getByLabel('E-mail').fill(admin.email);
  await page.locator('input[autocomplete=current-password]').fill(admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Refusals by reason' }).waitFor();
  return page;
}

/** Calls the API as whoever is signed in on the page. */
async function call(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const { csrfToken } = (await (await fetch('/v2/sessions/current')).json()).data;
      const headers = { 'x-program-id': 'DEMO', 'x-csrf-token': csrfToken, 'content-type': 'application/json' };
      const answer = await (await fetch(path, { method, headers, body: JSON.stringify(body) })).json();
      if (answer.code !== 0) throw new Error(JSON.stringify(answer));
      return answer.data;
    },
    [method, path, body],
  );
}

/** A pass for a lounge that has been used, and can be used by several guests more. */
async function someUsedPass(console) {
  for (let number = 1; number <= 100; number += 1) {
    const { ePasses } = await call(console, 'POST', '/v2/orders/ePasses/find', { text: `traveller-${number}` });
    for (const { module, extra } of ePasses) {
      if (module === 1 && extra.ePassStatus === 1 && extra.usedUsages > 0 && extra.availableUsages > 2)
        return extra.ePassId;
    }
  }
  throw new Error('no traveller has such a pass');
}

async function desk(baseUrl, console, passId) {
  const device = await call(console, 'POST', '/v2/devices', { name: 'Front desk', resourceId: 'N00001' });
  const { pathname, hash } = new URL(device.pairingUrl);
  const page = await openPage(baseUrl, phone);
  await page.goto(pathname + hash);
  await page.locator('[data-screen="ready"]').waitFor();
  await wedge(page, passId);
  await page.locator('[data-screen="good"]').waitFor();
  await save(page, 'desk');
}

async function passPage(baseUrl, console, passId) {
  const { url } = await call(console, 'POST', '/v2/orders/ePasses/link', { ePassId: passId });
  const page = await openPage(baseUrl, phone);
  await page.goto(new URL(url).pathname);
  await page.locator('svg[role=img], canvas, .code').first().waitFor();
  await save(page, 'pass');
}

async function save(page, name) {
  const path = join(folder, `${name}.png`);
  await page.waitForTimeout(500);
  await page.screenshot({ path, animations: 'disabled' });
  spawnSync('pngquant', ['--force', '--skip-if-larger', '--strip', '--speed', '1', '--output', path, path]);
  const { size } = statSync(path);
  process.stdout.write(`${path}: ${size} bytes${size > MOST_BYTES ? ', too many' : ''}\n`);
  if (size > MOST_BYTES) process.exitCode = 1;
}
