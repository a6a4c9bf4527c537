/**
 * A load generator as small as it can be, because it shares the machine with what it measures:
 * keep-alive connections that each have one request in flight, answers counted by status line and
 * length. Run as a process of its own; takes a Plan on its arguments, prints a Load as JSON.
 */
import { randomBytes } from 'node:crypto';
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
}

export interface Load {
  readonly perSecond: number;
  readonly answers: number;
  readonly refused: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** The id of the n-th bench pass. */
export function benchPassId(n: number): string {
  return `1788${String(n).padStart(12, '0')}`;
}

const scanPrefix = randomBytes(4).toString('hex');
let scans = 0;

function nextScanId(): string {
  scans += 1;
  const count = scans.toString(16).padStart(12, '0');
  return `${scanPrefix}-0000-4000-8000-${count}`;
}

function requestOf(plan: Plan): string {
  const dpId = benchPassId(1 + Math.floor(Math.random() * plan.passes));
  const body = `{"dpId":"${dpId}","resourceId":"N00001","adultCount":1,"childCount":0,"scanId":"${nextScanId()}"}`;
  return (
    `POST /v2/redemptions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${plan.token}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  );
}

class Connection {
  readonly #plan: Plan;
  readonly #socket: Socket;
  readonly #done: (status: string, milliseconds: number) => boolean;
  #received = '';
  #sentAt = 0;

  constructor(plan: Plan, done: (status: string, milliseconds: number) => boolean) {
    this.#plan = plan;
    this.#done = done;
    this.#socket = connect(plan.port, '127.0.0.1', () => this.#send());
    this.#socket.setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#receive(chunk));
    this.#socket.on('error', (problem) => {
      throw problem;
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
    if (this.#done(status, performance.now() - this.#sentAt)) this.#send();
    else this.#socket.destroy();
  }
}

function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Runs a plan and gives what was answered. */
export async function run(plan: Plan): Promise<Load> {
  const latencies: number[] = [];
  let refused = 0;
  const start = performance.now() + plan.warmUp * 1000;
  const end = start + plan.seconds * 1000;
  await new Promise<void>((resolve) => {
    let open = plan.connections;
    const done = (status: string, milliseconds: number): boolean => {
      const now = performance.now();
      if (now >= start && now < end) {
        latencies.push(milliseconds);
        if (status !== '200') refused += 1;
      }
      if (now < end) return true;
      open -= 1;
      if (open === 0) resolve();
      return false;
    };
    for (let index = 0; index < plan.connections; index += 1) new Connection(plan, done);
  });
  const sorted = Float64Array.from(latencies).sort();
  return {
    perSecond: Math.round(latencies.length / plan.seconds),
    answers: latencies.length,
    refused,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
}

if (process.argv[2] !== undefined && import.meta.url.endsWith(process.argv[1]?.split('/').at(-1) ?? '-')) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(process.argv[2]) as Plan)));
}
