import { existsSync } from 'node:fs';

/** The folder that holds package.json, from source and from build alike. */
export function packageRoot(): URL {
  let folder = new URL('.', import.meta.url);
  while (!existsSync(new URL('package.json', folder))) {
    const parent = new URL('..', folder);
    if (parent.href === folder.href) throw new Error('package.json is not above the program; install it again');
    folder = parent;
  }
  return folder;
}
