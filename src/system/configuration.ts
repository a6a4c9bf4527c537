import { resolve } from 'node:path';

export interface Configuration {
  readonly host: string;
  readonly port: number;
  /** Absolute path. */
  readonly dataFolder: string;
  /** Null: the embedded database. */
  readonly databaseUrl: string | null;
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

/** The address under which a client on this machine reaches the server. */
export function baseUrlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
