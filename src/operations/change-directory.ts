import { type Answer, failure, isRepeatable } from '../contract/answer.ts';
import { Refusal } from '../domain/refusal.ts';
import { findAnswers, insertAnswers } from '../store/answers.ts';
import type { Transaction } from '../store/database.ts';
import { type Call, repeatsOf } from './call.ts';
import { plainTurnsOf } from './turns.ts';
import type { World } from './world.ts';

/**
 * A change of programmes, clients or catalogue: one plain transaction, repeatable like every
 * change. Such changes are rare, so they do not go through the group commit. This process sees
 * the change before the answer leaves; others within a second.
 */
export async function changeDirectory(
  world: World,
  call: Call,
  programId: string,
  request: unknown,
  change: (transaction: Transaction, now: number) => Promise<void>,
  answer: (now: number) => Answer,
): Promise<Answer> {
  const [repeat] = repeatsOf(call, programId, request);
  const once = () =>
    world.database.transaction(async (transaction) => (await firstAnswer(transaction)) ?? perform(transaction));
  // Under the same key another one may have come first meanwhile; the second time its answer is found.
  const done = await plainTurnsOf(world)
    .take(() => orAgain(once))
    .catch((problem: unknown) => {
      if (repeat === undefined || !(problem instanceof Refusal)) throw problem;
      return orAgain(() => keepRefusal(failure(problem, call.requestId)));
    });
  // It is committed: that it cannot be read back at once must not make the answer a refusal.
  await world.directory.refresh().catch((problem: unknown) => {
    world.log('warn', 'directory not read', { problem: String(problem) });
  });
  return done;

  /** What was answered under this key before, or that it was used for something else; null when it is new. */
  async function firstAnswer(transaction: Transaction): Promise<Answer | null> {
    const [first] = repeat === undefined ? [] : await findAnswers(transaction, [repeat]);
    if (first === undefined) return null;
    if (first.fingerprint !== repeat!.fingerprint) return failure(new Refusal(repeat!.reused), call.requestId);
    return { status: first.status, body: first.body, replayed: true };
  }

  async function orAgain(work: () => Promise<Answer>): Promise<Answer> {
    return work().catch((problem: unknown) => {
      if (repeat === undefined || (problem as { code?: unknown }).code !== '23505') throw problem;
      return work();
    });
  }

  async function perform(transaction: Transaction): Promise<Answer> {
    const now = world.clock.now();
    await change(transaction, now);
    return keep(transaction, answer(now), now);
  }

  /** A refusal has undone its transaction: it is kept in one of its own, unless the key was used meanwhile. */
  async function keepRefusal(refused: Answer): Promise<Answer> {
    return world.database.transaction(async (transaction) => {
      const first = await firstAnswer(transaction);
      return first ?? keep(transaction, refused, world.clock.now());
    });
  }

  async function keep(transaction: Transaction, made: Answer, now: number): Promise<Answer> {
    if (repeat === undefined || !isRepeatable(made)) return made;
    const { reused: _, ...key } = repeat;
    await insertAnswers(transaction, [{ ...key, status: made.status, body: made.body }], now);
    return made;
  }
}
