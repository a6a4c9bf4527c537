import encodeQR from 'qr';
import { CliProblem, type Command, exit, type Given, type Shell } from './command.ts';
import { type Airport, openAirport, type Visit } from './demo-airport.ts';
import type { Serving } from './outside.ts';

const usualFolder = './passdesk-demo';
/** How many passes the demo begins with, and how far back its visits go. */
const usual = { passes: 500, days: 7 };
/** Milliseconds between two simulated visits, on the average, while it runs. */
const visitEvery = 1_500;

export const demoCommand: Command = {
  name: 'demo',
  what: 'A running airport in under a minute: three venues, 500 passes, a week of visits, and more as it runs',
  group: 'run',
  flags: {
    passes: { what: `how many passes to begin with; ${usual.passes} unless given`, value: 'number' },
    once: { what: 'make everything, then stop' },
  },
  settings: ['HOST', 'PORT', 'DATA_DIR', 'DATABASE_URL'],
  more: `Keeps its data in ${usualFolder} unless DATA_DIR says otherwise, and goes on with what is there. Everything it does goes
through the public API of a sandbox programme; "passdesk db move" takes it to PostgreSQL.`,
  examples: [
    ['demo', 'At http://127.0.0.1:8080 until you press Ctrl-C.'],
    ['demo --once --json', 'Only make the data; tell what there is.'],
  ],
  async run(given, shell) {
    const passes = wholeNumber(given.text('passes') ?? String(usual.passes));
    const environment = { ...shell.environment, DATA_DIR: shell.environment.DATA_DIR || usualFolder };
    const serving = await shell.outside.serve(environment, false);
    if (serving.credentials === null) throw new CliProblem('this database has no demo clients: give an empty DATA_DIR');
    const airport = await openAirport(serving.baseUrl, serving.credentials);
    const began = performance.now();
    const fresh = await airport.isFresh();
    const visits = fresh ? await makeWeek(airport, passes, shell) : [];
    const shown = await airport.issue(`visitor-${Date.now()}`);
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    tell(serving, airport, { shown, visits, passes: fresh ? passes : 0, seconds }, given, shell);
    if (given.on('once')) {
      await serving.stop();
      return exit.ok;
    }
    await keepVisiting(airport, shell);
    return exit.ok;
  },
};

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 100_000) return number;
  throw new CliProblem('--passes must be a whole number from 1 to 100000', exit.usage);
}

async function makeWeek(airport: Airport, passes: number, { print }: Shell): Promise<Visit[]> {
  print.note(`Making ${passes} passes and a week of visits …`);
  const bar = print.bar('Making');
  bar.total(passes);
  try {
    return await airport.makeHistory(passes, usual.days, (count) => bar.add(count));
  } finally {
    bar.stop();
  }
}

interface Made {
  readonly shown: string;
  readonly visits: readonly Visit[];
  readonly passes: number;
  readonly seconds: number;
}

function tell(
  { baseUrl }: Serving,
  airport: Airport,
  { shown, visits, passes, seconds }: Made,
  given: Given,
  { print }: Shell,
): void {
  const admitted = visits.filter(({ admitted: yes }) => yes).length;
  const venues = airport.venues.map(({ resourceId, name }) => ({
    resourceId,
    name,
    visits: visits.filter((visit) => visit.resourceId === resourceId && visit.admitted).length,
  }));
  const curl = airport.curlOf(shown);
  const facts = {
    baseUrl,
    passes,
    visits: admitted,
    refused: visits.length - admitted,
    venues,
    ePassId: shown,
    seconds,
    curl,
  };
  print.result(facts, [
    `${passes} passes made and ${admitted} visits in ${seconds} s; ${visits.length - admitted} were refused, with their reasons`,
    ...venues.map((venue) => `  ${venue.resourceId}  ${venue.name}: ${venue.visits} visits`),
    '',
    `The pass ${shown}, as a door scans it:`,
    '',
    encodeQR(shown, process.stdout.isTTY ? 'term' : 'ascii', { border: 2 }),
    '',
    'Let its traveller in:',
    '',
    curl,
    '',
    `Console and API reference: ${baseUrl} and ${baseUrl}/docs; who may sign in stands in the data folder's credentials.json.`,
    ...(given.on('once') ? [] : ['Visits go on. Stop with Ctrl-C.']),
  ]);
}

/** Until the process is stopped: somebody comes, now and then. */
async function keepVisiting(airport: Airport, { print }: Shell): Promise<never> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * visitEvery));
    const told = await airport.visit().then(lineOf, (problem: Error) => `nobody could come: ${problem.message}`);
    print.note(`${new Date().toISOString().slice(11, 19)}  ${told}`);
  }
}

function lineOf({ ePassId, resourceId, admitted, reason }: Visit): string {
  return `${ePassId} at ${resourceId}: ${admitted ? 'admitted' : reason}`;
}
