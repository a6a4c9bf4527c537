import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, errorOf } from '../contract/answer.ts';
import type { Route } from '../contract/routes.ts';
import { hour, minute } from '../domain/calendar.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { programmesMet } from '../operations/call.ts';
import type { Caller, Person } from '../operations/caller.ts';
import type { World } from '../operations/world.ts';
import { type Authenticate, authenticator } from './authenticate.ts';
import { countOrRefuse, Limiter, refuseGuessing, secondsLeft } from './limits.ts';
import { admitPerson, sessionOf } from './people.ts';

/** Unknown ids a caller may ask for in an hour; in a sandbox there is nothing to find by guessing. */
const guesses = { live: 300, sandbox: 100_000 } as const;

/** What one process counts of everybody who comes. */
interface Gate {
  readonly authenticate: Authenticate;
  readonly requests: Limiter;
  readonly unknownIds: Limiter;
  /** Look-ups under way, by caller; only of those that have any. */
  readonly underWay: Map<string, number>;
}

const gates = new WeakMap<World, Gate>();

/** The gate of a world. */
function gateOf(world: World): Gate {
  const known = gates.get(world);
  if (known !== undefined) return known;
  const made: Gate = {
    authenticate: authenticator(world.directory, world.clock, world.log),
    requests: new Limiter(minute),
    unknownIds: new Limiter(hour),
    underWay: new Map(),
  };
  gates.set(world, made);
  return made;
}

/**
 * Lets a caller in: token or session, rate, scope. Cheap checks come first, and all before the body is read. Who came
 * is noted in `arrival` as soon as it is known, so that those who are refused afterwards are counted as theirs.
 */
export async function admit(
  world: World,
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  arrival: { caller: Caller | null },
): Promise<void> {
  const gate = gateOf(world);
  refuseTwoTokens(request);
  const session = sessionOf(world, request);
  const found =
    session === null ? gate.authenticate(request.headers.authorization) : admitPerson(world, request, session);
  const caller = found instanceof Promise ? await found : found;
  arrival.caller = caller;
  const window = gate.requests.window(caller.clientId);
  const limit = caller.ratePerMinute;
  const left = Math.max(0, limit - window.count - 1);
  reply.header('ratelimit-policy', `"default";q=${limit};w=60`);
  reply.header('ratelimit', `"default";r=${left};t=${secondsLeft(window)}`);
  countOrRefuse(window, limit);
  if (caller.kind === 'account' && route.beforePasswordChange !== true) refuseTemporary(caller);
  const scopes = route.scopes!;
  if (scopes.length > 0 && !scopes.some((scope) => (caller.scopes as ReadonlySet<string>).has(scope))) {
    throw new Refusal('SCOPE_MISSING', { facts: { scopes } });
  }
}

/** A password that somebody else has seen is good for nothing but choosing another. */
function refuseTemporary({ account }: Person): void {
  if (account.passwordIsTemporary) throw new Refusal('PASSWORD_CHANGE_REQUIRED');
}

function refuseTwoTokens(request: FastifyRequest): void {
  const raw = request.raw.rawHeaders;
  let seen = 0;
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index]!.length === 13 && raw[index]!.toLowerCase() === 'authorization') seen += 1;
  }
  if (seen > 1) throw fieldRefusal('HTTP_MALFORMED', 'Authorization', 'is sent more than once');
}

/** Look-ups of one caller that may be under way at once: what a crowd of guesses sent together can gain. */
const mostUnderWay = 2_000;

/** A look-up that is under way, until it turns out whether its id exists. */
export interface LookUp {
  readonly callerId: string;
  readonly unknown: { count: number };
}

/** Notes a look-up, for routes that look ids up; refuses a caller that guesses. */
export function beginLookUp(world: World, caller: Caller, route: Route): LookUp | null {
  if (!route.refusals.includes('LOOK_UPS_EXHAUSTED')) return null;
  const { unknownIds, underWay } = gateOf(world);
  const unknown = unknownIds.window(caller.clientId);
  refuseGuessing(unknown, seesSandboxesOnly(world, caller) ? guesses.sandbox : guesses.live);
  const now = underWay.get(caller.clientId) ?? 0;
  if (now >= mostUnderWay) throw new Refusal('OVERLOADED');
  underWay.set(caller.clientId, now + 1);
  return { callerId: caller.clientId, unknown };
}

/** Tells what a look-up came to. */
export function endLookUp(world: World, { callerId, unknown }: LookUp, answer: Answer): void {
  const { underWay } = gateOf(world);
  const left = underWay.get(callerId)! - 1;
  if (left === 0) underWay.delete(callerId);
  else underWay.set(callerId, left);
  if (answer.status === 404 && errorOf(answer) !== 'PROGRAM_UNKNOWN') unknown.count += 1;
}

/** Whether everything a caller may ask for belongs to sandboxes: its programmes, and those at its doors. */
function seesSandboxesOnly(world: World, caller: Caller): boolean {
  const programmes = programmesMet(world, caller);
  return programmes.length > 0 && programmes.every(({ programme }) => programme.sandbox);
}
