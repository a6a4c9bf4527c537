/**
 * Writes what is made from the code, from a finished build: openapi.json, docs/errors.md, docs/commands.md, the settings in
 * README.md, the collections, and the client's table of calls.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const contract = new URL('../dist/src/contract/', import.meta.url);
const { openApi } = await import(new URL('openapi.js', contract));
const { errorsPage } = await import(new URL('documentation.js', contract));

mkdirSync(join(root, 'docs'), { recursive: true });
writeFileSync(join(root, 'openapi.json'), `${JSON.stringify(openApi(), null, 2)}\n`);
writeFileSync(join(root, 'docs', 'errors.md'), errorsPage());

const { settingsTable, tellSettings } = await import(new URL('../dist/src/system/configuration.js', import.meta.url));
const { commandsPage, withSettings } = await import(new URL('../dist/src/cli/commands-page.js', import.meta.url));
const { openDescription } = await import(new URL('../dist/src/cli/description.js', import.meta.url));
const readme = join(root, 'README.md');
writeFileSync(readme, withSettings(readFileSync(readme, 'utf8'), settingsTable()));
writeFileSync(
  join(root, 'docs', 'commands.md'),
  commandsPage(
    openDescription(() => JSON.stringify(openApi())),
    tellSettings({}),
  ),
);

const { clientCalls } = await import(new URL('client-calls.js', contract));
writeFileSync(join(root, 'src', 'client', 'calls.ts'), clientCalls());

const { collectionFiles } = await import(new URL('collections.js', contract));
// A route that is gone leaves no request behind.
rmSync(join(root, 'collections'), { recursive: true, force: true });
for (const [path, text] of Object.entries(collectionFiles())) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
