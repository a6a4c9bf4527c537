import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { readInstants } from '../contract/orders.ts';
import { pageSizeOf } from '../contract/pages.ts';
import { attemptOf, deliveryOf } from '../contract/push.ts';
import { deliveryCursor, deliveryPlaceOf } from '../contract/push-cursors.ts';
import type { DeliveriesQuery, ResendBody } from '../contract/schemas-push.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import {
  type AttemptRow,
  type DeliveryWithLast,
  findDelivery,
  listAttempts,
  listDeliveries as readDeliveries,
  resendOne,
  resendRange,
} from '../store/delivery-log.ts';
import type { EndpointName } from '../store/endpoint-settings.ts';
import { type Act, recordIfAudited } from './audit-log.ts';
import type { Call } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { endpointFor } from './endpoints.ts';
import type { World } from './world.ts';

type OfEndpoint = { readonly params: { readonly endpointId: string } };

/** One page of an endpoint's events and how they fare, newest first, each with its last attempt. */
export async function listDeliveries(
  world: World,
  call: Call,
  request: OfEndpoint & { readonly query: Static<typeof DeliveriesQuery> },
): Promise<Answer> {
  const { programId, endpointId } = await endpointFor(world, call, request);
  const { query } = request;
  const { from, to } = readInstants('', { from: query.from, to: query.to });
  const filter = { programId, endpointId, state: query.state, from: from ?? undefined, to: to ?? undefined };
  const size = pageSizeOf(query.pageSize, 20, 100);
  // One more than is shown tells whether there is another page.
  const rows = await readDeliveries(world.database, filter, deliveryPlaceOf(query.cursor, filter), size + 1);
  const shown = rows.slice(0, size);
  const last = rows.length > size ? shown.at(-1)! : null;
  return success({
    deliveries: shown.map((row) => ({ ...deliveryOf(programId, row), lastAttempt: lastAttemptOf(row) })),
    nextCursor: deliveryCursor(last === null ? null : { ...last, at: last.createdAt }, filter),
  });
}

function lastAttemptOf(row: DeliveryWithLast) {
  return row.attempt === null ? null : attemptOf(row as AttemptRow);
}

/** One event of an endpoint with its attempts: what was sent and what came back. */
export async function getDelivery(
  world: World,
  call: Call,
  request: { readonly params: { readonly endpointId: string; readonly eventId: string } },
): Promise<Answer> {
  const name = await endpointFor(world, call, request);
  const found = await findDelivery(world.database, name, request.params.eventId);
  if (found === null) throw new Refusal('DELIVERY_UNKNOWN');
  const attempts = await listAttempts(world.database, name, found);
  return success({ ...deliveryOf(name.programId, found), attempts: attempts.map(attemptOf) });
}

type Wish = { readonly eventId: string } | { readonly from: number; readonly to: number };

/** Either one event or a range of them. */
function wishOf(body: Static<typeof ResendBody>): Wish {
  const { eventId, ...range } = body;
  if (eventId !== undefined) {
    const [field] = Object.keys(range);
    if (field !== undefined) throw fieldRefusal('REQUEST_INVALID', field, 'does not go together with eventId');
    return { eventId };
  }
  const missing = (['from', 'to'] as const).filter((field) => body[field] === undefined);
  if (missing.length > 0) {
    const problem = 'is required, unless eventId is given';
    throw new Refusal('REQUEST_INVALID', { problems: missing.map((field) => ({ field, problem })) });
  }
  const { from, to } = readInstants('', { from: body.from, to: body.to });
  return { from: from!, to: to! };
}

/** So many events a call makes wait again. */
const mostResent = 10_000;

/** Makes one event, or a range of finished ones, due again; the worker sends them. */
export async function resendDeliveries(
  world: World,
  call: Call,
  request: OfEndpoint & { readonly body: Static<typeof ResendBody> },
): Promise<Answer> {
  const { programId, endpointId } = await endpointFor(world, call, request);
  const name = { programId, endpointId };
  const { body } = request;
  const wish = wishOf(body);
  if ('from' in wish) deliveryPlaceOf(body.cursor, rangeOf(name, body));
  let told = { resent: 0, nextCursor: null as string | null };
  return changeDirectory(
    world,
    call,
    programId,
    { ...request.params, ...body },
    async (transaction, now) => {
      told = await ('from' in wish
        ? resendSome(transaction, name, body, { ...wish, now })
        : resend(transaction, name, wish.eventId, now));
      const { resent } = told;
      const act: Act = { act: 'endpoint.resend', subject: endpointId, programId, details: { ...body, resent } };
      await recordIfAudited(transaction, call, act, now);
    },
    () => success(told),
  );
}

/** What a cursor of a range belongs to. */
function rangeOf(name: EndpointName, { from, to, state }: Static<typeof ResendBody>) {
  return { ...name, from, to, state, resend: true };
}

async function resend(transaction: Transaction, name: EndpointName, eventId: string, now: number) {
  const resent = await resendOne(transaction, name, eventId, now);
  if (resent === null) throw new Refusal('DELIVERY_UNKNOWN');
  return { resent, nextCursor: null };
}

async function resendSome(
  transaction: Transaction,
  name: EndpointName,
  body: Static<typeof ResendBody>,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
) {
  const list = rangeOf(name, body);
  const states = body.state === undefined ? ['delivered', 'parked'] : [body.state];
  const after = deliveryPlaceOf(body.cursor, list);
  const { resent, last } = await resendRange(transaction, { ...name, states, from, to, after, most: mostResent }, now);
  return { resent, nextCursor: resent < mostResent ? null : deliveryCursor(last, list) };
}
