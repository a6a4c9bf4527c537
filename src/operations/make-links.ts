import { Refusal } from '../domain/refusal.ts';
import { insertLinks, type NewPassLink } from '../store/pass-links.ts';
import { type Act, recordAudited } from './audit-log.ts';
import type { Call } from './call.ts';
import { plainTurnsOf } from './turns.ts';
import type { World } from './world.ts';

/** Links made by one transaction, and links that may wait for one. */
const mostInBatch = 256;
const mostWaiting = 4_096;

interface Wanted {
  readonly link: NewPassLink;
  readonly call: Call;
  readonly done: (entered: boolean) => void;
  readonly failed: (problem: unknown) => void;
}

interface Queue {
  readonly waiting: Wanted[];
  running: boolean;
}

const queues = new WeakMap<World, Queue>();

/**
 * Enters a link; gives false when its pass has one already. Links that are wanted while others are being written
 * are written together: a partner that issues a thousand passes a second can fetch as many links, over one
 * connection.
 */
export function makeLink(world: World, call: Call, link: NewPassLink): Promise<boolean> {
  const queue = queues.get(world) ?? { waiting: [], running: false };
  queues.set(world, queue);
  if (queue.waiting.length >= mostWaiting) throw new Refusal('OVERLOADED');
  return new Promise((done, failed) => {
    queue.waiting.push({ link, call, done, failed });
    if (!queue.running) void run(world, queue);
  });
}

async function run(world: World, queue: Queue): Promise<void> {
  queue.running = true;
  while (queue.waiting.length > 0) {
    const batch = queue.waiting.splice(0, mostInBatch);
    await plainTurnsOf(world)
      .take(() => write(world, batch))
      .then(
        (entered) => {
          for (const { link, done } of batch) done(entered.has(link.tokenHash));
        },
        (problem: unknown) => {
          for (const { failed } of batch) failed(problem);
        },
      );
  }
  queue.running = false;
}

function write(world: World, batch: readonly Wanted[]): Promise<Set<string>> {
  return world.database.transaction(async (transaction) => {
    const entered = await insertLinks(
      transaction,
      batch.map(({ link }) => link),
    );
    const acts = batch.filter(({ link }) => entered.has(link.tokenHash)).map(actOf);
    await recordAudited(transaction, acts, world.clock.now());
    return entered;
  });
}

function actOf({ link: { programId, passId }, call }: Wanted): { readonly call: Call; readonly act: Act } {
  return { call, act: { act: 'link.make', subject: passId, programId, details: {} } };
}
