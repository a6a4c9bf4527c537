#!/usr/bin/env node
/** The command `passdesk`. */
import { runCommandLine } from './cli/run.ts';
import { openOutside } from './outside.ts';

await runCommandLine(process.argv.slice(2), openOutside());
