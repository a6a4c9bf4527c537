/**
 * Builds the pages under `web/` into `dist/web`. Each folder with an `index.html` is a page; a `worker.ts` beside it
 * is its service worker, which keeps its name because the browser asks for it by that. Everything else is an asset
 * named after its content. Nothing is inlined: the pages' Content-Security-Policy allows no inline script or style.
 */
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const web = fileURLToPath(new URL('../web/', import.meta.url));
const folders = readdirSync(web, { withFileTypes: true }).filter((entry) => entry.isDirectory());
const found = (file) => folders.map(({ name }) => [name, join(web, name, file)]).filter(([, path]) => existsSync(path));
const workers = found('worker.ts').map(([name, path]) => [`${name}/worker`, path]);

const out = fileURLToPath(new URL('../dist/web/', import.meta.url));
// Only what this build makes: the compiler puts there what tests import of the pages.
rmSync(join(out, 'assets'), { recursive: true, force: true });

await build({
  configFile: false,
  root: web,
  publicDir: false,
  logLevel: 'warn',
  build: {
    outDir: out,
    emptyOutDir: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    rolldownOptions: {
      // The libraries mark their modules for server rendering, which there is none of.
      onLog: (level, log, report) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && report(level, log),
      input: Object.fromEntries([...found('index.html'), ...workers]),
      output: {
        entryFileNames: ({ name }) => (name.endsWith('/worker') ? '[name].js' : 'assets/[name]-[hash].js'),
      },
    },
  },
});
