import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cancel } from '../../src/domain/cancel.ts';
import type { Places, Programme, Resource } from '../../src/domain/catalogue.ts';
import { giveBack, type Use } from '../../src/domain/give-back.ts';
import { issue } from '../../src/domain/issue.ts';
import { type Change, type Entry, orderStatusOf, type Pass, passStatusOf, usagesLeft } from '../../src/domain/pass.ts';
import { redeem } from '../../src/domain/redeem.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import { resume, suspend } from '../../src/domain/suspend.ts';

const start = Date.UTC(2028, 1, 28, 23, 50);
const quarter = 15 * 60_000;

const programme: Programme = {
  programId: 'DEMO',
  name: 'Demo',
  issuerPrefix: '1788',
  sandbox: false,
  modules: [1],
  crossModules: [],
  clockOffset: 0,
};
const places: Places = {
  moduleOfResource: () => 1,
  isAirport: () => true,
  isCountry: () => true,
  countryHint: () => null,
};
const spot = { latitude: 0, longitude: 0 };
const town = { name: 'Manchester', city: 'Manchester', countryOrRegion: 'GB', zone: 'Europe/London' };
const hub = { transportHubId: 'A00001', iata: 'MAN', ...town, ...spot };
const resource = (resourceId: string, childrenCount: boolean): Resource => {
  return {
    resourceId,
    module: 1,
    name: resourceId,
    hub,
    location: '',
    image: null,
    ...spot,
    childrenCount,
    closure: null,
  };
};
const resources = [resource('N00001', true), resource('N00002', false), resource('N00003', true)];
const allowed = ['N00001', 'N00002'];

/** Time goes on by `wait`, or straight to `edge` milliseconds from where the pass opens or closes. */
interface Wait {
  readonly wait: number;
  readonly edge: readonly ['opens' | 'closes', number] | null;
}

type Step = Wait &
  (
    | { readonly verb: 'redeem'; readonly at: number; readonly adults: number; readonly children: number }
    | { readonly verb: 'give-back'; readonly which: number; readonly byOperator: boolean }
    | { readonly verb: 'cancel'; readonly ifUnused: boolean }
    | { readonly verb: 'suspend' | 'resume' }
  );

/** A use as the model remembers it: nothing here is taken from the domain's own bookkeeping. */
interface Visit {
  readonly orderId: string;
  readonly at: number;
  readonly units: number;
  readonly resourceId: string;
  readonly adults: number;
  readonly children: number;
  readonly line: number;
  backAt: number | null;
}

/** The tiny model: plain facts, from which everything else must follow. */
class Model {
  readonly visits: Visit[] = [];
  readonly opens: number;
  readonly closes: number;
  readonly granted: number;
  suspended = false;
  cancelledAt: number | null = null;
  lines = 1;

  constructor(opens: number, closes: number, granted: number) {
    this.opens = opens;
    this.closes = closes;
    this.granted = granted;
  }

  standing(): Visit[] {
    return this.visits.filter((visit) => visit.backAt === null);
  }

  used(): number {
    return this.standing().reduce((sum, visit) => sum + visit.units, 0);
  }

  isUsable(now: number): boolean {
    return this.cancelledAt === null && !this.suspended && now >= this.opens && now < this.closes;
  }
}

/** The use as the store would load it, made from the model's memory. */
function useOf(model: Model, visit: Visit): Use {
  const { line: number, backAt: givenBackAt, ...rest } = visit;
  const earlier = model
    .standing()
    .filter((other) => other.line < number)
    .at(-1);
  const before =
    earlier === undefined ? null : { at: earlier.at, resourceId: earlier.resourceId, number: earlier.line };
  return { ...rest, number, module: 1, givenBackAt, before };
}

/** Runs one step on both; gives what the domain said, having checked that the model says the same. */
function run(model: Model, pass: Pass, step: Step, now: number): Change | Refusal | null {
  const who = { clientId: 'c', reason: 'r' };
  if (step.verb === 'redeem') return runRedeem(model, pass, step, now);
  if (step.verb === 'give-back') {
    const visit = model.visits[step.which % Math.max(1, model.visits.length)];
    if (visit === undefined) return null;
    const yes = visit.backAt === null && model.cancelledAt === null && (step.byOperator || now < visit.at + quarter);
    const outcome = giveBack(pass, useOf(model, visit), { ...who, byOperator: step.byOperator }, now);
    assert.equal(!(outcome instanceof Refusal), yes);
    if (yes) visit.backAt = now;
    return outcome;
  }
  if (step.verb === 'cancel') {
    const yes = model.cancelledAt === null && !(step.ifUnused && model.used() > 0);
    const outcome = cancel(pass, { clientId: 'c', ifUnused: step.ifUnused }, now);
    assert.equal(!(outcome instanceof Refusal), yes);
    if (yes) model.cancelledAt = now;
    return outcome;
  }
  const yes = model.cancelledAt === null && model.suspended === (step.verb === 'resume');
  const outcome = step.verb === 'resume' ? resume(pass, who, now) : suspend(pass, who, now);
  assert.equal(!(outcome instanceof Refusal), yes);
  if (yes) model.suspended = step.verb === 'suspend';
  return outcome;
}

function runRedeem(model: Model, pass: Pass, step: Step & { verb: 'redeem' }, now: number): Change | Refusal {
  const { adults, children } = step;
  const { resourceId } = resources[step.at]!;
  const units = resourceId === 'N00002' ? Math.max(adults, 1) : Math.max(adults + children, 1);
  const yes = model.isUsable(now) && allowed.includes(resourceId) && units <= model.granted - model.used();
  const orderId = `DP${String(model.lines).padStart(14, '0')}`;
  const outcome = redeem(pass, resources[step.at]!, { adults, children, orderId, clientId: 'c' }, now);
  assert.equal(!(outcome instanceof Refusal), yes);
  if (yes)
    model.visits.push({ orderId, at: now, units, resourceId, adults, children, line: model.lines + 1, backAt: null });
  return outcome;
}

/** Everything that must be true after every step, computed from the model and the history alone. */
function assertInvariants(model: Model, pass: Pass, history: readonly Entry[], now: number): void {
  const used = model.used();
  assert.equal(pass.used, used);
  assert.equal(usagesLeft(pass) + pass.used, model.granted);
  assert.ok(pass.used >= 0 && usagesLeft(pass) >= 0);
  assert.equal(
    history.reduce((sum, entry) => sum + entry.units, 0),
    used,
    'the sum of the units is what is used',
  );
  assert.deepEqual(
    history.map((entry) => entry.number),
    Array.from({ length: model.lines }, (_, index) => index + 1),
  );
  assert.equal(pass.entries, model.lines);
  assert.equal(history.at(-1)?.left, model.granted - used);
  const last = model.standing().at(-1);
  assert.deepEqual(
    pass.lastUse,
    last === undefined ? null : { at: last.at, resourceId: last.resourceId, number: last.line },
  );
  for (const visit of model.standing()) assert.ok(visit.at <= pass.lastUse!.at, 'a later use stands');
  assert.equal(pass.cancelledAt, model.cancelledAt);
  for (const entry of history) {
    if (entry.kind === 'use') assert.ok(entry.at >= model.opens && entry.at < model.closes, 'a use outside the dates');
    const cancelled = history.find((other) => other.kind === 'cancel');
    if (cancelled !== undefined) assert.ok(entry.number <= cancelled.number, 'something after the cancellation');
  }
  const order = model.cancelledAt !== null ? 3 : used === model.granted ? 2 : 1;
  assert.equal(orderStatusOf(pass), order);
  const dated = now >= model.closes ? 9 : now < model.opens ? 0 : 1;
  assert.equal(passStatusOf(pass, now), model.cancelledAt !== null ? 3 : model.suspended ? 2 : dated);
}

const waits = fc.oneof(fc.nat(3), fc.nat(120_000), fc.constantFrom(0, 1, quarter - 1, quarter, quarter + 1));
const edges = fc.tuple(fc.constantFrom('opens' as const, 'closes' as const), fc.integer({ min: -1, max: 1 }));
const edge = fc.oneof({ weight: 12, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: edges });
const time = { wait: waits, edge };
const people = { at: fc.nat(2), adults: fc.nat(3), children: fc.nat(2) };
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...time, verb: fc.constant('redeem' as const), ...people }) },
  {
    weight: 4,
    arbitrary: fc.record({
      ...time,
      verb: fc.constant('give-back' as const),
      which: fc.nat(9),
      byOperator: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ ...time, verb: fc.constant('cancel' as const), ifUnused: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ ...time, verb: fc.constantFrom('suspend' as const, 'resume' as const) }) },
);

const terms = fc.record({
  delay: fc.option(fc.nat(300_000)),
  length: fc.integer({ min: 1, max: 4 * 3_600_000 }),
  granted: fc.integer({ min: 1, max: 8 }),
  steps: fc.array(steps, { maxLength: 40 }),
});

test('random lives of a pass keep every promise at every step', () => {
  const seen: Record<string, number> = {};
  fc.assert(
    fc.property(terms, ({ delay, length, granted, steps: asked }) => {
      const activationAt = delay === null ? null : start + delay;
      const expirationAt = (activationAt ?? start) + length;
      const names = { firstName: 'Zoë', lastName: 'Pass', clientUserId: 'u' };
      const allowedResources = { resourceIds: allowed };
      const request = {
        module: 1 as const,
        ...names,
        activationAt,
        expirationAt,
        availableUsages: granted,
        allowedResources,
      };
      const issued = issue(
        request,
        programme,
        places,
        null,
        { passId: '1788000000000000', orderId: 'DP0' },
        'c',
        start,
      );
      assert.ok(!(issued instanceof Refusal));
      let { pass } = issued;
      const history = [issued.entry];
      // A date that was given is over only after its instant; an immediate or present one begins at once.
      const opens = activationAt === null || activationAt === start ? start : activationAt + 1;
      const model = new Model(opens, expirationAt, granted);
      let now = start;
      for (const step of asked) {
        now = step.edge === null ? now + step.wait : Math.max(now, model[step.edge[0]] + step.edge[1]);
        const frozen = JSON.stringify(pass);
        const outcome = run(model, pass, step, now);
        assert.equal(JSON.stringify(pass), frozen, 'a rule changes nothing itself');
        if (outcome === null) continue;
        const refused = outcome instanceof Refusal;
        seen[refused ? outcome.refusal : step.verb] = (seen[refused ? outcome.refusal : step.verb] ?? 0) + 1;
        if (!refused) {
          model.lines += 1;
          history.push(outcome.entry);
          pass = outcome.pass;
        }
        assertInvariants(model, pass, history, now);
      }
    }),
    { numRuns: 3000 },
  );
  const all = `redeem give-back cancel suspend resume E_PASS_CANCELLED E_PASS_SUSPENDED E_PASS_NOT_YET_ACTIVE E_PASS_EXPIRED
    E_PASS_RESOURCE_NOT_ALLOWED E_PASS_USAGES_EXCEEDED USAGE_ALREADY_GIVEN_BACK GIVE_BACK_TOO_LATE ORDER_ALREADY_CANCELLED
    ORDER_ALREADY_USED E_PASS_ALREADY_SUSPENDED E_PASS_NOT_SUSPENDED`;
  assert.deepEqual(Object.keys(seen).toSorted(), all.split(/\s+/).toSorted(), 'every outcome was met');
});
