/** What `npm start` and `npm run audit` run: without a command it serves. */
import { runCommandLine } from './cli/run.ts';
import { openOutside } from './outside.ts';

const words = process.argv.slice(2);
await runCommandLine(words.length === 0 ? ['serve'] : words, openOutside());
