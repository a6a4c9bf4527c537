import type { Answer } from '../contract/answer.ts';
import { Refusal } from '../domain/refusal.ts';
import { type AnswerLimits, type AnswerParts, type Asked, answerBatch } from './answer-batch.ts';
import type { Command } from './command.ts';

/*
 * The engine of the product. Requests that arrive while a batch is being written form the next
 * batch: a lone request waits for nobody, and under load one transaction and one fsync carry many
 * uses. The protocol and why it is right are told in ARCHITECTURE.md under "Group commit".
 */

export interface GroupCommit {
  /** Takes a command and gives its answer once it is durable. Refuses when the queue is full. */
  submit(command: Command): Promise<Answer>;
  /** How many commands wait or are being written. */
  depth(): number;
  /** Resolves when everything that was submitted has been answered. */
  drained(): Promise<void>;
}

export interface GroupCommitLimits extends AnswerLimits {
  /** Commands in one transaction. */
  readonly batch: number;
  /** As many or fewer that wait make one batch; of more, half does. */
  readonly undivided: number;
  /** So many commands must wait, beside a batch that is being written, before another lane writes a second one. */
  readonly secondLane: number;
  /** Milliseconds after which a batch that is still being written keeps the others waiting no longer. */
  readonly longBatch: number;
  /** Milliseconds of a batch without any answer of the database after which its health is asked for. */
  readonly silence: number;
  /** Commands that may wait; one more is refused with 503. */
  readonly queue: number;
}

export const groupCommitLimits: GroupCommitLimits = {
  batch: 256,
  undivided: 32,
  secondLane: 64,
  longBatch: 50,
  silence: 900,
  queue: 8192,
  attempts: 5,
  inquiries: 20,
  inquiryEvery: 250,
  shortLockWait: 20,
  sortingOut: 3_000,
};

interface Waiting extends Asked {
  /** What no two batches may touch at once: its pass, or the clientUserId it binds. */
  readonly subject: string;
}

/** One transaction that is being written. */
interface Batch {
  readonly begunAt: number;
  /** Whether it lost the database. */
  lost: boolean;
}

interface Parts extends Omit<AnswerParts, 'away' | 'lost' | 'answering'> {
  readonly limits: GroupCommitLimits;
}

/** Opens the group commit, with as many lanes as the database can run transactions at once. */
export function openGroupCommit(parts: Parts): GroupCommit {
  const queue = new Queue(parts);
  const running = new Set<string>();

  async function submit(command: Command): Promise<Answer> {
    const keys = command.repeats
      .filter((repeat) => repeat.clientId !== '')
      .map((repeat) => Object.values(repeat).join('\n'));
    if (keys.some((key) => running.has(key))) throw new Refusal('REQUEST_IN_PROGRESS');
    for (const key of keys) running.add(key);
    try {
      return await queue.submit(command);
    } finally {
      for (const key of keys) running.delete(key);
    }
  }

  return { submit, depth: () => queue.depth, drained: () => queue.drained() };
}

const subjectOf = ({ programId, passId, clientUserId }: Command) =>
  passId === null ? `${programId}\nuser\n${clientUserId}` : `${programId}\n${passId}`;

/**
 * What waits, and the lanes that write it. One lane goes on as long as what waits beside its batch is not worth a
 * second transaction: a batch of sixty costs the database little more than one of thirty.
 */
class Queue {
  readonly #parts: Parts;
  #waiting: Waiting[] = [];
  #writing = 0;
  /** What the batches under way touch. No other lane takes it, so that this process never waits for its own locks. */
  readonly #touched = new Set<string>();
  readonly #underWay = new Set<Batch>();
  /** When the database answered last, with whatever. */
  #heardAt = 0;
  #asking = false;
  /** How often in a row its health was asked for in vain. Once may be a machine that is busy. */
  #unheard = 0;
  /** Batches whose fate cannot be asked for, as the database is away. */
  readonly #away = new Set<Batch>();
  /** Lanes that go on. A lane leaves in the very step in which it decides to, so that two cannot rely on one another. */
  #lanes = 0;
  readonly #runs = new Set<Promise<void>>();
  /** Of each batch that was written, what resolves once its answers have been given. */
  readonly #answers = new Set<Promise<void>>();
  #look: NodeJS.Timeout | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get depth(): number {
    return this.#waiting.length + this.#writing;
  }

  submit(command: Command): Promise<Answer> {
    if (this.#away.size > 0) throw new Refusal('UNAVAILABLE');
    if (this.#waiting.length >= this.#parts.limits.queue) throw new Refusal('OVERLOADED');
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.push({ command, subject: subjectOf(command), resolve, reject });
      this.#openLaneIfWorth();
    });
  }

  async drained(): Promise<void> {
    while (this.#runs.size + this.#answers.size > 0) await Promise.all([...this.#runs, ...this.#answers]);
  }

  /** While the database is away, whoever waits is told so at once, and so is whoever comes. */
  #setAway(batch: Batch, yes: boolean): void {
    if (!yes) return void this.#away.delete(batch);
    this.#away.add(batch);
    this.#refuseWaiting();
  }

  /**
   * A batch that waited for the database in vain has done so for all who wait: they are not to find out one batch after
   * the other. A connection that breaks at once, or only one of two, says nothing about the next.
   */
  #setLost(batch: Batch): void {
    batch.lost = true;
    if (this.#isSilentFor(batch)) this.#refuseWaiting();
  }

  #isSilentFor({ begunAt }: Batch): boolean {
    return performance.now() - Math.max(begunAt, this.#heardAt) >= this.#parts.limits.silence;
  }

  /** A batch may hang for as long as the longest statement may take; whoever waits learns sooner that nobody answers. */
  async #askIfSilent(): Promise<void> {
    if (this.#asking || ![...this.#underWay].some((batch) => this.#isSilentFor(batch))) return;
    this.#asking = true;
    const heardAt = this.#heardAt;
    const { answers } = await this.#parts.database.health();
    this.#asking = false;
    if (answers) this.#setHeard();
    else if (this.#heardAt === heardAt) this.#unheard += 1;
    if (this.#unheard >= 2) this.#refuseWaiting();
  }

  #setHeard(): void {
    this.#heardAt = performance.now();
    this.#unheard = 0;
  }

  #refuseWaiting(): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(new Refusal('UNAVAILABLE'));
  }

  #openLaneIfWorth(): void {
    if (this.#isWorthALane()) {
      const run = this.#run().finally(() => this.#runs.delete(run));
      this.#runs.add(run);
    } else {
      // A batch may wait for a lock of somebody else; nobody behind it is to wait as long.
      this.#look ??= setTimeout(() => this.#lookAgain(), this.#parts.limits.longBatch);
    }
  }

  #lookAgain(): void {
    this.#look = null;
    if (this.#waiting.length === 0) return;
    this.#openLaneIfWorth();
    void this.#askIfSilent();
  }

  #isWorthALane(): boolean {
    const { database } = this.#parts;
    return this.#lanes === 0 || (this.#lanes < database.lanes && this.#isTooMuchForOthers());
  }

  /** Whether what waits is worth a transaction beside those of other lanes, or would wait too long for them. */
  #isTooMuchForOthers(): boolean {
    const { secondLane, longBatch } = this.#parts.limits;
    const longAgo = performance.now() - longBatch;
    return this.#waiting.length >= secondLane || [...this.#underWay].some(({ begunAt }) => begunAt < longAgo);
  }

  /** One batch after the other, until nothing waits, or so little that another lane will take it soon. */
  async #run(): Promise<void> {
    this.#lanes += 1;
    // Requests of the same turn of the event loop share a batch; this is no timer.
    await new Promise(setImmediate);
    for (;;) {
      const batch = this.#take();
      if (batch.length > 0) await this.#write(batch);
      const goesOn = this.#lanes === 1 || (batch.length > 0 && this.#isTooMuchForOthers());
      if (this.#waiting.length > 0 && goesOn) continue;
      this.#lanes -= 1;
      return;
    }
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    const batch: Batch = { begunAt: performance.now(), lost: false };
    this.#underWay.add(batch);
    this.#writing += waiting.length;
    for (const { subject } of waiting) this.#touched.add(subject);
    const told = {
      away: (yes: boolean) => this.#setAway(batch, yes),
      lost: () => this.#setLost(batch),
      answering: (answers: Promise<void>) => this.#noteAnswers(answers),
    };
    await answerBatch(waiting, { ...this.#parts, ...told });
    if (!batch.lost) this.#setHeard();
    for (const { subject } of waiting) this.#touched.delete(subject);
    this.#writing -= waiting.length;
    this.#underWay.delete(batch);
  }

  #noteAnswers(answers: Promise<void>): void {
    this.#answers.add(answers);
    void answers.finally(() => this.#answers.delete(answers));
  }

  /**
   * Half of what waits, so that the other half can be written at once while this one's answers go out and its callers
   * come back: the database and this process work at the same time.
   */
  #mostInBatch(): number {
    const { batch, undivided } = this.#parts.limits;
    return Math.min(batch, Math.max(undivided, Math.ceil(this.#waiting.length / 2)));
  }

  /**
   * The oldest commands, up to the limit, in their order: what has to wait keeps later ones of the same pass behind it.
   * That is what another lane touches, and the second give-back of a pass in one batch: each needs to know which
   * earlier uses stand, and that is read from the database.
   */
  #take(): Waiting[] {
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    const behind = new Set<string>();
    const givenBack = new Set<string>();
    const most = this.#mostInBatch();
    for (const [index, waiting] of this.#waiting.entries()) {
      if (taken.length >= most) {
        left.push(...this.#waiting.slice(index));
        break;
      }
      const { subject, command } = waiting;
      const isGiveBack = command.useNumber !== null;
      const waits = this.#touched.has(subject) || behind.has(subject) || (isGiveBack && givenBack.has(subject));
      if (waits) {
        behind.add(subject);
        left.push(waiting);
        continue;
      }
      if (isGiveBack) givenBack.add(subject);
      taken.push(waiting);
    }
    this.#waiting = left;
    return taken;
  }
}
