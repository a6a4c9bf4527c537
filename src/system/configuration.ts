import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { type Allowance, readAllowance } from './addresses.ts';

export interface Configuration {
  readonly host: string;
  readonly port: number;
  /** Absolute path. */
  readonly dataFolder: string;
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
  /** PUSH_ISSUER: the `iss` of the tokens that push events are signed with; `passdesk` if not given. */
  readonly pushIssuer: string;
  /**
   * PUSH_ALLOW_PRIVATE: hosts, addresses and ranges that events may be pushed to although they are
   * not public, separated by commas, such as `receiver.internal,10.1.0.0/16`; none if not given.
   */
  readonly pushAllowPrivate: Allowance;
  /**
   * PUBLIC_URL: the address under which people reach this deployment, such as `https://passes.example.com`,
   * without a slash at its end; null if not given.
   */
  readonly publicUrl: string | null;
  /**
   * LINK_SECRET: what links to pass pages are made with, at least 32 characters, for processes that
   * share a database but not a data folder; null: the one in the data folder.
   */
  readonly linkSecret: string | null;
  /**
   * TRUSTED_PROXIES: addresses and ranges of the proxies in front, separated by commas: only what they
   * say in X-Forwarded-For about a sender is believed; none if not given.
   */
  readonly trustedProxies: Allowance;
}

/** A setting that cannot be used; the sentence names it and says what it takes. */
export class ConfigurationProblem extends Error {}

/** Reads the settings from the environment (contract, section 1). No setting is required. */
export function readConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  return {
    host: environment.HOST || '127.0.0.1',
    port: portOf(environment.PORT),
    dataFolder: resolve(environment.DATA_DIR || './data'),
    databaseUrl: databaseUrlOf(environment.DATABASE_URL),
    pushIssuer: issuerOf(environment.PUSH_ISSUER),
    pushAllowPrivate: allowanceOf('PUSH_ALLOW_PRIVATE', environment.PUSH_ALLOW_PRIVATE),
    publicUrl: publicUrlOf(environment.PUBLIC_URL),
    linkSecret: linkSecretOf(environment.LINK_SECRET),
    trustedProxies: proxiesOf(environment.TRUSTED_PROXIES),
  };
}

function portOf(text: string | undefined): number {
  if (text === undefined || text === '') return 8080;
  const port = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && port <= 65_535) return port;
  throw new ConfigurationProblem(`PORT is "${text}", but must be a number from 0 (any free port) to 65535`);
}

function databaseUrlOf(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  if (/^postgres(ql)?:\/\//.test(text)) return text;
  throw new ConfigurationProblem(
    'DATABASE_URL must begin with postgres:// or postgresql://; leave it out for the embedded database',
  );
}

function issuerOf(text: string | undefined): string {
  if (text === undefined || text === '') return 'passdesk';
  if (/^[!-~]{1,200}$/.test(text)) return text;
  throw new ConfigurationProblem('PUSH_ISSUER must be up to 200 ASCII characters without spaces');
}

function allowanceOf(name: string, text: string | undefined): Allowance {
  try {
    return readAllowance(text ?? '');
  } catch (problem) {
    const sentence = 'a list of hosts, addresses and ranges such as 10.1.0.0/16, separated by commas';
    throw new ConfigurationProblem(`${name} must be ${sentence}: ${(problem as Error).message}`);
  }
}

function publicUrlOf(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && ['http:', 'https:'].includes(url.protocol) && `${url.origin}/` === url.href;
  if (isPlain) return url.origin;
  throw new ConfigurationProblem(
    'PUBLIC_URL must be an address such as https://passes.example.com, without a path, a query or credentials',
  );
}

function linkSecretOf(text: string | undefined): string | null {
  if (text === undefined || text === '') return null;
  if (text.length >= 32) return text;
  throw new ConfigurationProblem('LINK_SECRET must have at least 32 characters, drawn at random');
}

function proxiesOf(text = ''): Allowance {
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
