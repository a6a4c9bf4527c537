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
  /** For people: what it is, in half a sentence. */
  readonly what: string;
  /** Never shown whole. */
  readonly secret: boolean;
  /** Refuses what cannot be used with a `ConfigurationProblem`. */
  readonly read: (text: string) => T;
}

function setting<T>(name: string, standard: string, what: string, read: (text: string) => T): Setting<T> {
  return { name, standard, what, secret: false, read };
}

/** The one list of settings: this program, `passdesk config` and the table in README.md are made from it. */
const table = {
  host: setting('HOST', '127.0.0.1', 'the address it listens on', String),
  port: setting('PORT', '8080', 'the port it listens on; 0 takes any that is free', readPort),
  dataFolder: setting('DATA_DIR', './data', 'the embedded database, and `credentials.json`', resolve),
  databaseUrl: {
    ...setting('DATABASE_URL', '', 'a PostgreSQL server (15 to 18) instead of the embedded database', readDatabaseUrl),
    secret: true,
  },
  pushIssuer: setting(
    'PUSH_ISSUER',
    'passdesk',
    'the `iss` of the tokens that push events are signed with',
    readIssuer,
  ),
  pushAllowPrivate: allowance(
    'PUSH_ALLOW_PRIVATE',
    'hosts, addresses and ranges that events may be pushed to although they are not public, such as `receiver.internal,10.1.0.0/16`',
  ),
  publicUrl: setting(
    'PUBLIC_URL',
    '',
    'the address under which people reach it, such as `https://passes.example.com`; where it listens unless given',
    readPublicUrl,
  ),
  linkSecret: {
    ...setting(
      'LINK_SECRET',
      '',
      'what links to pass pages are made with, for processes that share a database but no data folder: at least 32 characters',
      readLinkSecretText,
    ),
    secret: true,
  },
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    '',
    'addresses and ranges of the proxies in front: what they say in `X-Forwarded-For` about a sender is believed',
    readProxies,
  ),
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
  return Object.values(table).map(({ name, standard, what, secret }) => {
    const given = (environment[name] ?? '') !== '';
    const value = environment[name] || standard;
    return { name, what, standard, value: secret && given ? withoutPassword(value) : value, given, secret };
  });
}

/** An address without its password; of anything else nothing at all. */
export function withoutPassword(value: string): string {
  if (!URL.canParse(value)) return '(hidden)';
  const url = new URL(value);
  const who = url.username === '' ? '' : `${url.username}${url.password === '' ? '' : ':(hidden)'}@`;
  return `${url.protocol}//${who}${url.host}${url.pathname}`;
}

/** The settings as the table of README.md. */
export function settingsTable(): string {
  const rows = tellSettings({}).map(({ name, standard, what }) => [
    `\`${name}\``,
    standard === '' ? '–' : `\`${standard}\``,
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

/** A setting that is a list of hosts, addresses and ranges, separated by commas; empty unless given. */
function allowance(name: string, what: string): Setting<Allowance> {
  return setting(name, '', what, (text) => {
    try {
      return readAllowance(text);
    } catch (problem) {
      const sentence = 'a list of hosts, addresses and ranges such as 10.1.0.0/16, separated by commas';
      throw new ConfigurationProblem(`${name} must be ${sentence}: ${(problem as Error).message}`);
    }
  });
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
