import { readFileSync } from 'node:fs';
import { packageRoot } from './system/package-root.ts';

const root = packageRoot();
const manifest = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { readonly version: string };

/** Of this program. */
export const version = manifest.version;

/** The folder of the numbered SQL files. */
export const migrations = new URL('src/store/migrations/', root);
