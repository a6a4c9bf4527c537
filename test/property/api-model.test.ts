/**
 * Random traffic against the running API, in bursts, held against a small model: every answer must be
 * right in some state that the pass really had during the burst, and no usage is ever lost or made.
 * PASSDESK_SEED repeats a run; the seed is printed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataOf, issueBody, type Reply, refusedOf } from '../harness/client.ts';
import { counted } from '../harness/counts.ts';
import { eachDatabase } from '../harness/databases.ts';
import { type HeldClock, holdClock, readRows, type Scene, useScene } from '../harness/scene.ts';
import {
  afterLine,
  type Command,
  type Line,
  lastUseOf,
  type ModelPass,
  refusalOf,
  statusOf,
  usedOf,
} from './api-model-pass.ts';
import { drawSent, Random, type Sent, send } from './api-model-traffic.ts';

const commands = { embedded: 10_000, postgresql: counted(2_000, 10_000) } as const;
const passesAtOnce = 10;
const seconds = 1_000;
const changing = new Set<Command['kind']>(['use', 'give-back', 'cancel', 'suspend', 'resume']);
const inSeconds = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`;

type Answered = Sent & { readonly reply: Reply };

class Run {
  readonly #scene: Scene;
  readonly #random: Random;
  #passes: ModelPass[] = [];
  #past: Answered[] = [];
  /** How many lines of history of each pass the model has followed. */
  readonly #known = new Map<string, number>();
  /** The programme's now. */
  #now: number;
  #travellers = 0;
  readonly counts: Record<string, number> = { commands: 0, bursts: 0 };

  constructor(scene: Scene, clock: HeldClock, random: Random) {
    this.#scene = scene;
    this.#random = random;
    this.#now = clock.at;
  }

  async step(): Promise<void> {
    this.#count('bursts');
    while (this.#passes.length < passesAtOnce) await this.#issue();
    if (this.#random.chance(0.3)) await this.#moveClock();
    await this.#burst();
    await this.#repeat();
    this.#passes = this.#passes.filter(
      (pass) => !this.#random.chance(pass.cancelled || this.#now >= pass.expirationAt ? 0.5 : 0.02),
    );
  }

  /** At the end: the books of every pass there is add up, in one statement. */
  async audit(): Promise<void> {
    const wrong = await readRows(
      this.#scene.database,
      `select p.pass_id, p.used, p.granted, sum(e.units)::int as units from passes p
        join entries e on e.program_id = p.program_id and e.pass_id = p.pass_id
        group by p.pass_id, p.used, p.granted, p.entries
        having p.used <> sum(e.units) or p.used not between 0 and p.granted or p.entries <> count(*)`,
    );
    assert.deepEqual(wrong, []);
  }

  #count(what: string, more = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + more;
  }

  async #issue(): Promise<void> {
    const random = this.#random;
    const waits = random.chance(0.3);
    const activationAt = waits ? this.#now + random.whole(1, 600) * seconds : this.#now;
    const expirationAt = activationAt + random.whole(60, 5_400) * seconds;
    const allowed = random.pick(['lounges', 'lounges', 'N00001', 'MAN', 'HK'] as const);
    const places = { lounges: { resourceIds: [] }, N00001: { resourceIds: ['N00001'] }, MAN: { iata: ['MAN'] } };
    const extra = {
      ...(waits ? { activationDate: new Date(activationAt).toISOString() } : {}),
      expirationDate: new Date(expirationAt).toISOString(),
      allowedResources: allowed === 'HK' ? { countryOrRegion: ['HK'] } : places[allowed],
    };
    const granted = random.whole(1, 8);
    const clientUserId = `traveller-${this.#travellers % 50}`;
    const data = dataOf(
      await this.#scene.partner.post('/v2/orders/lounges/ePasses', issueBody(granted, extra, clientUserId)),
    );
    const other = issueBody(granted, { ...extra, lastName: 'Byron' }, clientUserId);
    if (random.chance(0.2))
      refusedOf(await this.#scene.partner.post('/v2/orders/lounges/ePasses', other), 'NAME_MISMATCH');
    this.#travellers += 1;
    this.#count('commands');
    this.#count('issue');
    const { orderId, extra: made } = data;
    const state = { cancelled: false, suspended: false, uses: new Map() };
    const dates = { createdAt: this.#now, activationAt, expirationAt };
    this.#passes.push({ ePassId: made.ePassId, orderId, granted, allowed, ...dates, ...state });
  }

  /** To the very edge of some pass's dates, or a little ahead. */
  async #moveClock(): Promise<void> {
    const { activationAt, expirationAt } = this.#random.pick(this.#passes);
    const edges = [activationAt, activationAt + 1, expirationAt - 1, expirationAt].filter((edge) => edge > this.#now);
    const jump = this.#now + this.#random.whole(1, 400) * seconds;
    this.#now = edges.length > 0 && this.#random.chance(0.4) ? edges[0]! : jump;
    dataOf(await this.#scene.partner.post('/v2/simulations/clock', { now: new Date(this.#now).toISOString() }));
    this.#count('commands');
    this.#count('clock');
  }

  async #burst(): Promise<void> {
    const size = this.#random.chance(0.1) ? 1 : this.#random.whole(10, 80);
    const few = Array.from({ length: this.#random.whole(1, passesAtOnce) }, () => this.#random.pick(this.#passes));
    const sent = Array.from({ length: size }, () => drawSent(this.#random, this.#random.pick(few)));
    const answered = await Promise.all(sent.map((one) => this.#send(one)));
    // Nothing is killed here: who is told that nobody knows what became of a change cannot be held against the model.
    const unknown = answered.filter(({ reply }) => reply.status >= 500).map(({ reply }) => reply.text);
    assert.deepEqual(unknown, []);
    this.#count('commands', size);
    for (const pass of new Set(few)) {
      await this.#settle(
        pass,
        answered.filter((one) => one.pass === pass),
      );
    }
    this.#past.push(...answered.filter(({ command }) => changing.has(command.kind)));
    this.#past = this.#past.slice(-400);
  }

  async #send(sent: Sent): Promise<Answered> {
    this.#count(sent.command.kind);
    if (!sent.twice || !changing.has(sent.command.kind)) return { ...sent, reply: await send(this.#scene, sent) };
    const replies = await Promise.all([send(this.#scene, sent), send(this.#scene, sent)]);
    const isFirst = (reply: Reply) => reply.json.error !== 'REQUEST_IN_PROGRESS' && !isReplayed(reply);
    const [first, second] = replies.toSorted((one, two) => Number(isFirst(two)) - Number(isFirst(one)));
    assert.deepEqual([isFirst(first!), isFirst(second!)], [true, false], 'one of two is the first');
    if (isReplayed(second!)) assert.equal(second!.text, first!.text);
    this.#count('sent twice');
    return { ...sent, reply: first! };
  }

  /** Holds what a burst did to one pass against the model. */
  async #settle(pass: ModelPass, answered: readonly Answered[]): Promise<void> {
    const lines = await this.#newLines(pass);
    const accepted = answered.filter(({ command, reply }) => changing.has(command.kind) && reply.status === 200);
    assert.equal(accepted.length, lines.length, `one line of history for each accepted change of ${pass.ePassId}`);
    const states = [pass];
    for (const line of lines) states.push(this.#follow(states.at(-1)!, line, accepted));
    for (const one of answered) {
      if (!accepted.includes(one)) this.#explain(one, states);
    }
    const after = states.at(-1)!;
    this.#passes[this.#passes.indexOf(pass)] = after;
    const found = dataOf(await this.#scene.partner.post('/v2/orders/ePasses/search', { ePassId: pass.ePassId }));
    assert.deepEqual(viewOf(found), this.#expectedView(after));
    assert.equal(found.extra.availableUsages + found.extra.usedUsages, pass.granted);
  }

  async #newLines(pass: ModelPass): Promise<Line[]> {
    const all = await readRows<Line & { number: number }>(
      this.#scene.database,
      `select number, kind, units, left_after as "left", order_id as "orderId" from entries where pass_id = $1 order by number`,
      [pass.ePassId],
    );
    assert.deepEqual(
      all.map(({ number }) => number),
      all.map((_, index) => index + 1),
    );
    const known = this.#known.get(pass.ePassId) ?? 1;
    this.#known.set(pass.ePassId, all.length);
    // That a pass ends soon is noted by the product itself, once a minute, and changes nothing of it.
    return all.slice(known).filter(({ kind }) => kind !== 'expiring');
  }

  /** One line of history: some accepted command made it, and the model allows that command in this state. */
  #follow(state: ModelPass, line: Line, accepted: readonly Answered[]): ModelPass {
    const made = accepted.find(({ command, reply }) => isMadeBy(line, command, reply));
    assert.ok(made, `nobody was told of ${JSON.stringify(line)}`);
    assert.equal(refusalOf(state, made.command, this.#now), null, `${JSON.stringify(made.command)} was accepted`);
    const after = afterLine(state, line, this.#now);
    const left = after.granted - usedOf(after);
    assert.equal(line.left, left);
    if (line.kind === 'use' || line.kind === 'give-back') assert.equal(made.reply.json.data.availableUsages, left);
    if (line.kind === 'cancel') assert.equal(made.reply.json.data.refundableUsages, left);
    return after;
  }

  /** A refusal, a check or a look-up must be right in one of the states that the pass had. */
  #explain({ command, reply }: Answered, states: readonly ModelPass[]): void {
    const told = `${JSON.stringify(command)}: ${reply.text}`;
    if (command.kind === 'look-up') {
      const view = JSON.stringify(viewOf(dataOf(reply)));
      assert.ok(
        states.some((state) => JSON.stringify(this.#expectedView(state)) === view),
        told,
      );
      return;
    }
    const error = command.kind === 'check' ? dataOf(reply).error : reply.json.error;
    this.#count(error ?? 'check says yes');
    assert.ok(
      states.some((state) => refusalOf(state, command, this.#now) === error),
      told,
    );
  }

  #expectedView(pass: ModelPass) {
    const used = usedOf(pass);
    const last = lastUseOf(pass);
    const usageDate = last === null ? null : inSeconds(last);
    const status = pass.cancelled ? 3 : used === pass.granted ? 2 : 1;
    return { status, usageDate, ePassStatus: statusOf(pass, this.#now), left: pass.granted - used, used };
  }

  /** Some of what was sent before is sent again: the first answer, and no change. */
  async #repeat(): Promise<void> {
    const again = Array.from({ length: Math.min(6, this.#past.length) }, () => this.#random.pick(this.#past));
    await Promise.all(
      again.map(async (sent) => {
        const scannedAnew = sent.scanId !== undefined && this.#random.chance(0.5);
        const headers = scannedAnew ? { 'x-request-id': this.#random.uuid() } : sent.headers;
        const reply = await send(this.#scene, { ...sent, headers });
        if (reply.json.error === 'REQUEST_IN_PROGRESS') return;
        assert.deepEqual([reply.status, reply.text, isReplayed(reply)], [sent.reply.status, sent.reply.text, true]);
      }),
    );
    this.#count('commands', again.length);
    this.#count('repeated', again.length);
  }
}

const isReplayed = (reply: Reply) => reply.headers.get('idempotent-replayed') === 'true';

function isMadeBy(line: Line, command: Command, reply: Reply): boolean {
  if (line.kind !== command.kind) return false;
  if (command.kind === 'give-back') return command.orderId === line.orderId;
  return command.kind !== 'use' || reply.json.data.orderId === line.orderId;
}

function viewOf(order: Reply['json']) {
  const { ePassStatus, availableUsages: left, usedUsages: used } = order.extra;
  return { status: order.status, usageDate: order.usageDate, ePassStatus, left, used };
}

await eachDatabase('random traffic', (open, kind) => {
  const clock = holdClock();
  const scene = useScene(open, clock);

  test(`${commands[kind]} commands agree with the model`, async (context) => {
    const random = new Random(Number(process.env.PASSDESK_SEED ?? Date.now() % 2 ** 31));
    context.diagnostic(`PASSDESK_SEED=${random.seed}`);
    const run = new Run(scene, clock, random);
    try {
      while (run.counts.commands! < commands[kind]) await run.step();
      await run.audit();
    } catch (problem) {
      throw new Error(`repeat with PASSDESK_SEED=${random.seed}`, { cause: problem });
    }
    context.diagnostic(JSON.stringify(run.counts));
  });
});
