import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { type Allowance, readAllowance } from './addresses.ts';

/** A setting that cannot be used; the sentence names it and says what it takes. */
export class ConfigurationProblem extends Error {}

/** One setting: what it is called, what it is without being given, and how its text is read. */
interface Setting<T> {
  /** The environment variable; the command line knows `DATA_DIR` as `--data-dir`. */
  readonly name: string;
  /** The text that is read when none is given; empty where being given is what matters. */
  readonly standard: string;
  /** What is in force when nothing is given and the text is empty, for people. */
  readonly otherwise?: string;
  /** For people: what it is, in half a sentence. */
  readonly what: string;
  /** Never shown whole. */
  readonly secret?: true;
  /** Refuses what cannot be used with a `ConfigurationProblem`. */
  readonly read: (text: string) => T;
}

const setting = <T>(one: Setting<T>): Setting<T> => one;

/** The one list of settings: this program, `passdesk config` and the table in README.md are made from it. */
const table = {
  host: setting({ name: 'HOST', standard: '127.0.0.1', what: 'the address the server listens on', read: String }),
  port: setting({
    name: 'PORT',
    standard: '8080',
    what: 'the port the server listens on; 0 takes any free one',
    read: readPort,
  }),
  dataFolder: setting({
    name: 'DATA_DIR',
    standard: './data',
    what: 'the folder of the embedded database, `credentials.json` and `link-secret`',
    read: (text) => resolve(text),
  }),
  databaseUrl: setting({
    name: 'DATABASE_URL',
    standard: '',
    what: 'a PostgreSQL database (15 to 18) instead of the embedded one',
    secret: true,
    read: readDatabaseUrl,
  }),
  publicUrl: setting({
    name: 'PUBLIC_URL',
    standard: '',
    otherwise: 'where it listens',
    what: 'the address people use; links to passes begin with it; with `https`, cookies go over https only, and no other origin is accepted',
    read: readPublicUrl,
  }),
  trustedProxies: setting({
    name: 'TRUSTED_PROXIES',
    standard: '',
    what: 'addresses and ranges of the proxies in front; `X-Forwarded-For` is believed only from them',
    read: readProxies,
  }),
  linkSecret: setting({
    name: 'LINK_SECRET',
    standard: '',
    otherwise: '`DATA_DIR/link-secret`',
    what: 'the secret that links to passes are made with, for processes that do not share `DATA_DIR`; at least 32 characters',
    secret: true,
    read: readLinkSecretText,
  }),
  pushIssuer: setting({
    name: 'PUSH_ISSUER',
    standard: 'passdesk',
    what: 'the `iss` claim of signed push events',
    read: readIssuer,
  }),
  pushAllowPrivate: setting({
    name: 'PUSH_ALLOW_PRIVATE',
    standard: '',
    what: 'private hosts and ranges that push events may go to, such as `127.0.0.1/32` on a laptop',
    read: readAllowances,
  }),
} as const;

/** What the settings come to; null where one was not given and has no other value. */
export type Configuration = { readonly [Key in keyof typeof table]: ReturnType<(typeof table)[Key]['read']> };

/** Where settings come from: the process's environment, or that with what the command line says put over it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings (contract, section 1). No setting is required; an empty one counts as not given. */
export function readConfiguration(environment: Environment): Configuration {
  const values = Object.entries(table).map(([key, { name, standard, read }]) => [
    key,
    read(environment[name] || standard),
  ]);
  return Object.fromEntries(values) as Configuration;
}

/** One setting as it is told to people. */
export interface ToldSetting {
  readonly name: string;
  readonly what: string;
  readonly standard: string;
  /** What is in force; secrets are hidden. */
  readonly value: string;
  readonly given: boolean;
  readonly secret: boolean;
}

/** Every setting with its value in force, in the order of the table. */
export function tellSettings(environment: Environment): ToldSetting[] {
  return settings().map(({ name, standard, otherwise = '', what, secret = false }) => {
    const given = (environment[name] ?? '') !== '';
    const value = environment[name] || standard || otherwise.replaceAll('`', '');
    return { name, what, standard, value: secret && given ? withoutPassword(value) : value, given, secret };
  });
}

const settings = () => Object.values(table) as Setting<unknown>[];

/** An address without its password; of anything else nothing at all. */
export function withoutPassword(value: string): string {
  if (!URL.canParse(value)) return '(hidden)';
  const url = new URL(value);
  const who = url.username === '' ? '' : `${url.username}${url.password === '' ? '' : ':(hidden)'}@`;
  return `${url.protocol}//${who}${url.host}${url.pathname}`;
}

/** The settings as the table of README.md. */
export function settingsTable(): string {
  const rows = settings().map(({ name, standard, otherwise = '–', what }) => [
    `\`${name}\``,
    standard === '' ? otherwise : `\`${standard}\``,
    what,
  ]);
  const lines = [['variable', 'default', 'what it is'], ['---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

function readPort(text: string): number {
  const port = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && port <= 65_535) return port;
  throw new ConfigurationProblem(`PORT is "${text}", but must be a number from 0 (any free port) to 65535`);
}

function readDatabaseUrl(text: string): string | null {
  if (text === '') return null;
  if (/^postgres(ql)?:\/\//.test(text)) return text;
  throw new ConfigurationProblem(
    'DATABASE_URL must begin with postgres:// or postgresql://; leave it out for the embedded database',
  );
}

function readIssuer(text: string): string {
  if (/^[!-~]{1,200}$/.test(text)) return text;
  throw new ConfigurationProblem('PUSH_ISSUER must be up to 200 ASCII characters without spaces');
}

function readAllowances(text: string): Allowance {
  try {
    return readAllowance(text);
  } catch (problem) {
    const sentence = 'a list of hosts, addresses and ranges such as 10.1.0.0/16, separated by commas';
    throw new ConfigurationProblem(`PUSH_ALLOW_PRIVATE must be ${sentence}: ${(problem as Error).message}`);
  }
}

function readPublicUrl(text: string): string | null {
  if (text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && ['http:', 'https:'].includes(url.protocol) && `${url.origin}/` === url.href;
  if (isPlain) return url.origin;
  throw new ConfigurationProblem(
    'PUBLIC_URL must be an address such as https://passes.example.com, without a path, a query or credentials',
  );
}

function readLinkSecretText(text: string): string | null {
  if (text === '') return null;
  if (text.length >= 32) return text;
  throw new ConfigurationProblem('LINK_SECRET must have at least 32 characters, drawn at random');
}

function readProxies(text: string): Allowance {
  const items = text.split(',').map((item) => item.trim());
  // Names are left out: who an address belongs to would be for a name server to say.
  const named = items.find((item) => item !== '' && isIP(item.split('/')[0]!) === 0);
  try {
    if (named !== undefined) throw new Error(`${named} is no address or range`);
    return readAllowance(text);
  } catch (problem) {
    const sentence = 'a list of addresses and ranges such as 10.1.0.0/16, separated by commas';
    throw new ConfigurationProblem(`TRUSTED_PROXIES must be ${sentence}: ${(problem as Error).message}`);
  }
}

/** The address under which a client on this machine reaches the server. */
export function baseUrlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
