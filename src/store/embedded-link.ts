/** The main thread's end of the embedded database: requests, answers and the watchdog over both. */
import { Worker } from 'node:worker_threads';
import { CommitUnknown, DatabaseUnavailable } from './database.ts';
import type { SqlFault } from './embedded-session.ts';
import type { Answer, RequestBody } from './embedded-worker.ts';

/** An error of PostgreSQL inside the embedded database; `code` is its SQLSTATE. */
class EmbeddedSqlError extends Error {}

interface Waiting {
  readonly kind: RequestBody['kind'] | 'start';
  readonly allowance: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Opening replays the log after a crash and may build a new database; both take long on a slow disk. */
const startAllowance = 600_000;
/** Migrations and VACUUM may rightly take minutes. */
const longAllowance = 600_000;

function sqlError(fault: SqlFault): EmbeddedSqlError {
  const { message, ...facts } = fault;
  return Object.assign(new EmbeddedSqlError(message), facts);
}

/** Class 53: no room on the disk (53100), no memory. What had begun was rolled back, as after any other error. */
const outOfRoom = /^53/;
const diskFull = '53100';

/** What a caller is told whose request will not be answered: after COMMIT was sent, nobody knows. */
function lost(kind: Waiting['kind'], sentence: string): Error {
  if (kind !== 'commit' && kind !== 'script') return new DatabaseUnavailable(sentence);
  return new CommitUnknown(`${sentence}; the last transaction may have been committed or not`);
}

/** The sibling file, in the form this very file runs in: compiled JavaScript or unbuilt TypeScript. */
function workerFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./embedded-worker.${extension}`, import.meta.url);
}

/** Where the database is, and who is told what becomes of it. */
export interface LinkParts {
  readonly folder: string;
  readonly stuckAfter: number;
  readonly log: (event: string, facts: object) => void;
  /** The database has ended by itself, or had to be ended. */
  readonly ended: (problem: string) => void;
  /** PostgreSQL met a full disk. */
  readonly full: () => void;
}

export class EmbeddedLink {
  readonly #worker: Worker;
  readonly #parts: LinkParts;
  readonly #waiting = new Map<number, Waiting>();
  readonly #watchdog: NodeJS.Timeout;
  #lastId = 0;
  /** When the worker began with the oldest unanswered request; it serves strictly in order. */
  #busySince = 0;
  #lastLook = performance.now();
  #stuck: string | null = null;
  /** Why the worker is being ended: it will not answer any more. */
  #givenUp: string | null = null;
  #dead: string | null = null;
  #closing = false;

  /** Starts the worker; `started` resolves to the fsyncs that one commit caused in the self-test. */
  readonly started: Promise<number>;

  constructor(parts: LinkParts) {
    const { folder, stuckAfter } = parts;
    this.#parts = parts;
    this.#worker = new Worker(workerFile(), { workerData: { folder }, name: 'passdesk-database' });
    this.#worker.on('message', (answer: Answer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#die(`the embedded database crashed: ${error.message}`));
    this.#worker.on('exit', (code) =>
      this.#die(this.#givenUp ?? `the embedded database ended unexpectedly (exit code ${code})`),
    );
    this.started = this.#expect(0, 'start') as Promise<number>;
    const interval = Math.max(20, Math.min(250, stuckAfter / 5));
    this.#watchdog = setInterval(() => this.#look(interval), interval).unref();
  }

  /** Why no request can be taken now, in one sentence, or null. */
  get problem(): string | null {
    return this.#dead ?? this.#givenUp ?? this.#stuck;
  }

  /** How many requests the worker has not answered yet. */
  get unanswered(): number {
    return this.#waiting.size;
  }

  /**
   * Sends one request; requests are served in the order of the calls. Rejects with EmbeddedSqlError
   * on a SQL error, with CommitUnknown for a commit or script that was sent and never answered, and
   * with DatabaseUnavailable otherwise, such as when the disk is full.
   */
  ask(body: RequestBody): Promise<unknown> {
    const problem = this.problem;
    if (problem !== null) return Promise.reject(new DatabaseUnavailable(problem));
    return this.#send(body);
  }

  /** Rolls back without waiting: also sent to a stuck worker, so that it is clean once it heals. */
  rollBack(): void {
    if (this.#dead !== null) return;
    this.#send({ kind: 'rollback' }).catch((error: Error) =>
      this.#parts.log('rollback_unanswered', { problem: error.message }),
    );
  }

  /** Lets the database write its checkpoint and ends the worker; also ends one that is stuck. */
  async close(): Promise<void> {
    this.#closing = true;
    try {
      await this.ask({ kind: 'close' });
    } catch (error) {
      // Ending it hard is safe: everything acknowledged is in the log, and the next start replays it.
      this.#parts.log('database_closed_hard', { problem: (error as Error).message });
    }
    await this.end();
  }

  /** Ends the worker as it stands. */
  async end(): Promise<void> {
    this.#closing = true;
    clearInterval(this.#watchdog);
    await this.#worker.terminate();
  }

  #send(body: RequestBody): Promise<unknown> {
    this.#lastId += 1;
    this.#worker.postMessage({ ...body, id: this.#lastId });
    return this.#expect(this.#lastId, body.kind);
  }

  #expect(id: number, kind: Waiting['kind']): Promise<unknown> {
    if (this.#waiting.size === 0) this.#busySince = performance.now();
    const allowance = this.#allowanceOf(kind);
    return new Promise((resolve, reject) => this.#waiting.set(id, { kind, allowance, resolve, reject }));
  }

  #allowanceOf(kind: Waiting['kind']): number {
    if (kind === 'start') return startAllowance;
    return ['script', 'maintain', 'alone', 'close'].includes(kind) ? longAllowance : this.#parts.stuckAfter;
  }

  #take(answer: Answer): void {
    if ('failed' in answer) {
      this.#die(answer.failed);
      return;
    }
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    this.#busySince = performance.now();
    if (this.#stuck !== null) this.#heal();
    if ('fault' in answer) waiting?.reject(this.#errorOf(waiting.kind, answer.fault));
    else waiting?.resolve(answer.value);
  }

  /** A lack of room is nothing that the statement did wrong: the caller may come again. */
  #errorOf(kind: Waiting['kind'], fault: SqlFault): Error {
    if (!outOfRoom.test(fault.code ?? '')) return sqlError(fault);
    if (fault.code === diskFull) this.#parts.full();
    this.#parts.log('database_out_of_room', { problem: fault.message });
    const sentence = `the embedded database has no room: ${fault.message}`;
    return kind === 'commit' ? lost(kind, sentence) : new DatabaseUnavailable(sentence);
  }

  #heal(): void {
    if (this.#givenUp !== null) return;
    this.#stuck = null;
    this.#parts.log('database_healed', {});
  }

  /** A look that comes late was itself held up: this thread, not the database, was busy. */
  #look(interval: number): void {
    const now = performance.now();
    const late = now - this.#lastLook > 3 * interval;
    this.#lastLook = now;
    const [oldest] = this.#waiting.values();
    // A process that was stopped or held up has not waited for its database in that time.
    if (late) this.#busySince = now;
    if (late || oldest === undefined || this.#givenUp !== null) return;
    const silence = now - this.#busySince;
    if (this.#stuck === null && silence > oldest.allowance) this.#refuse(silence);
    else if (silence > oldest.allowance + this.#parts.stuckAfter) this.#giveUp(silence);
  }

  #refuse(silence: number): void {
    this.#stuck = `the embedded database has not answered for ${Math.round(silence)} ms`;
    this.#parts.log('database_stuck', { problem: this.#stuck, unanswered: this.#waiting.size });
    for (const waiting of this.#waiting.values()) waiting.reject(lost(waiting.kind, this.#stuck));
  }

  /**
   * A slow disk has had its time; what is still silent spins. Ending the thread is safe: everything
   * acknowledged is in the log. A thread that the kernel holds ends when that lets go, and until then
   * there is still somebody to say 503.
   */
  #giveUp(silence: number): void {
    this.#givenUp = `the embedded database did not answer for ${Math.round(silence)} ms and was ended`;
    this.#parts.log('database_given_up', { problem: this.#givenUp });
    void this.#worker.terminate();
  }

  #die(sentence: string): void {
    if (this.#dead !== null) return;
    this.#dead = sentence;
    clearInterval(this.#watchdog);
    if (!this.#closing) this.#parts.log('database_dead', { problem: sentence });
    for (const waiting of this.#waiting.values()) waiting.reject(lost(waiting.kind, sentence));
    this.#waiting.clear();
    if (!this.#closing) this.#parts.ended(sentence);
  }
}
