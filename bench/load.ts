/**
 * A load generator as small as it can be, because it shares the machine with what it measures:
 * keep-alive connections that each have one request in flight, answers told apart by their status
 * line. Run as a process of its own; takes a Plan on its arguments, prints a Load as JSON.
 */
import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface Plan {
  readonly port: number;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests that are not counted, before the clock starts, in seconds. */
  readonly warmUp: number;
  /** The passes to use: ids `1788` and twelve digits, from 1 to this number; 1 is one hot pass. */
  readonly passes: number;
  /** Whether passes are issued, each for a traveller of its own, instead of used. */
  readonly issues?: boolean;
  /** Requests a second, evenly; as fast as answers come when it is left out. */
  readonly pace?: number;
}

export interface Load {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers from first to last, warm-up included: status 200, and all others. */
  readonly accepted: number;
  readonly refused: number;
  /** Size of the last answer's body. */
  readonly bytes: number;
}

/** The value below which `part` of the sorted values lie. */
export function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** The id of the n-th bench pass. */
function benchPassId(n: number): string {
  return `1788${String(n).padStart(12, '0')}`;
}

const issuedExtra =
  '{"firstName":"Ada","lastName":"Lovelace","expirationDate":"2099-12-31T23:59:59+00:00","availableUsages":2,' +
  '"allowedResources":{"resourceIds":[]}}';

function issueOf({ token }: Plan): string {
  const body = `{"module":1,"clientUserId":"${randomUUID()}","extra":${issuedExtra}}`;
  return (
    `POST /v2/orders/lounges/ePasses HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
    `X-Request-ID: ${randomUUID()}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}

function requestOf(plan: Plan): string {
  if (plan.issues === true) return issueOf(plan);
  const dpId = benchPassId(1 + Math.floor(Math.random() * plan.passes));
  const body = `{"dpId":"${dpId}","resourceId":"N00001","adultCount":1,"childCount":0,"scanId":"${randomUUID()}"}`;
  return (
    `POST /v2/redemptions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${plan.token}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** Told of every answer; says whether to go on. */
type Done = (status: string, milliseconds: number, bytes: number) => boolean;

class Connection {
  readonly #plan: Plan;
  readonly #socket: Socket;
  readonly #done: Done;
  /** Milliseconds from one request of this connection to its next, at the least. */
  readonly #gap: number;
  #received = '';
  #sentAt = 0;

  constructor(plan: Plan, done: Done) {
    this.#plan = plan;
    this.#gap = plan.pace === undefined ? 0 : (plan.connections * 1000) / plan.pace;
    this.#done = done;
    this.#socket = connect(plan.port, '127.0.0.1', () => this.#send());
    this.#socket.setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#receive(chunk));
    this.#socket.on('error', (problem) => {
      throw problem;
    });
    this.#socket.on('end', () => {
      throw new Error('the server closed a connection');
    });
  }

  #send(): void {
    this.#sentAt = performance.now();
    this.#socket.write(requestOf(this.#plan));
  }

  #receive(chunk: string): void {
    this.#received = this.#received === '' ? chunk : this.#received + chunk;
    const head = this.#received.indexOf('\r\n\r\n');
    if (head < 0) return;
    const at = this.#received.indexOf('ontent-length: ') + 15;
    const length = Number.parseInt(this.#received.slice(at, at + 8), 10);
    if (this.#received.length < head + 4 + length) return;
    const status = this.#received.slice(9, 12);
    this.#received = '';
    if (!this.#done(status, performance.now() - this.#sentAt, length)) return void this.#socket.destroy();
    const early = this.#gap - (performance.now() - this.#sentAt);
    if (early > 0) setTimeout(() => this.#send(), early);
    else this.#send();
  }
}

/** Runs a plan and gives what was answered. */
async function run(plan: Plan): Promise<Load> {
  const latencies: number[] = [];
  const answers = { accepted: 0, refused: 0, bytes: 0 };
  const start = performance.now() + plan.warmUp * 1000;
  const end = start + plan.seconds * 1000;
  await new Promise<void>((resolve) => {
    let open = plan.connections;
    const done: Done = (status, milliseconds, bytes) => {
      const now = performance.now();
      answers[status === '200' ? 'accepted' : 'refused'] += 1;
      answers.bytes = bytes;
      if (now >= start && now < end) latencies.push(milliseconds);
      if (now < end) return true;
      open -= 1;
      if (open === 0) resolve();
      return false;
    };
    for (let index = 0; index < plan.connections; index += 1) new Connection(plan, done);
  });
  const sorted = Float64Array.from(latencies).sort();
  const perSecond = latencies.length / plan.seconds;
  return { perSecond, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), ...answers };
}

if (process.argv[1]?.endsWith('load.js') && process.argv[2] !== undefined) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2]) as Plan)));
}
