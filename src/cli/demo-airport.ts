import { randomUUID } from 'node:crypto';
import { day, hour } from '../domain/calendar.ts';
import type { ClientCredentials, Credentials } from '../operations/first-start.ts';
import { CliProblem, exit } from './command.ts';

/** One traveller at one door. */
export interface Visit {
  readonly ePassId: string;
  readonly resourceId: string;
  readonly admitted: boolean;
  /** The name of the refusal; null when admitted. */
  readonly reason: string | null;
}

/** An airport that is only played, through the public API. */
export interface Airport {
  readonly venues: readonly { readonly resourceId: string; readonly name: string }[];
  /** Whether nobody was here before. Who was finds a clock that goes right, whatever ended the run before. */
  isFresh(): Promise<boolean>;
  /** Issues passes and lets their travellers come, spread over the days before now. */
  makeHistory(passes: number, days: number, tell: (issued: number) => void): Promise<Visit[]>;
  issue(clientUserId: string): Promise<string>;
  /** Somebody with one of the passes comes to one of the doors; passes that are used up are followed by new ones. */
  visit(): Promise<Visit>;
  /** A line to paste that lets the traveller of a pass in. */
  curlOf(ePassId: string): string;
}

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly json: any;
}

const venues = [
  { resourceId: 'N00001', name: 'Aspen Lounge', module: 1, segment: 'lounges' },
  { resourceId: 'N00002', name: 'Pennine Lounge', module: 1, segment: 'lounges' },
  { resourceId: 'C00001', name: 'Fast Track Security T1', module: 2, segment: 'fastTrack' },
] as const;

const given = [
  'Ada',
  'Grace',
  'Alan',
  'Mary',
  'Edsger',
  'Barbara',
  'Niklaus',
  'Radia',
  'Tony',
  'Frances',
  'Yukihiro',
  'Zoë',
];
const family = ['Lovelace', 'Hopper', 'Turing', 'Shelley', 'Dijkstra', 'Liskov', 'Wirth', 'Perlman', 'Hoare', 'Allen'];

/** How busy an airport is at each hour, from midnight on. */
const busy = [1, 1, 1, 2, 5, 9, 12, 11, 9, 7, 6, 6, 7, 7, 6, 7, 9, 11, 10, 8, 6, 4, 3, 2];
/** Hours of the past that are played in one step of the clock; of the last day each has one of its own, as its plot shows. */
const usualStep = 3;
const finestHours = 24;
/** Visits a day for each pass. */
const visitsOfPass = 0.45;
/** Requests at once. */
const together = 16;
/** Refusals after which nobody comes again with the same pass. */
const spent = new Set(['E_PASS_USAGES_EXCEEDED', 'E_PASS_CANCELLED', 'E_PASS_EXPIRED']);
/** Passes that there are at least, so that somebody comes for as long as the demo runs. */
const fewestPasses = 40;

const pick = <T>(items: readonly T[]): T => items[Math.floor(Math.random() * items.length)]!;

/** Meets the product as a partner and as a venue. */
export async function openAirport(baseUrl: string, credentials: Credentials): Promise<Airport> {
  const partner = await clientOf(baseUrl, credentials.partner);
  const venue = await clientOf(baseUrl, credentials.venue);
  return new PlayedAirport(baseUrl, partner, venue);
}

type Client = Awaited<ReturnType<typeof clientOf>>;

/** A pass that is in somebody's pocket. */
interface Carried {
  readonly ePassId: string;
  readonly module: number;
  readonly orderId: string;
}

class PlayedAirport implements Airport {
  readonly venues = venues;
  readonly #baseUrl: string;
  readonly #partner: Client;
  readonly #venue: Client;
  #passes: Carried[] = [];

  constructor(baseUrl: string, partner: Client, venue: Client) {
    this.#baseUrl = baseUrl;
    this.#partner = partner;
    this.#venue = venue;
  }

  async isFresh(): Promise<boolean> {
    const list = await this.#partner.call('POST', '/v2/users/ePasses', { clientUserId: 'traveller-1' });
    const isFresh = dataOf(list).ePasses.length === 0;
    if (!isFresh) await this.#setClock(null);
    return isFresh;
  }

  async makeHistory(count: number, days: number, tell: (issued: number) => void): Promise<Visit[]> {
    const visits: Visit[] = [];
    const end = Date.now();
    let issued = 0;
    for (const [index, { ago, hours }] of stepsOf(days).entries()) {
      const at = end - ago * hour;
      await this.#setClock(new Date(at).toISOString());
      const through = Math.round(count * (1 - (ago - hours) / (days * 24)));
      const wanted = Array.from({ length: through - issued }, (_, next) => issued + next);
      await inTurns(wanted, (number) => this.#issueAt(`traveller-${number + 1}`, at, pick(venues)));
      issued = through;
      tell(wanted.length);
      const many = Math.round(crowd(at, hours) * visitsOfPass * issued);
      const coming = Array.from({ length: many }, () => null);
      visits.push(...(await inTurns(coming, () => this.#visitWith(pick(this.#passes)))));
      if (index % 8 === 7)
        await this.#partner.call('PATCH', '/v2/orders', { orderId: pick(this.#passes).orderId, status: 3 });
    }
    await this.#setClock(null);
    return visits;
  }

  issue(clientUserId: string): Promise<string> {
    return this.#issueAt(clientUserId, Date.now(), venues[0]);
  }

  async visit(): Promise<Visit> {
    while (this.#passes.length < fewestPasses) await this.#issueAt(`guest-${randomUUID()}`, Date.now(), pick(venues));
    const pass = pick(this.#passes);
    const visit = await this.#visitWith(pass);
    if (visit.reason !== null && spent.has(visit.reason)) this.#passes = this.#passes.filter((one) => one !== pass);
    return visit;
  }

  async #visitWith(pass: Carried): Promise<Visit> {
    // Now and then somebody tries the wrong door.
    const doors = Math.random() < 0.04 ? venues : venues.filter(({ module }) => module === pass.module);
    const { resourceId } = pick(doors);
    const party = { adultCount: Math.random() < 0.7 ? 1 : 2, childCount: Math.random() < 0.1 ? 1 : 0 };
    const use = { dpId: pass.ePassId, resourceId, ...party };
    const { status, json } = await this.#venue.call('POST', '/v2/redemptions', use);
    if (status === 200 && Math.random() < 0.02) {
      const back = { orderId: json.data.orderId, reason: 'the lounge was full' };
      await this.#venue.call('POST', '/v2/redemptions/cancel', back);
    }
    return { ePassId: pass.ePassId, resourceId, admitted: status === 200, reason: status === 200 ? null : json.error };
  }

  curlOf(ePassId: string): string {
    const body = { dpId: ePassId, resourceId: venues[0].resourceId, adultCount: 1, childCount: 0 };
    const headers = `-H 'Authorization: Bearer ${this.#venue.token()}' -H 'Content-Type: application/json'`;
    return `curl -s ${this.#baseUrl}/v2/redemptions ${headers} -d '${JSON.stringify(body)}'`;
  }

  async #issueAt(clientUserId: string, at: number, { module, segment }: (typeof venues)[number]): Promise<string> {
    const extra = {
      firstName: pick(given),
      lastName: pick(family),
      expirationDate: new Date(at + (20 + Math.random() * 345) * day).toISOString(),
      // Enough for most of their week: a door that refuses every third guest would be no airport's.
      availableUsages: 2 + Math.floor(Math.random() * 11),
      allowedResources: { resourceIds: [] },
    };
    const body = { module, clientUserId, extra };
    const { orderId, extra: made } = dataOf(await this.#partner.call('POST', `/v2/orders/${segment}/ePasses`, body));
    this.#passes.push({ ePassId: made.ePassId, module, orderId });
    return made.ePassId as string;
  }

  async #setClock(now: string | null): Promise<void> {
    dataOf(await this.#partner.call('POST', '/v2/simulations/clock', { now }));
  }
}

/** The steps in which so many days are played: how many hours ago each begins, and how many it takes. */
function stepsOf(days: number): readonly { readonly ago: number; readonly hours: number }[] {
  const steps: { ago: number; hours: number }[] = [];
  for (let ago = days * 24; ago > 0; ) {
    const hours = ago > finestHours ? usualStep : 1;
    steps.push({ ago, hours });
    ago -= hours;
  }
  return steps;
}

/** Which part of a day's travellers comes within a step of the clock. */
function crowd(at: number, hours: number): number {
  const first = new Date(at).getUTCHours();
  const sum = (parts: readonly number[]) => parts.reduce((all, one) => all + one, 0);
  return sum(Array.from({ length: hours }, (_, next) => busy[(first + next) % busy.length]!)) / sum(busy);
}

/** Some at once, all in the end. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const left = [...items];
  const one = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) results.push(await work(item));
  };
  await Promise.all(Array.from({ length: together }, one));
  return results;
}

async function clientOf(baseUrl: string, { clientId, secret }: ClientCredentials) {
  const call = async (
    method: string,
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const answer = await fetch(baseUrl + path, {
      method,
      headers: { 'content-type': 'application/json', 'x-request-id': randomUUID(), ...headers },
      body: JSON.stringify(body),
    });
    return { status: answer.status, json: await answer.json() };
  };
  const sign = async () => dataOf(await call('POST', '/v2/auth/token', { clientId, secret })).token as string;
  let token = await sign();
  const signed = (method: string, path: string, body: object) =>
    call(method, path, body, { authorization: `Bearer ${token}` });
  return {
    token: () => token,
    call: async (method: string, path: string, body: object) => {
      const answer = await signed(method, path, body);
      if (answer.status !== 401) return answer;
      // A token is good for an hour, and the demo runs for longer.
      token = await sign();
      return signed(method, path, body);
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: data of every shape
function dataOf({ status, json }: Answer): any {
  if (status === 200) return json.data;
  throw new CliProblem(`the demo was refused: ${json.message}`, exit.failed, json);
}
