import { Api } from './api.ts';
import { readCode } from './code.ts';
import { keep, type PairingAttempt, readKept } from './keep.ts';
import { newUuid } from './uuid.ts';

export type PairingState =
  | { readonly kind: 'idle' | 'running' | 'refused' | 'unusable' | 'no-network' }
  | { readonly kind: 'throttled'; readonly seconds: number };

interface PairingHooks {
  readonly onState: (state: PairingState) => void;
  readonly onToken: (token: string) => void;
}

/** Milliseconds for which a code is good, and between two tries without a network. */
const codeLife = 10 * 60_000;
const pause = 3_000;

/** Turns a code into a token; the same attempt is repeated until it is answered, over a reload, too. */
export class Pairing {
  readonly #hooks: PairingHooks;
  readonly #api = new Api(null);
  #attempt: PairingAttempt | null = null;

  constructor(hooks: PairingHooks) {
    this.#hooks = hooks;
  }

  /** Goes on with an attempt that has no answer yet. */
  resume(): void {
    const { pairing } = readKept();
    if (pairing !== null && Date.now() - pairing.startedAt < codeLife) void this.#try(pairing);
  }

  /** Takes whatever was scanned or typed; only a pairing code is sent. */
  offer(text: string): void {
    const code = pairingCodeOf(text);
    if (code === null) this.#hooks.onState({ kind: 'unusable' });
    if (code === null || this.#attempt?.code === code) return;
    void this.#try({ code, attemptId: newUuid(), startedAt: Date.now() });
  }

  async #try(attempt: PairingAttempt): Promise<void> {
    this.#attempt = attempt;
    keep('pairing', attempt);
    this.#hooks.onState({ kind: 'running' });
    const called = await this.#api.pair(attempt.code, attempt.attemptId);
    if (this.#attempt !== attempt) return;
    if (called.kind === 'lost' && Date.now() - attempt.startedAt < codeLife) {
      this.#hooks.onState({ kind: 'no-network' });
      setTimeout(() => this.#attempt === attempt && void this.#try(attempt), pause);
      return;
    }
    this.#attempt = null;
    keep('pairing', null);
    if (called.kind === 'done') {
      this.#hooks.onState({ kind: 'idle' });
      this.#hooks.onToken(called.data.token);
    } else if (called.kind === 'refused' && called.failure.retryAfter !== null) {
      this.#hooks.onState({ kind: 'throttled', seconds: called.failure.retryAfter });
    } else this.#hooks.onState({ kind: 'refused' });
  }
}

/** The code in an address, or the short or long one by itself. */
function pairingCodeOf(text: string): string | null {
  const code = readCode(text);
  if (code.kind === 'pairing') return code.pairingCode;
  const bare = text.trim().replace(/\s+/g, '');
  if (/^[A-Za-z0-9_-]{22}$/.test(bare)) return bare;
  return /^[A-Za-z0-9]{10}$/.test(bare.replace(/-/g, '')) ? bare : null;
}
