import type { Answer } from '../contract/answer.ts';
import { Refusal, type RefusalName } from '../domain/refusal.ts';
import { readPairingCode } from '../operations/device-secrets.ts';
import type { World } from '../operations/world.ts';
import { type Limiter, secondsLeft } from './limits.ts';
import { type OpenOperationId, openOperations } from './operations.ts';
import { networkOf } from './people.ts';

/** Wrong secrets of one client that one address may send in a minute. */
const wrongSecrets = 60;
/** Wrong pairing codes in a minute: of one address, and short ones of all addresses. */
const wrongCodes = { ofAddress: 10, ofAllShort: 60 } as const;

/** What a wrong secret is refused with, on the routes that ask for nothing else. */
const wrongSecret: Readonly<Record<OpenOperationId, RefusalName>> = {
  fetchToken: 'CREDENTIALS_REFUSED',
  pairDevice: 'PAIRING_CODE_REFUSED',
};

type OpenOperation = (world: World, request: unknown) => Promise<Answer>;

/** Answers a stranger whose secret stands in the request; whoever sends wrong ones waits. */
export async function answerStranger(
  operationId: OpenOperationId,
  request: unknown,
  world: World,
  address: string,
  failures: Limiter,
): Promise<Answer> {
  const windows = windowsOf(operationId, request, address, failures);
  for (const { window, limit } of windows) {
    if (window.count >= limit) throw new Refusal('RATE_LIMITED', { facts: { retryAfter: secondsLeft(window) } });
  }
  // Counted before, so that a thousand guesses at once are no way around; taken back when it was none.
  for (const { window } of windows) window.count += 1;
  let wrong = false;
  try {
    return await (openOperations[operationId] as OpenOperation)(world, request);
  } catch (problem) {
    wrong = problem instanceof Refusal && problem.refusal === wrongSecret[operationId];
    throw problem;
  } finally {
    if (!wrong) for (const { window } of windows) window.count -= 1;
  }
}

/** The windows in which a wrong secret of this request is counted. */
function windowsOf(operationId: OpenOperationId, request: unknown, address: string, failures: Limiter) {
  const { clientId, pairingCode } = (request as { body: { clientId: string; pairingCode: string } }).body;
  if (operationId === 'fetchToken') {
    // By address and client: behind one proxy nobody can lock the others out by sending wrong secrets.
    return [{ window: failures.window(`${address} ${clientId}`), limit: wrongSecrets }];
  }
  // No client's window: an address and a space stand before a client's id.
  const ofAddress = { window: failures.window(`pair:${networkOf(address)}`), limit: wrongCodes.ofAddress };
  // A short code has 50 bits only: all addresses together are slowed down. A long one is not guessed at all.
  if (!readPairingCode(pairingCode).short) return [ofAddress];
  return [ofAddress, { window: failures.window('pair:'), limit: wrongCodes.ofAllShort }];
}
