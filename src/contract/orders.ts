import type { Static } from 'typebox';
import { formatInstant, formatInstantOrNull, type Instant, parseInstant } from '../domain/instant.ts';
import type { IssueRequest } from '../domain/issue.ts';
import { crossModule, moduleOfSegment } from '../domain/module.ts';
import { orderStatusOf, type Pass, passStatusOf, usagesLeft } from '../domain/pass.ts';
import { fieldRefusal, type Problem, Refusal } from '../domain/refusal.ts';
import type { IssueBody, Order, SearchBody } from './schemas.ts';

/** 1 walk-in; prebookings are not offered. */
export const walkIn = 1;

const instantProblem =
  'must be an RFC 3339 date and time between the years 2000 and 9999, such as 2028-12-31T23:59:59+00:00';

/** Reads instants that were sent, and refuses all that are none in one answer. */
export function readInstants<K extends string>(
  prefix: string,
  sent: { readonly [key in K]?: string | null | undefined },
): { [key in K]: Instant | null } {
  const problems: Problem[] = [];
  const read = {} as { [key in K]: Instant | null };
  for (const [name, text] of Object.entries(sent) as [K, string | null | undefined][]) {
    read[name] = text === undefined || text === null ? null : parseInstant(text);
    if (typeof text === 'string' && read[name] === null)
      problems.push({ field: prefix + name, problem: instantProblem });
  }
  if (problems.length > 0) throw new Refusal('REQUEST_INVALID', { problems });
  return read;
}

/** The issue request as the domain has it. Refuses a path that names another module, and bad instants. */
export function issueRequestOf(body: Static<typeof IssueBody>, segment: string): IssueRequest {
  const module = moduleOfSegment.get(segment);
  if (module === undefined) throw new Refusal('ROUTE_UNKNOWN');
  if (module !== body.module) {
    const problem = `is ${body.module}, but the path says ${segment} (${module})`;
    throw fieldRefusal('MODULE_MISMATCH', 'module', problem);
  }
  return askedOf(body);
}

/** What an issue request or a row of a file asks for. Refuses bad instants. */
export function askedOf(body: Static<typeof IssueBody>): IssueRequest {
  const { activationDate, expirationDate, ...extra } = body.extra;
  const dates = readInstants('extra.', { activationDate, expirationDate });
  return {
    module: body.module,
    clientUserId: body.clientUserId,
    firstName: extra.firstName,
    lastName: extra.lastName,
    activationAt: dates.activationDate,
    expirationAt: dates.expirationDate!,
    availableUsages: extra.availableUsages,
    allowedResources: extra.allowedResources,
  };
}

/** Exactly one of the two ids, or a refusal that says so. */
export function searchKeyOf(body: Static<typeof SearchBody>): { orderId: string } | { ePassId: string } {
  const { orderId, ePassId } = body;
  if (orderId !== undefined && ePassId === undefined) return { orderId };
  if (ePassId !== undefined && orderId === undefined) return { ePassId };
  const problem = 'give exactly one of orderId and ePassId';
  throw new Refusal('REQUEST_INVALID', {
    problems: [
      { field: 'orderId', problem },
      { field: 'ePassId', problem },
    ],
  });
}

/** An order as the wire has it (contract, section 4), with the statuses it has at `now`. */
export function orderOf(pass: Pass, now: Instant): Static<typeof Order> {
  return {
    status: orderStatusOf(pass),
    module: pass.module,
    category: walkIn,
    clientUserId: pass.clientUserId,
    orderId: pass.orderId,
    orderCreatedDate: formatInstant(pass.createdAt),
    orderCancelledDate: formatInstantOrNull(pass.cancelledAt),
    usageDate: formatInstantOrNull(pass.lastUse?.at ?? null),
    extra: {
      ePassId: pass.passId,
      ePassStatus: passStatusOf(pass, now),
      firstName: pass.firstName,
      lastName: pass.lastName,
      activationDate: formatInstant(pass.activationAt),
      expirationDate: formatInstant(pass.expirationAt),
      availableUsages: usagesLeft(pass),
      usedUsages: pass.used,
      ...(pass.module === crossModule ? { allowedModules: [...pass.allowedModules] } : {}),
      allowedResources: { [pass.restriction.kind]: [...pass.restriction.values] },
    },
  };
}

/** The answer to a cancellation: the order, and what was left at that very moment. */
export function cancelledOrderOf(pass: Pass, now: Instant): Static<typeof Order> {
  return { ...orderOf(pass, now), refundableUsages: usagesLeft(pass) };
}
