/** docs/client.md against what `npm pack` makes: its programs compile in a partner's project, and the first runs as written. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { embeddedProduct } from '../harness/embedded-product.ts';
import { installPackage, link, run } from '../harness/package.ts';

const execute = promisify(execFile);
const page = readFileSync('docs/client.md', 'utf8');
const programs = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code]) => code!);
const printed = /It prints:\n\n```text\n([\s\S]*?)```/.exec(page)![1]!;

const { folder } = installPackage();
after(() => rmSync(folder, { recursive: true, force: true }));

const compiler = resolve('node_modules', 'typescript', 'bin', 'tsc');
const options = {
  target: 'es2023',
  module: 'nodenext',
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  types: ['node'],
  noEmit: false,
  outDir: 'out',
  rootDir: '.',
};

/** Compiles the files as a partner would. */
function compile(files: Readonly<Record<string, string>>, more: object): string {
  for (const [name, code] of Object.entries(files)) writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const compilerOptions = { ...options, ...more };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: Object.keys(files) }));
  return run(process.execPath, [compiler, '-p', '.', '--listFiles'], folder);
}

/** What must be right, and, each below its mark, what must be wrong. */
const types = `import { type CallName, type Data, type Input, openPassdesk, type Order, type Row } from 'passdesk/client';

const passdesk = openPassdesk({ baseUrl: 'https://passes.example', credentials: { issuer: 'a', secret: 'b' } });
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
export const same: [Same<Data<'issuePass'>, Order>, Same<Row<'listUserPasses'>, Order>] = [true, true];
export const name: CallName = 'redeemPass';
export const input: Input<'listResources'> = { module: ['1', 2], pageSize: 50, radius: 2.5 };

export async function use(): Promise<void> {
  const order = await passdesk.searchPass({ ePassId: '1788000066668888' });
  const left: number = order.extra.availableUsages;
  const none: string | null = order.usageDate;
  for await (const { sequence } of passdesk.each('listEvents')) console.log(sequence + left, none);
  // @ts-expect-error a field that does not exist
  await passdesk.searchPass({ orderID: 'DP00000000000001' });
  // @ts-expect-error a module that does not exist
  await passdesk.issuePass({ module: 5 });
  // @ts-expect-error an input that is needed
  await passdesk.getEndpoint();
  // @ts-expect-error a field of an answer that does not exist
  console.log(order.extra.ePassID);
  // @ts-expect-error a call that is no list
  passdesk.each('issuePass');
  // @ts-expect-error a route that only people have
  passdesk.createAccount;
  // @ts-expect-error credentials that prove nothing
  openPassdesk({ baseUrl: '', credentials: { issuer: 'a' } });
}
`;

describe('the package in a partner’s project', () => {
  const product = embeddedProduct();

  test('every program of the page compiles, and the types say what they must', () => {
    for (const name of ['@types/node', 'undici-types']) link(folder, name);
    const files = Object.fromEntries(programs.map((code, index) => [`page-${index}.ts`, code]));
    assert.ok(programs.length >= 4);
    const read = compile({ ...files, 'types.ts': types }, { skipLibCheck: true });
    const foreign = ['fastify', 'pino', '@types/pg', '@electric-sql', 'prom-client', 'react'];
    for (const name of foreign) assert.ok(!read.includes(`node_modules/${name}/`), `the types lead to ${name}`);
    const own = read.split('\n').filter((file) => file.includes('/passdesk/dist/'));
    for (const file of own) assert.match(file, /\/dist\/types\/src\/(client|contract|domain)\/[\w-]+\.d\.ts$/);
  });

  test('the first program runs as it is written, twice, and prints what the page says', async () => {
    const { baseUrl, credentials } = product();
    const { partner, venue } = credentials;
    const environment = {
      PASSDESK_URL: baseUrl,
      PARTNER: partner.issuer,
      PARTNER_SECRET: partner.secret,
      VENUE: venue.issuer,
      VENUE_SECRET: venue.secret,
    };
    const env = { ...process.env, ...environment };
    const start = () => execute(process.execPath, [join('out', 'page-0.js')], { cwd: folder, env });
    const withoutId = (text: string) => text.replace(/DP\d{14}/, 'DP…');
    const first = await start();
    assert.equal(withoutId(first.stdout), withoutId(printed));
    const second = await start();
    assert.equal(second.stdout.split('\n')[0], first.stdout.split('\n')[0], 'the same pass');
    assert.equal(second.stdout.split('\n')[1], 'first E_PASS_USAGES_EXCEEDED 0');
  });

  test('the client loads nothing of the server', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: string) => {
      if (seen.has(file)) return;
      seen.add(file);
      for (const [, target] of readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport)\s*\(?'([^']+)'/g)) {
        if (target!.startsWith('.')) follow(join(file, '..', target!));
        else packages.add(target!);
      }
    };
    const own = join(folder, 'node_modules', 'passdesk', 'dist', 'src', 'client');
    follow(join(own, 'passdesk.js'));
    assert.ok(seen.size > 6);
    for (const file of seen) assert.ok(file.startsWith(own), file);
    assert.deepEqual([...packages], ['jose']);
  });
});
