/** Clients that behave as integrators should: they repeat a request under its key until they have an answer. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Credentials } from '../../src/operations/first-start.ts';
import { issueBody, signToken } from './client.ts';
import {
  type Answered,
  dataIn,
  finalAnswer,
  History,
  isFinal,
  isOk,
  type Request,
  type RequestSpec,
} from './history.ts';

/** Where requests go, and as whom. */
export interface Target {
  /** Asked before every attempt. */
  readonly baseUrl: () => string;
  readonly partner: string;
  readonly venue: string;
}

export async function targetOf(credentials: Credentials, baseUrl: string | (() => string)): Promise<Target> {
  const [partner, venue] = await Promise.all([signToken(credentials.partner), signToken(credentials.venue)]);
  return { baseUrl: typeof baseUrl === 'string' ? () => baseUrl : baseUrl, partner, venue };
}

const keyed = (): Record<string, string> => ({ 'x-request-id': randomUUID() });

export const issueSpec = (usages: number, clientUserId: string = randomUUID(), extra: object = {}): RequestSpec => ({
  kind: 'issue',
  method: 'POST',
  path: '/v2/orders/lounges/ePasses',
  body: issueBody(usages, extra, clientUserId),
  headers: keyed(),
});

/** A scan has its scanId and no other key, as from a scanner that was restarted: nothing else may protect it. */
export const redeemSpec = (dpId: string, more: { readonly scanId?: string } = {}): RequestSpec => ({
  kind: 'redeem',
  method: 'POST',
  path: '/v2/redemptions',
  body: { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0, ...more },
  headers: more.scanId === undefined ? keyed() : {},
});

export const giveBackSpec = (orderId: string): RequestSpec => ({
  kind: 'give-back',
  method: 'POST',
  path: '/v2/redemptions/cancel',
  body: { orderId, reason: 'turned away' },
  headers: keyed(),
});

export const cancelSpec = (orderId: string, ifUnused = false): RequestSpec => ({
  kind: 'cancel',
  method: 'PATCH',
  path: '/v2/orders',
  body: { orderId, status: 3, ...(ifUnused ? { ifUnused } : {}) },
  headers: keyed(),
});

/** Sends a request once and writes down what came of it; under a request id of this attempt alone if it has none. */
export async function sendOnce(target: Target, request: Request, baseUrl = target.baseUrl()): Promise<Answered | null> {
  const { kind, method, path, body, headers, answers, lost } = request;
  const token = kind === 'issue' || kind === 'cancel' ? target.partner : target.venue;
  const sentAt = performance.now();
  try {
    const reply = await fetch(baseUrl + path, {
      method,
      headers: { ...keyed(), ...headers, 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await reply.text();
    const retryAfter = reply.headers.get('retry-after');
    const replayed = reply.headers.get('idempotent-replayed') === 'true';
    const answer = { sentAt, answeredAt: performance.now(), status: reply.status, text, retryAfter, replayed };
    answers.push(answer);
    return answer;
  } catch (problem) {
    lost.push(reasonOf(problem as Error));
    return null;
  }
}

function reasonOf(problem: Error): string {
  const cause = problem.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? problem.message;
}

/** Sends a request under its one key until it has a final answer; gives up after `within` milliseconds. */
export async function ask(target: Target, history: History, spec: RequestSpec, within = 300_000): Promise<Request> {
  const request = history.begin(spec);
  const end = performance.now() + within;
  for (let refused = 0; performance.now() < end; ) {
    const answer = await sendOnce(target, request);
    if (answer !== null && isFinal(answer)) break;
    if (answer?.status !== 409) refused += 1;
    // A hundred travellers who knock four times a second would keep a product that is starting from it.
    await pause((answer?.status === 409 ? 40 : Math.min(1_000, 125 * 2 ** refused)) * (0.5 + Math.random()));
  }
  return request;
}

const chance = (of: number) => Math.random() < of;

/** One traveller: a pass, more scans than it has usages, a re-sent scan, give-backs and cancellations in between. */
export async function journey(target: Target, history: History): Promise<void> {
  const usages = 1 + Math.floor(Math.random() * 3);
  const issued = await ask(target, history, issueSpec(usages));
  if (!isOk(issued)) return;
  const { orderId, extra } = dataIn(issued);
  const tries = Array.from({ length: usages + 1 }, () => ask(target, history, scan(extra.ePassId)));
  const cancelled = chance(0.3) ? ask(target, history, cancelSpec(orderId, chance(0.5))) : null;
  const uses = (await Promise.all(tries)).filter(isOk);
  const back = uses.filter(() => chance(0.4)).map((use) => ask(target, history, giveBackSpec(dataIn(use).orderId)));
  const again = chance(0.5) ? ask(target, history, scan(extra.ePassId)) : null;
  await Promise.all([cancelled, again, ...back]);
  if (chance(0.2)) await ask(target, history, cancelSpec(orderId));
}

const scan = (passId: string) => redeemSpec(passId, chance(0.5) ? { scanId: randomUUID() } : {});

export interface Traffic {
  readonly history: History;
  /** No new journeys; resolves when those under way have all their answers. */
  stop(): Promise<void>;
}

/** Lets so many clients travel until they are stopped. */
export function startTraffic(target: Target, clients = 32, history = new History()): Traffic {
  let stopping = false;
  const one = async () => {
    while (!stopping) await journey(target, history);
  };
  const all = Promise.all(Array.from({ length: clients }, one));
  return {
    history,
    stop: async () => {
      stopping = true;
      await all;
    },
  };
}

/** Sends what was answered before again, 64 at a time; gives the requests whose answer was another. */
export async function replayAll(target: Target, history: History): Promise<Request[]> {
  const answered = history.requests.filter((request) => finalAnswer(request) !== undefined);
  const different: Request[] = [];
  const queue = [...answered];
  const work = async () => {
    for (let request = queue.pop(); request !== undefined; request = queue.pop()) {
      const first = finalAnswer(request)!;
      const again = await sendOnce(target, request);
      if (again?.text !== first.text || again.status !== first.status || !again.replayed) different.push(request);
    }
  };
  await Promise.all(Array.from({ length: 64 }, work));
  return different;
}

/** Every request has its answer now. */
export function unanswered(history: History): Request[] {
  return history.requests.filter((request) => finalAnswer(request) === undefined);
}
