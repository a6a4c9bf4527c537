import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { readInstants } from '../contract/orders.ts';
import { currencies, rateOf } from '../contract/rates.ts';
import type { RateBody, RatesParams } from '../contract/schemas-reports.ts';
import type { Programme } from '../domain/catalogue.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import { insertRate, type RateRow, listRates as readRates } from '../store/rates.ts';
import { recordAct } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import type { World } from './world.ts';

type OfProgramme = { readonly params: Static<typeof RatesParams> };

/** Old ones included; nobody changes prices so often. */
const mostRates = 1_000;

/** The programme in the path, which has to be one of the caller's, and the one of X-Program-ID if that is sent. */
function programmeIn(call: Call, { params }: OfProgramme): Programme {
  const { programId } = params;
  const programme = call.caller.programs.get(programId);
  if (programme === undefined) throw new Refusal('PROGRAM_UNKNOWN');
  if (call.programId !== null && programmeOf(call) !== programme) throw new Refusal('PROGRAM_UNKNOWN');
  return programme;
}

/** Every rate of a programme, by module, with when it is in force. */
export async function listRates(world: World, call: Call, request: OfProgramme): Promise<Answer> {
  const { programId } = programmeIn(call, request);
  return success({ rates: (await readRates(world.database, programId)).map(rateOf) });
}

/** Enters at what a usage of a module is settled from some instant on. Nothing entered is ever changed. */
export async function enterRate(
  world: World,
  call: Call,
  request: OfProgramme & { readonly body: Static<typeof RateBody> },
): Promise<Answer> {
  const { programId, clockOffset } = programmeIn(call, request);
  const { module, amount, currency } = request.body;
  const { validFrom } = readInstants('', { validFrom: request.body.validFrom });
  // A usage is one at some resource, which is never of several modules.
  if (module === 0) throw fieldRefusal('REQUEST_INVALID', 'module', 'is settled as the module of the resource');
  if (!currencies.has(currency)) throw fieldRefusal('REQUEST_INVALID', 'currency', 'must be an ISO 4217 code');
  let entered: RateRow | null = null;
  return changeDirectory(
    world,
    call,
    programId,
    { ...request.params, ...request.body },
    async (transaction, now) => {
      const times = { validFrom: validFrom ?? now + clockOffset, enteredAt: now };
      const rate = { programId, module, amount, currency, ...times, enteredBy: call.caller.clientId };
      entered = await insertRate(transaction, rate, mostRates);
      if (entered === null) throw new Refusal('RATES_EXHAUSTED');
      const { number, validFrom: from } = rateOf(entered);
      const details = { number, module, amount, currency, validFrom: from };
      await recordAct(transaction, call, { act: 'rate.enter', subject: programId, programId, details }, now);
    },
    () => success(rateOf(entered!)),
  );
}
