import type { Origin } from '../operations/catch-up.ts';
import type { Finding } from '../operations/examine.ts';
import type { Credentials } from '../operations/first-start.ts';
import type { Hold, Keeper } from '../operations/keeper.ts';
import type { World } from '../operations/world.ts';
import type { Describe } from './description.ts';

export type Database = World['database'];
export type Environment = Readonly<Record<string, string | undefined>>;

/** A setting as people are told of it. */
export interface ToldSetting {
  readonly name: string;
  readonly what: string;
  readonly standard: string;
  readonly value: string;
  readonly given: boolean;
  readonly secret: boolean;
}

/** A product that serves in this very process. */
export interface Serving {
  readonly baseUrl: string;
  readonly credentials: Credentials | null;
  /** Stops it, as a signal would. */
  stop(): Promise<void>;
}

/** The data, open for this command. */
export interface OpenData {
  readonly database: Database;
  /** `own`: nobody else can change it meanwhile; `copy`: as it was a moment ago; `shared`: others go on. */
  readonly how: 'own' | 'copy' | 'shared';
  /** Of a copy: the first transaction that may be missing. */
  readonly since: string;
  close(): Promise<void>;
}

/** A running server, asked through its data folder. */
export interface RunningServer {
  readonly status: Awaited<ReturnType<Keeper['status']>>;
  hold(): Promise<Hold>;
  readonly origin: Origin;
  moved(to: string, token: string): Promise<void>;
}

/** Where a back-up's lines go; nothing is there before `commit`. */
export interface BackUpWriter {
  write(text: string): Promise<void>;
  commit(): Promise<number>;
  abandon(): Promise<void>;
}

/** A file that is there only when it is filled. */
export interface NewFile {
  fill(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  abandon(): Promise<void>;
}

/** All that only the program's own top can do: files, processes, databases. */
export interface Outside {
  readonly version: string;
  /** The folder of the numbered SQL files. */
  readonly migrations: URL;
  /** The routes of the API. */
  readonly describe: Describe;
  settings(environment: Environment): readonly ToldSetting[];
  credentials(environment: Environment): Promise<Credentials | null>;
  /** Begins to serve; signals stop it and end the process. */
  serve(environment: Environment, greet: boolean): Promise<Serving>;
  /** Opens what the settings name, to read it. Of a running embedded server, a copy. */
  openData(environment: Environment): Promise<OpenData>;
  /** Opens what the settings name and what nobody else may be using, to change it. */
  openOwn(environment: Environment): Promise<OpenData>;
  /** Opens what the settings name to write into it; makes it when it is not there. Nobody else may be using it. */
  openEmpty(environment: Environment): Promise<OpenData>;
  /** The server that holds the data folder; null when none does. */
  runningServer(environment: Environment): Promise<RunningServer | null>;
  /** Says, where nobody serves, that the data of the folder is elsewhere now. */
  markMoved(environment: Environment, to: string): Promise<void>;
  /** Small files of the data folder that belong to the data, by name; and puts those that are missing back. */
  readFiles(environment: Environment): Promise<Record<string, string>>;
  writeFiles(environment: Environment, files: Readonly<Record<string, string>>): Promise<string[]>;
  openBackUpWriter(path: string): Promise<BackUpWriter>;
  readBackUp(path: string): Promise<AsyncIterable<string>>;
  readText(path: string): Promise<string>;
  /** Opens a file to be sent; `-` is standard input, whose size is not known. */
  openFile(path: string): Promise<{ readonly size: number | null; readonly body: ReadableStream<Uint8Array> }>;
  /** Begins a file; refuses a path at which there is something, or that cannot be written. */
  openNewFile(path: string): Promise<NewFile>;
  examine(environment: Environment): Promise<Finding[]>;
}
