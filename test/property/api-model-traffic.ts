/** Random traffic for the running API, and how each command is sent; reproducible by its seed. */
import { createHash } from 'node:crypto';
import type { Reply } from '../harness/client.ts';
import type { Scene } from '../harness/scene.ts';
import type { Command, ModelPass } from './api-model-pass.ts';

/** A stream of numbers that is the same for the same seed (mulberry32). */
export class Random {
  #state: number;
  #drawn = 0;
  readonly seed: number;

  constructor(seed: number) {
    this.seed = seed;
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)]!;
  }

  /** A UUID of this stream. */
  uuid(): string {
    this.#drawn += 1;
    const hex = createHash('sha256').update(`${this.seed} ${this.#drawn}`).digest('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
  }
}

/** A command on its way, with everything that is needed to send the very same again. */
export interface Sent {
  readonly pass: ModelPass;
  readonly command: Command;
  readonly headers: Record<string, string>;
  readonly scanId: string | undefined;
  /** Sent a second time at the same moment. */
  readonly twice: boolean;
}

/** Draws the next command for a pass. */
export function drawCommand(random: Random, pass: ModelPass): Command {
  const roll = random.next();
  const known = [...pass.uses.keys()];
  if (roll < 0.45 || (roll < 0.65 && known.length === 0)) {
    const [adults, children] = random.pick([
      [1, 0],
      [1, 0],
      [2, 0],
      [0, 1],
      [1, 1],
      [2, 1],
    ] as const);
    const resourceId = random.pick(['N00001', 'N00001', 'N00002', 'N00012', 'R00001']);
    return { kind: random.chance(0.2) ? 'check' : 'use', resourceId, adults, children };
  }
  if (roll < 0.65) return { kind: 'give-back', orderId: random.pick(known) };
  if (roll < 0.7) return { kind: 'cancel', ifUnused: random.chance(0.7) };
  if (roll < 0.76) return { kind: 'suspend' };
  if (roll < 0.9) return { kind: 'resume' };
  return { kind: 'look-up' };
}

export function drawSent(random: Random, pass: ModelPass): Sent {
  const command = drawCommand(random, pass);
  const scanId = command.kind === 'use' && random.chance(0.5) ? random.uuid() : undefined;
  return { pass, command, headers: { 'x-request-id': random.uuid() }, scanId, twice: random.chance(0.08) };
}

/** Sends a command as the client that may. */
export function send(scene: Scene, { pass, command, headers, scanId }: Sent): Promise<Reply> {
  const { ePassId, orderId } = pass;
  const { partner, venue, operator } = scene;
  if (command.kind === 'use' || command.kind === 'check') {
    const path = command.kind === 'use' ? '/v2/redemptions' : '/v2/redemptions/check';
    const { resourceId, adults: adultCount, children: childCount } = command;
    const scan = scanId === undefined ? {} : { scanId };
    return venue.post(path, { dpId: ePassId, resourceId, adultCount, childCount, ...scan }, headers);
  }
  if (command.kind === 'give-back') {
    return venue.post('/v2/redemptions/cancel', { orderId: command.orderId, reason: 'model' }, headers);
  }
  if (command.kind === 'cancel') {
    return partner.call('PATCH', '/v2/orders', { orderId, status: 3, ifUnused: command.ifUnused }, headers);
  }
  if (command.kind === 'look-up') return partner.post('/v2/orders/ePasses/search', { ePassId });
  return operator.post(`/v2/orders/ePasses/${command.kind}`, { ePassId, reason: 'model' }, headers);
}
