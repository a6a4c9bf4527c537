/** `npm run bench` and `npm run bench:desk`: install and build what is missing, then measure (docs/measurements.md). */
import { build, install, requireNode } from './prepare.mjs';

requireNode();
install();
const desk = process.argv[2] === 'desk';
await build('everything', ...(desk ? ['web'] : []));
await import(desk ? '../dist/bench/desk.js' : '../dist/bench/run.js');
