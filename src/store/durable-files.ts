/**
 * A PGlite file system for Node that really fsyncs.
 *
 * As shipped, PGlite starts PostgreSQL with `-F` (fsync off), and even without it the compiled code's
 * `fsync()` ends in `stream_ops.fsync?.(stream)`, which the Node file system does not have, so nothing
 * would ever reach the disk. Its `fdatasync()` is an empty function: hence `wal_sync_method=fsync`.
 * Directories are opened and fsynced by PostgreSQL like files, so the same operation covers created
 * and renamed entries.
 */
import { closeSync, fstatSync, fsyncSync, openSync, readdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

/** Start parameters of a durable PostgreSQL: PGlite's own without `-F` (fsync off), plus what a commit needs. */
export const durableStartParameters: string[] = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  ...['fsync=on', 'wal_sync_method=fsync', 'full_page_writes=on', 'synchronous_commit=on'].flatMap((s) => ['-c', s]),
];

/** The parts of the compiled module that are touched here; PGlite's types leave them open. */
interface HostStream {
  readonly nfd: number;
}
interface HostModule {
  readonly NODEFS: { readonly stream_ops: Record<string, unknown> };
  readonly FS: { lookupPath(path: string): { node: { mount: { opts: { root: string } } } } };
}

const mountPoint = PGlite.paths.PGDATA;
/** EINVAL in the compiled code's numbering; PostgreSQL accepts it for directories that cannot be fsynced. */
const compiledEinval = 28;

type InitArguments = Parameters<NodeFS['init']>;

/**
 * PGlite's files under `root`, with a working fsync. `onFailure` is called with a sentence when the
 * operating system refuses one fsync and must not return: after a failed fsync the kernel may have
 * dropped the pages, so a second try could wrongly succeed.
 */
export class DurableFiles extends NodeFS {
  /** How many fsyncs the operating system has confirmed. */
  fsyncs = 0;
  readonly #onFailure: (sentence: string) => never;

  constructor(root: string, onFailure: (sentence: string) => never) {
    super(root);
    this.#onFailure = onFailure;
  }

  override async init(...[pglite, options]: InitArguments): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const installFsync = (module: unknown) => {
      (module as HostModule).NODEFS.stream_ops.fsync = (stream: HostStream) => this.#fsync(stream.nfd);
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), installFsync] } };
  }

  /** Renames the root folder while the database is open; files already open stay valid. */
  moveTo(root: string): void {
    renameSync(this.rootDir, root);
    this.rootDir = root;
    const module = this.pg?.Module as unknown as HostModule;
    module.FS.lookupPath(mountPoint).node.mount.opts.root = root;
  }

  #fsync(descriptor: number): number {
    try {
      fsyncSync(descriptor);
    } catch (error) {
      const cannot = (error as NodeJS.ErrnoException).code === 'EINVAL' && fstatSync(descriptor).isDirectory();
      if (cannot) return compiledEinval;
      this.#onFailure(`the operating system could not flush the database to disk: ${(error as Error).message}`);
    }
    this.fsyncs += 1;
    return 0;
  }
}

/** Fsyncs one file or folder. Throws what the operating system says. */
function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Fsyncs a folder with everything in it, innermost first. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(folder);
}

/** Fsyncs the folders from `folder` up to `top` (its ancestor or itself), so that their entries survive a power cut. */
export function syncUpTo(folder: string, top: string): void {
  syncPath(folder);
  if (folder !== top && dirname(folder) !== folder) syncUpTo(dirname(folder), top);
}
