import { eventIdOf, eventOf } from '../contract/events.ts';
import type { AttemptResult, Claimed } from '../store/deliveries.ts';
import type { Sender } from '../store/endpoints.ts';
import { type EventRow, eventFactsOf } from '../store/events.ts';
import { postEvent } from './post-event.ts';
import { askedWait, isDelivered, type PushOutcome, waitAfter } from './push-schedule.ts';
import { signedHeaders } from './sign-event.ts';
import type { Posted, World } from './world.ts';

/** One attempt that is about to be made. */
export interface Attempt {
  readonly delivery: Claimed;
  readonly lease: string;
  /** Nothing is sent when this has come: another worker may be at it. */
  readonly leasedUntil: number;
  readonly row: EventRow | undefined;
  /** Why there is no row, when the database could not read it. */
  readonly unreadable?: string;
  readonly sender: Sender;
}

/** What became of it, and whether its endpoint is gone for good. */
export interface Attempted {
  readonly result: AttemptResult;
  readonly outcome: PushOutcome;
  readonly gone: boolean;
}

/** Of the answer, as it is told. */
const keptCharacters = 256;

interface Sent {
  readonly url: string;
  readonly body: string;
  readonly kid: string;
}

/**
 * Renders, signs and sends one event once, and says what is to be written down. An event that cannot
 * be made or signed is parked at once, so that the later ones of its pass go on: waiting mends neither.
 * Null when the lease is too short to be sure that nobody else sends: then nothing was sent. Throws when the
 * signature does not come: then neither.
 */
export async function attempt(world: World, part: Attempt): Promise<Attempted | null> {
  const { sender } = part;
  const at = world.clock.now();
  if (at + world.push.deadline >= part.leasedUntil) return null;
  const made = await inTime(make(world, part, at), world.push.deadline);
  const sent = { url: sender.url, body: made.body, kid: sender.kid ?? '' };
  if ('problem' in made) {
    log(world, part, 'push event cannot be sent', made.problem);
    return unsendable(part, at, sent, made.problem);
  }
  const posted = await postEvent(world, sender, made.headers, made.body);
  if ('failed' in posted && posted.detail !== posted.failed) log(world, part, 'push target not reached', posted.detail);
  return judge(world, part, at, sent, posted);
}

/** Signing is another thread's work, and what never comes would keep its place among those under way for ever. */
async function inTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    const tooLate = () => fail(new Error(`the event was not signed within ${milliseconds / 1_000} s`));
    timer = setTimeout(tooLate, milliseconds).unref();
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function log(world: World, { sender }: Attempt, event: string, detail: string): void {
  const { programId, endpointId } = sender;
  world.log('warn', event, { programId, endpointId, detail });
}

interface Made {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** The body and the headers that sign it, or why there are none. */
async function make(world: World, part: Attempt, at: number): Promise<Made | { body: string; problem: string }> {
  let body = '';
  try {
    body = render(part);
    return { body, headers: await headersOf(world, part, body, at) };
  } catch (problem) {
    const what = body === '' ? 'made' : 'signed';
    return { body, problem: `the event cannot be ${what}: ${String(problem)}` };
  }
}

function render({ row, unreadable = 'its line of history is not there' }: Attempt): string {
  if (row === undefined) throw new Error(unreadable);
  return JSON.stringify(eventOf(eventFactsOf(row)));
}

function headersOf(world: World, { delivery, sender }: Attempt, body: string, at: number) {
  const { programId, eventType, passId, number } = delivery;
  const attemptNumber = delivery.attempts + 1;
  const event = { programId, eventId: eventIdOf(delivery), eventType, subject: passId, sequence: number };
  return signedHeaders(world, sender, { ...event, attempt: attemptNumber }, body, at);
}

function judge(world: World, part: Attempt, at: number, sent: Sent, posted: Posted): Attempted {
  const { delivery } = part;
  const failed = 'failed' in posted;
  const status = failed ? null : posted.status;
  const answer = clean(failed ? posted.failed : posted.text);
  const facts = { ...factsOf(part, at, sent), milliseconds: posted.milliseconds, status, answer };
  const now = world.clock.now();
  if (isDelivered(posted)) {
    return { result: { ...facts, state: 'delivered', nextAttemptAt: now, wait: 0 }, outcome: 'delivered', gone: false };
  }
  const planned = waitAfter(delivery.attempts + 1 - delivery.resentAfter, world.push.jitter());
  const state = planned === null ? 'parked' : 'waiting';
  const wait = planned === null ? 0 : Math.max(planned, askedWait(posted, now));
  const outcome = failed ? 'unreachable' : 'refused';
  return { result: { ...facts, state, nextAttemptAt: now + wait, wait }, outcome, gone: status === 410 };
}

function unsendable(part: Attempt, at: number, sent: Sent, reason: string): Attempted {
  const facts = { ...factsOf(part, at, sent), milliseconds: 0, status: null, answer: clean(reason) };
  return { result: { ...facts, state: 'parked', nextAttemptAt: at, wait: 0 }, outcome: 'unsendable', gone: false };
}

function factsOf({ delivery, lease }: Attempt, at: number, sent: Sent) {
  const { programId, endpointId, passId, number } = delivery;
  return { programId, endpointId, passId, number, lease, attempt: delivery.attempts + 1, at, ...sent };
}

/** PostgreSQL takes no NUL in a text, and half a character is none. */
function clean(text: string): string {
  return Buffer.from(text.replaceAll('\0', '\uFFFD').slice(0, keptCharacters)).toString();
}
