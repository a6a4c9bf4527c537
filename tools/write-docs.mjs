/** Writes the documents that are made from the code, from a finished build: openapi.json and docs/errors.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const contract = new URL('../dist/src/contract/', import.meta.url);
const { openApi } = await import(new URL('openapi.js', contract));
const { errorsPage } = await import(new URL('documentation.js', contract));

mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, 'openapi.json'), `${JSON.stringify(openApi(), null, 2)}\n`);
writeFileSync(join(root, 'docs', 'errors.md'), errorsPage());
