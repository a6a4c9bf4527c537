import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { orderOf, readInstants } from '../contract/orders.ts';
import { nextCursor, pageOf } from '../contract/pages.ts';
import type { UsageDetailsBody, UsageListBody, UserPassesBody } from '../contract/schemas.ts';
import { usageOrderOf } from '../contract/usages.ts';
import { seesWholeProgramme } from '../domain/access.ts';
import { orderStatus } from '../domain/pass.ts';
import { Refusal } from '../domain/refusal.ts';
import { countPassesOfUser, listPassesOfUser } from '../store/passes.ts';
import { countUses, listUses, type UsageFilter, type UsageRow } from '../store/usages.ts';
import { type Call, clockOf, programmeOf, programmeOffersOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import { findUse } from './give-back-use.ts';
import type { World } from './world.ts';

/** The resources a list may show: all, the one asked for, or those at which a venue client stands. */
function resourcesOf(call: Call, asked: string | undefined): readonly string[] | undefined {
  if (seesWholeProgramme(call.caller.scopes)) return asked === undefined ? undefined : [asked];
  // Sorted, because a cursor carries a fingerprint of the filters.
  if (asked === undefined) return [...call.caller.resources].sort();
  if (!call.caller.resources.has(asked)) throw new Refusal('RESOURCE_NOT_YOURS');
  return [asked];
}

function filterOf(call: Call, programId: string, body: Static<typeof UsageListBody>): UsageFilter {
  const { from, to } = readInstants('', { from: body.from, to: body.to });
  return {
    programId,
    passId: body.ePassId,
    clientUserId: body.clientUserId,
    resourceIds: resourcesOf(call, body.resourceId),
    givenBack: body.status === undefined ? undefined : body.status === orderStatus.cancelled,
    from: from ?? undefined,
    to: to ?? undefined,
  };
}

function usageOf(row: UsageRow, offers: ProgrammeOffers) {
  const { programId, passId, clientUserId, givenBackAt } = row;
  return usageOrderOf(
    { programId, passId, clientUserId, use: row, givenBackAt },
    offers.everOffered.get(row.resourceId)!,
  );
}

/** Usage orders, newest first, with the filters of the contract, by page or by cursor. */
export async function listUsages(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof UsageListBody> },
): Promise<Answer> {
  const offers = programmeOffersOf(world, call);
  const filter = filterOf(call, offers.programme.programId, request.body);
  const page = pageOf(request.body, filter);
  const rows = await listUses(world.database, filter, page);
  return success({
    orders: rows.map((row) => usageOf(row, offers)),
    pagination: {
      pageSize: page.size,
      pageNumber: page.number,
      totalNumber: await countUses(world.database, filter),
    },
    nextCursor: nextCursor(rows, page.size, filter),
  });
}

/** One usage order by its id. */
export async function usageDetails(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof UsageDetailsBody> },
): Promise<Answer> {
  const found = await findUse(world, call, request.body.orderId);
  if (found === null) throw new Refusal('USAGE_ORDER_UNKNOWN');
  const { programId, passId } = found.use;
  const [row] = await listUses(
    world.database,
    { programId, passId, orderId: request.body.orderId },
    { skip: 0, size: 1 },
  );
  return success(usageOf(row!, found.offers));
}

/** A traveller's passes, newest first. */
export async function listUserPasses(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof UserPassesBody> },
): Promise<Answer> {
  const programme = programmeOf(call);
  const { programId } = programme;
  const { clientUserId } = request.body;
  const list = { programId, clientUserId };
  const page = pageOf(request.body, list);
  const passes = await listPassesOfUser(world.database, programId, clientUserId, page);
  const now = clockOf(programme)(world.clock.now());
  return success({
    ePasses: passes.map((pass) => orderOf(pass, now)),
    pagination: {
      pageSize: page.size,
      pageNumber: page.number,
      totalNumber: await countPassesOfUser(world.database, programId, clientUserId),
    },
    nextCursor: nextCursor(
      passes.map((pass) => ({ at: pass.createdAt, orderId: pass.orderId })),
      page.size,
      list,
    ),
  });
}
