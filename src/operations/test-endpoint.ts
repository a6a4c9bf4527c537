import { type Answer, success } from '../contract/answer.ts';
import { formatInstant } from '../domain/instant.ts';
import { findSenders, type Sender } from '../store/endpoints.ts';
import { type Act, recordIfAudited } from './audit-log.ts';
import type { Call } from './call.ts';
import { endpointFor } from './endpoints.ts';
import { notSent, postEvent } from './post-event.ts';
import { isDelivered } from './push-schedule.ts';
import { signedHeaders } from './sign-event.ts';
import type { Posted, World } from './world.ts';

const eventType = 'endpoint.test';
const keptCharacters = 256;

/**
 * Sends one event now, signed like every other, and tells what was sent and what came back. It is no
 * line of any history: it is not retried, not listed and not recovered, and its sequence is 0.
 */
export async function testEndpoint(
  world: World,
  call: Call,
  request: { readonly params: { readonly endpointId: string } },
): Promise<Answer> {
  const { programId, endpointId } = await endpointFor(world, call, request);
  const now = world.clock.now();
  const eventId = `evt_${world.ids.secret().slice(0, 24)}`;
  const [sender] = await world.database.transaction(async (transaction) => {
    const found = await findSenders(transaction, [{ programId, endpointId }], now);
    const act: Act = { act: 'endpoint.test', subject: endpointId, programId, details: { eventId } };
    await recordIfAudited(transaction, call, act, now);
    return found;
  });
  const body = JSON.stringify({ eventType, programId, endpointId, occurredDate: formatInstant(now) });
  return success(await send(world, sender!, eventId, body, now));
}

async function send(world: World, sender: Sender, eventId: string, body: string, now: number) {
  const { programId, endpointId, url } = sender;
  const event = { programId, eventId, eventType, subject: endpointId, sequence: 0, attempt: 1 };
  let headers: Readonly<Record<string, string>> = {};
  let posted: Posted | null = null;
  try {
    headers = await signedHeaders(world, sender, event, body, now);
  } catch (problem) {
    posted = notSent(`the event cannot be signed: ${String(problem)}`);
  }
  posted ??= await postEvent(world, sender, headers, body);
  return { eventId, succeeded: isDelivered(posted), sent: { url, headers, body }, received: receivedOf(posted) };
}

function receivedOf(posted: Posted) {
  const { milliseconds } = posted;
  const text = 'failed' in posted ? posted.failed : posted.text;
  const answer = text.slice(0, keptCharacters);
  return { status: 'failed' in posted ? null : posted.status, answer, milliseconds };
}
