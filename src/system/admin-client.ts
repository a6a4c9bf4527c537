/** Speaks to the server that holds a data folder, through the folder's socket. */
import { type IncomingMessage, request } from 'node:http';
import { withSocketPath } from './admin-socket.ts';
import { linesOf } from './lines.ts';

/** Nobody listens: no server holds the folder, or one that is too old or not there yet. */
export class NobodyListens extends Error {}

function send(folder: string, method: 'GET' | 'POST', path: string): Promise<IncomingMessage> {
  return withSocketPath(
    folder,
    (socketPath) =>
      new Promise((answered, failed) => {
        const sent = request({ socketPath, method, path, agent: false }, answered);
        sent.on('error', (problem: NodeJS.ErrnoException) => {
          const absent = ['ENOENT', 'ECONNREFUSED'].includes(problem.code ?? '');
          failed(absent ? new NobodyListens('no server of this folder listens') : problem);
        });
        sent.end();
      }),
  );
}

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
  return text;
}

async function refuse(answer: IncomingMessage): Promise<never> {
  const text = await textOf(answer);
  const told = text.startsWith('{') ? (JSON.parse(text) as { problem?: string }).problem : undefined;
  throw new Error(told ?? `the server answered ${answer.statusCode} to its administrator`);
}

/** Asks for one thing and gives the answer. */
export async function askAdmin<T>(folder: string, method: 'GET' | 'POST', path: string): Promise<T> {
  const answer = await send(folder, method, path);
  if (answer.statusCode !== 200) return refuse(answer);
  return JSON.parse(await textOf(answer)) as T;
}

/** Reads lines, a batch at a time. Throws when they end before their end mark. */
export async function* readAdminLines<T>(folder: string, path: string): AsyncGenerator<T[]> {
  const answer = await send(folder, 'GET', path);
  if (answer.statusCode !== 200) await refuse(answer);
  let batch: T[] = [];
  let characters = 0;
  let complete = false;
  for await (const line of linesUntilCut(answer)) {
    if (line === '{"end":true}') {
      complete = true;
      break;
    }
    batch.push(JSON.parse(line) as T);
    characters += line.length;
    if (batch.length < 1000 && characters < 1_048_576) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (!complete) throw new Error('the server ended before it had told everything');
  if (batch.length > 0) yield batch;
}

/** Where the connection breaks the lines end; that the end mark is missing tells it. */
async function* linesUntilCut(answer: IncomingMessage): AsyncGenerator<string> {
  try {
    yield* linesOf(answer);
  } catch {
    return;
  }
}

/** What a server keeps for whoever asked, until `release` is called or this process ends. */
export interface Kept<T> {
  readonly told: T;
  release(): void;
}

/** Asks for something that the server keeps for as long as this connection stands. */
export async function keepFromAdmin<T>(folder: string, path: string): Promise<Kept<T>> {
  const answer = await send(folder, 'POST', path);
  if (answer.statusCode !== 200) return refuse(answer);
  const told = JSON.parse(await firstLine(answer)) as T;
  // It stays open, and says nothing more.
  answer.on('error', () => {}).resume();
  return { told, release: () => void answer.destroy() };
}

function firstLine(answer: IncomingMessage): Promise<string> {
  return new Promise((told, failed) => {
    let text = '';
    const take = (chunk: string) => {
      text += chunk;
      if (!text.includes('\n')) return;
      answer.off('data', take);
      told(text);
    };
    answer.setEncoding('utf8').on('data', take);
    answer.once('error', failed);
    answer.once('close', () => failed(new Error('the server ended before it had answered')));
  });
}
