import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Keeper } from '../operations/keeper.ts';

/**
 * The server behind the socket of the data folder (system/admin-socket.ts). It speaks HTTP because both ends have it;
 * none of it is part of the API. Whoever reaches it is the operator.
 */
export function openAdminDoor(keeper: Keeper): Server {
  return createServer((request, response) => {
    answer(keeper, request, response).catch((problem: unknown) => {
      if (response.headersSent) return void response.destroy();
      const message = problem instanceof Error ? problem.message : String(problem);
      response.writeHead(500, { 'content-type': 'application/json' }).end(JSON.stringify({ problem: message }));
    });
  });
}

async function answer(keeper: Keeper, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://admin');
  const wish = `${request.method} ${url.pathname}`;
  const query = (name: string) => url.searchParams.get(name) ?? '';
  switch (wish) {
    case 'GET /status':
      return reply(response, await keeper.status());
    case 'GET /examine':
      return reply(response, await keeper.examine());
    case 'POST /copy':
      return copy(keeper, response);
    case 'POST /hold':
      return hold(keeper, response);
    case 'GET /count':
      return reply(response, { count: await keeper.count(query('table')) });
    case 'GET /rows':
      return rows(keeper, url.searchParams, response);
    case 'POST /moved':
      return reply(response, await keeper.moved(query('to'), query('token')));
    default:
      response.writeHead(404).end();
  }
}

function reply(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** A copy is there for as long as this answer is not over: it must not stay behind when its reader is killed. */
async function copy(keeper: Keeper, response: ServerResponse): Promise<void> {
  const gone = new Promise((resolve) => response.once('close', resolve));
  const made = await keeper.copy();
  keep(response, made);
  await gone;
  await keeper.removeCopy(made.folder);
}

/** Changes are held up for as long: when the one who asked for it is gone, however that came about, they go on. */
async function hold(keeper: Keeper, response: ServerResponse): Promise<void> {
  const gone = new Promise((resolve) => response.once('close', resolve));
  const { token, letGo } = await keeper.hold();
  keep(response, { token });
  await gone;
  letGo();
}

/** Tells something and leaves the answer open. */
function keep(response: ServerResponse, value: object): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.write(`${JSON.stringify(value)}\n`);
}

async function rows(keeper: Keeper, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const since = query.get('since') ?? undefined;
  const wanted = { since, keysOnly: query.get('keysOnly') === 'true' };
  const gone = new Promise((resolve) => response.once('close', resolve));
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  await keeper.rows(query.get('table') ?? '', wanted, async (batch) => {
    const text = batch.map((row) => `${JSON.stringify(row)}\n`).join('');
    if (!response.write(text)) await Promise.race([new Promise((resolve) => response.once('drain', resolve)), gone]);
  });
  // Says that nothing is missing: a connection can end at any line.
  response.end('{"end":true}\n');
}
