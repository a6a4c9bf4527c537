/** The command line as a process, as a script would run it. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { endWithTests } from './children.ts';
import { shortLived } from './short-lived.ts';

const program = new URL('../../src/passdesk.js', import.meta.url).pathname;

/** What became of one command line. */
export interface Ran {
  readonly line: string;
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** A command that goes on until it is stopped. */
export interface Started {
  readonly child: ChildProcess;
  output(): string;
  ended: Promise<number | null>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings and credentials of the one who runs the tests are not those of the test. */
function environmentOf(environment: Environment): NodeJS.ProcessEnv {
  const own = /^(PASSDESK_|DATA_DIR$|DATABASE_URL$|HOST$|PORT$|PUBLIC_URL$|LINK_SECRET$)/;
  const rest = Object.entries(process.env).filter(([name]) => !own.test(name));
  return { ...Object.fromEntries(rest), ...environment };
}

/** Starts `passdesk` with these words. */
export function startCli(words: readonly string[], environment: Environment = {}): Started {
  const child = spawn(process.execPath, [...shortLived, program, ...words], {
    env: environmentOf(environment),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithTests(child);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += String(chunk);
    });
  }
  return { child, output: () => printed, ended: once(child, 'close').then(([code]) => code as number | null) };
}

/** Whether there is a terminal for tests: `script`, of util-linux. */
export const withoutTerminal =
  spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status === 0
    ? false
    : 'no script (util-linux)';

/** Starts `passdesk` with these words in a terminal of its own; what is written to its standard input is typed. */
export function startInTerminal(words: readonly string[], environment: Environment = {}): Started {
  // Without `exec` some shells stay, are ended by Ctrl-C themselves, and 130 is what the terminal tells.
  const line = `exec ${[process.execPath, program, ...words].map((word) => `'${word}'`).join(' ')}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    env: { ...environmentOf(environment), TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  endWithTests(child);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += String(chunk);
  });
  return { child, output: () => printed, ended: once(child, 'close').then(([code]) => code as number | null) };
}

/** Runs `passdesk` with these words to its end; `input` is its standard input. */
export async function runCli(words: readonly string[], environment: Environment = {}, input = ''): Promise<Ran> {
  const child = spawn(process.execPath, [...shortLived, program, ...words], {
    env: environmentOf(environment),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  endWithTests(child);
  const texts = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    texts.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    texts.error += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  return { line: `passdesk ${words.join(' ')}`, code, ...texts };
}

/** The JSON documents of an output, a line each. */
// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
export function jsonLines({ out }: Ran): any[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
