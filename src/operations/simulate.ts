import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { readInstants } from '../contract/orders.ts';
import type { ClockBody, SimulatedCancellationBody, SimulatedRedemptionBody } from '../contract/schemas.ts';
import { formatInstant } from '../domain/instant.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { setProgramClock } from '../store/directory.ts';
import { audited, recordIfAudited } from './audit-log.ts';
import { type Call, programmeOffersOf, repeatsOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import type { ProgrammeOffers } from './directory.ts';
import { countIfRefused } from './door-refusals.ts';
import { findUse, giveBackCommand } from './give-back-use.ts';
import { redeemCommand } from './redeem-pass.ts';
import { submitRefusal } from './submit-refusal.ts';
import type { World } from './world.ts';

/** The lounge at which simulated travellers arrive (contract, section 9). */
const simulatedLounge = 'N00012';

/** A test clock goes on from where it is set; years of five digits cannot be written. */
const latestClock = Date.UTC(9900, 0, 1);
const latestClockProblem = 'must be before the year 9900';

function sandboxOf(world: World, call: Call): ProgrammeOffers {
  const offers = programmeOffersOf(world, call);
  if (!offers.programme.sandbox) throw new Refusal('SANDBOX_ONLY');
  return offers;
}

function simulatedOrder(dpId: string, transactionId: string, message: string): Answer {
  return success({ dpId, transactionId, message });
}

/** Uses a pass at the simulated lounge, through the very command of a real venue. */
export async function simulateRedemption(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof SimulatedRedemptionBody> },
): Promise<Answer> {
  const offers = sandboxOf(world, call);
  const { programId } = offers.programme;
  const resource = offers.resources.get(simulatedLounge) ?? new Refusal('RESOURCE_UNKNOWN');
  const body = { ...request.body, resourceId: simulatedLounge };
  const command = redeemCommand(world, call, body, { offers, resource }, ({ entry }) =>
    simulatedOrder(body.dpId, entry.orderId, 'Order Created'),
  );
  const repeats = repeatsOf(call, programId, body);
  const answer = await world.commit.submit({ ...command, repeats, audited: audited(call, 'sandbox.redeem') });
  countIfRefused(world, offers, simulatedLounge, answer);
  return answer;
}

/** Gives a simulated use back. */
export async function simulateCancellation(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof SimulatedCancellationBody> },
): Promise<Answer> {
  const { programId } = sandboxOf(world, call).programme;
  const { dpId, transactionId } = request.body;
  const found = await findUse(world, call, transactionId);
  if (found === null || found.use.passId !== dpId || found.use.resourceId !== simulatedLounge) {
    const repeats = repeatsOf(call, programId, request.body);
    return submitRefusal(world, call, repeats, new Refusal('USAGE_ORDER_UNKNOWN'));
  }
  const body = { orderId: transactionId, reason: 'simulated cancellation' };
  const command = giveBackCommand(world, call, body, found, () =>
    simulatedOrder(dpId, transactionId, 'Order Cancelled'),
  );
  return world.commit.submit({ ...command, repeats: repeatsOf(call, programId, body) });
}

/** Moves the programme's clock to `now`, from where it goes on; null brings real time back. */
export async function setClock(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof ClockBody> },
): Promise<Answer> {
  const { programme } = sandboxOf(world, call);
  const { programId } = programme;
  const { now: target } = readInstants('', { now: request.body.now });
  if (target !== null && target >= latestClock) throw fieldRefusal('REQUEST_INVALID', 'now', latestClockProblem);
  const offsetAt = (now: number) => (target === null ? 0 : target - now);
  return changeDirectory(
    world,
    call,
    programId,
    request.body,
    async (transaction, now) => {
      await setProgramClock(transaction, programId, offsetAt(now));
      const details = { now: request.body.now };
      await recordIfAudited(
        transaction,
        call,
        { act: 'sandbox.set-clock', subject: programId, programId, details },
        now,
      );
    },
    (now) => success({ programId, now: formatInstant(now + offsetAt(now)) }),
  );
}
