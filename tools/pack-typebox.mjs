/**
 * Puts typebox into the one file of the build through which it is used. It comes as 683 modules, and to find, open and
 * link them was 0.4 s of each start, of the product and of every file of tests.
 */
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const file = fileURLToPath(new URL('../dist/src/contract/typebox.js', import.meta.url));

await build({
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: file,
    target: 'node20',
    minify: false,
    outDir: dirname(file),
    emptyOutDir: false,
    rolldownOptions: { output: { entryFileNames: basename(file) } },
  },
});
