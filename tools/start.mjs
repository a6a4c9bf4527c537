/** `npm start`: installs and builds what is missing, then becomes the server. */
import { build, install, requireNode } from './prepare.mjs';

requireNode();
install();
await build('product', 'web');
// In this very process: signals need no forwarding and the exit code is the server's own.
await import('../dist/src/main.js');
