import { audit } from '../operations/audit.ts';
import { type CaughtUp, catchUp, readingFrom } from '../operations/catch-up.ts';
import { copyOver } from '../operations/copy-over.ts';
import { finishRestore, type RestoreResult, type RestoreSettings } from '../operations/restore.ts';
import { CliProblem, type Command, exit, type Shell } from './command.ts';
import type { Database, RunningServer } from './outside.ts';

/** With fewer rows than this left to take over, the last round is short enough to hold changes up for. */
const fewChanges = 2_000;
const mostRounds = 4;

/** What a move came to. */
interface Moved {
  readonly result: RestoreResult;
  readonly epoch: number;
  readonly rounds: readonly CaughtUp[];
  /** Milliseconds for which changes were refused; null when nobody was serving. */
  readonly heldUp: number | null;
}

export const dbMoveCommand: Command = {
  name: 'db move',
  what: 'Move from the embedded database to PostgreSQL, losing nothing that was acknowledged',
  group: 'data',
  flags: { to: { what: 'an empty PostgreSQL database', value: 'url', required: true } },
  settings: ['DATA_DIR'],
  more: `The server may go on meanwhile. First everything is copied; then changes are refused for a moment (503 with
Retry-After), what changed since is taken over, and the old place says for ever that the data is elsewhere. Start as many
processes as you like with DATABASE_URL afterwards. If anything goes wrong before, the old place goes on as if nothing
had been: drop the new database and begin again.`,
  examples: [
    ['db move --to postgres://passdesk:secret@db/passdesk', 'Move what ./data holds.'],
    ['db move --to postgres://db/passdesk --data-dir /var/lib/passdesk --json', 'Tell what was done, for a program.'],
  ],
  async run(given, shell) {
    const { environment, outside, print } = shell;
    const to = given.text('to')!;
    if (!/^postgres(ql)?:\/\//.test(to)) throw new CliProblem('--to must begin with postgres://', exit.usage);
    if (environment.DATABASE_URL) {
      throw new CliProblem(
        'DATABASE_URL is set: the data is in PostgreSQL already; move it with its own tools',
        exit.usage,
      );
    }
    const target = await outside.openEmpty({ ...environment, DATABASE_URL: to });
    try {
      const server = await outside.runningServer(environment);
      const moved = await (server === null
        ? moveIdle(shell, target.database, to)
        : moveLive(shell, target.database, to, server));
      print.note('Moved. Checking the new place …');
      const { checks, findings } = await audit(target.database);
      tell(shell, moved, { checks, findings });
      return findings.length === 0 ? exit.ok : exit.failed;
    } finally {
      await target.close();
    }
  },
};

function settingsOf({ outside, print }: Shell): { settings: RestoreSettings; stop: () => void } {
  const bar = print.bar('Copying');
  return { settings: { migrations: outside.migrations, now: Date.now, progress: bar }, stop: () => bar.stop() };
}

async function copyAll(shell: Shell, from: Database, to: Database): Promise<RestoreResult> {
  const { environment, outside } = shell;
  const { settings, stop } = settingsOf(shell);
  const facts = {
    madeAt: new Date().toISOString(),
    version: outside.version,
    files: await outside.readFiles(environment),
  };
  try {
    return await copyOver(from, to, facts, settings);
  } finally {
    stop();
  }
}

/** Nobody serves: one copy is all. Refuses when a server has started since that was found out. */
async function moveIdle(shell: Shell, target: Database, to: string): Promise<Moved> {
  const { environment, outside } = shell;
  const source = await outside.openData(environment);
  try {
    // A copy is of a server that has started since: it goes on, and what it acknowledges would be left behind.
    if (source.how !== 'own') throw new CliProblem('a server of this folder has just started: begin again', exit.busy);
    const result = await copyAll(shell, source.database, target);
    const epoch = await finishRestore(target, result, settingsOf(shell).settings);
    await outside.markMoved(environment, to);
    return { result, epoch, rounds: [], heldUp: null };
  } finally {
    await source.close();
  }
}

/** The server goes on while its data is copied; only the last changes are taken over while nothing changes. */
async function moveLive(shell: Shell, target: Database, to: string, server: RunningServer): Promise<Moved> {
  const { environment, outside, print } = shell;
  const first = await outside.openData(environment);
  let result: RestoreResult;
  try {
    result = await copyAll(shell, first.database, target);
  } finally {
    await first.close();
  }
  const rounds: CaughtUp[] = [];
  let { since } = first;
  for (let round = 0; round < mostRounds; round += 1) {
    const again = await outside.openData(environment);
    const from = since;
    try {
      rounds.push(await readingFrom(again.database, (origin) => catchUp(target, origin, from)));
    } finally {
      await again.close();
    }
    since = again.since;
    if (rounds.at(-1)!.changed < fewChanges) break;
  }
  print.note('Holding changes up for the last of them …');
  const last = await takeOverLast(shell, target, to, { server, since, result });
  return { ...last, result, rounds: [...rounds, last.round] };
}

/** From here to `moved` nothing changes at the old place; if anything fails, changes go on there. */
async function takeOverLast(
  shell: Shell,
  target: Database,
  to: string,
  { server, since, result }: { server: RunningServer; since: string; result: RestoreResult },
) {
  const began = performance.now();
  const held = await server.hold();
  try {
    const round = await catchUp(target, server.origin, since);
    const epoch = await finishRestore(target, result, settingsOf(shell).settings);
    await server.moved(to, held.token);
    return { round, epoch, heldUp: Math.round(performance.now() - began) };
  } finally {
    // After `moved` it changes nothing any more.
    held.letGo();
  }
}

function tell({ print }: Shell, moved: Moved, audited: { checks: number; findings: readonly object[] }): void {
  const { result, epoch, rounds, heldUp } = moved;
  const { rows, tables } = result;
  const { checks, findings } = audited;
  print.result({ rows, tables, rounds, heldUpMilliseconds: heldUp, epoch, audit: audited }, [
    `${rows} rows of ${tables.length} tables copied, read back and found the same`,
    ...rounds.map(({ changed, deleted }) => `then ${changed} changed rows taken over, ${deleted} deleted`),
    ...(heldUp === null ? [] : [`changes were refused for ${heldUp} ms`]),
    `${checks - findings.length} of ${checks} checks of the audit hold`,
    'Now start Passdesk with DATABASE_URL set to the new address; the old folder is not served again.',
  ]);
}
