import type { Check, Current, Failure, Party, Usage } from './api-types.ts';
import type { Lost } from './shift-types.ts';

/** What a call came to: data, a clear no, nothing at all, or a device that is not one any more. */
export type Called<T> =
  | { readonly kind: 'done'; readonly data: T }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'lost'; readonly lost: Lost }
  | { readonly kind: 'revoked' };

interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly programId?: string;
  /** Milliseconds; nothing is waited for without an end. */
  readonly patience: number;
}

/** Milliseconds after which a token that another process has not heard of yet is shown once more. */
const settling = 1_200;
/** Answers that are none yet: the same request is to be sent again. */
const notFinal = new Set(['REQUEST_IN_PROGRESS', 'REQUEST_TIMED_OUT']);

/** The public API as the desk uses it, with the token of this device or none. */
export class Api {
  readonly #token: string | null;

  constructor(token: string | null) {
    this.#token = token;
  }

  current(): Promise<Called<Current>> {
    return this.#call({ method: 'GET', path: '/v2/devices/current', patience: 6_000 });
  }

  check(passId: string, resourceId: string): Promise<Called<Check>> {
    const body = { dpId: passId, resourceId, adultCount: 1, childCount: 0 };
    return this.#call({ method: 'POST', path: '/v2/redemptions/check', body, patience: 5_000 });
  }

  redeem(passId: string, resourceId: string, party: Party, scanId: string): Promise<Called<Usage>> {
    const body = { dpId: passId, resourceId, adultCount: party.adults, childCount: party.children, scanId };
    return this.#call({ method: 'POST', path: '/v2/redemptions', body, patience: 8_000 });
  }

  giveBack(orderId: string, reason: string): Promise<Called<Usage>> {
    return this.#call({ method: 'POST', path: '/v2/redemptions/cancel', body: { orderId, reason }, patience: 8_000 });
  }

  usages(programId: string, resourceId: string): Promise<Called<{ readonly orders: readonly Usage[] }>> {
    const body = { resourceId, pageSize: 20 };
    return this.#call({ method: 'POST', path: '/v2/orders/ePasses', body, programId, patience: 6_000 });
  }

  pair(pairingCode: string, attemptId: string): Promise<Called<{ readonly token: string }>> {
    const body = { pairingCode, attemptId };
    return this.#call({ method: 'POST', path: '/v2/devices/pair', body, patience: 8_000 });
  }

  async #call<T>(call: Call): Promise<Called<T>> {
    const first = await this.#send<T>(call);
    if (first.kind !== 'revoked') return first;
    // A process that has not looked for a second does not know a token that has just been given.
    await new Promise((resolve) => setTimeout(resolve, settling));
    return this.#send<T>(call);
  }

  async #send<T>({ method, path, body, programId, patience }: Call): Promise<Called<T>> {
    try {
      const response = await fetch(path, {
        method,
        cache: 'no-store',
        credentials: 'omit',
        signal: AbortSignal.timeout(patience),
        headers: {
          ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(programId === undefined ? {} : { 'x-program-id': programId }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return await read<T>(response);
    } catch {
      return { kind: 'lost', lost: navigator.onLine ? 'unreachable' : 'offline' };
    }
  }
}

async function read<T>(response: Response): Promise<Called<T>> {
  // What is not ours, such as the sign-in page of a Wi-Fi network, is no JSON and ends in the catch above.
  const told = (await response.json()) as { code?: number; data?: T; error?: string; facts?: Failure['facts'] };
  if (response.ok && told.code === 0) return { kind: 'done', data: told.data as T };
  if (typeof told.error !== 'string') return { kind: 'lost', lost: 'unreachable' };
  if (response.status === 401) return { kind: 'revoked' };
  if (response.status >= 500 || notFinal.has(told.error)) return { kind: 'lost', lost: 'unreachable' };
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfter = seconds > 0 ? seconds : null;
  return { kind: 'refused', failure: { error: told.error, facts: told.facts ?? {}, retryAfter } };
}
