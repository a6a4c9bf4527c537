/** `npm run bench`: installs and builds what is missing, then measures (docs/measurements.md). */
import { build, install, requireNode } from './prepare.mjs';

requireNode();
install();
await build('everything');
await import('../dist/bench/run.js');
