import { type Answer, errorOf } from '../contract/answer.ts';
import { hourAt } from '../domain/calendar.ts';
import type { Instant } from '../domain/instant.ts';
import { CommitUnknown, type Database } from '../store/database.ts';
import { addRefusals, type RefusalCount } from '../store/refusals.ts';
import { clockOf } from './call.ts';
import type { ProgrammeOffers } from './directory.ts';
import type { Log, World } from './world.ts';

/**
 * Counts how often doors said no. A refusal changes no pass, so the history does not hold it, and it must
 * cost the door nothing: it is counted in memory, and the counts are added to those of all processes
 * every few seconds and when the process stops. A process that is killed takes the last seconds with it.
 */
export interface DoorRefusals {
  /** Counts one refusal; forgets it when too many different ones wait to be written. */
  count(line: Omit<RefusalCount, 'count' | 'hour'>, at: Instant, zone: string): void;
  /** Writes what was counted so far. Never throws: what could not be written is kept for the next time. */
  flush(): Promise<void>;
}

/** Different lines kept in memory: programme, resource, reason and quarter of an hour. */
const mostLines = 10_000;

/** Every zone's hours begin at some quarter of an hour: the door needs no calendar. */
const quarter = 900_000;

interface Line extends Omit<RefusalCount, 'hour' | 'count'> {
  readonly quarter: number;
  readonly zone: string;
  count: number;
}

/** Begins with nothing counted. */
export function openDoorRefusals(database: Database, log: Log): DoorRefusals {
  let lines = new Map<string, Line>();
  let forgotten = 0;
  let writing: Promise<void> = Promise.resolve();

  function add(key: string, line: Line): void {
    const known = lines.get(key);
    if (known !== undefined) known.count += line.count;
    else if (lines.size < mostLines) lines.set(key, line);
    else forgotten += line.count;
  }

  async function write(): Promise<void> {
    if (lines.size === 0) return;
    const taken = lines;
    lines = new Map();
    if (forgotten > 0) log('warn', 'refusals at doors not counted', { count: forgotten });
    forgotten = 0;
    try {
      await database.transaction((transaction) => addRefusals(transaction, countsOf(taken.values())));
    } catch (problem) {
      log('warn', 'refusals at doors not written', { problem: String(problem) });
      // They may have been written: rather some too few than some twice.
      if (problem instanceof CommitUnknown) return;
      for (const [key, line] of taken) add(key, line);
    }
  }

  return {
    count: (line, at, zone) => {
      const slot = Math.floor(at / quarter);
      add(`${line.programId}\n${line.resourceId}\n${line.reason}\n${slot}`, { ...line, quarter: slot, zone, count: 1 });
    },
    flush: () => {
      writing = writing.then(write);
      return writing;
    },
  };
}

/** Quarters of an hour put together to hours by the clocks of their resources. */
function countsOf(lines: Iterable<Line>): RefusalCount[] {
  const counts = new Map<string, RefusalCount>();
  for (const { quarter: slot, zone, count, ...line } of lines) {
    const hour = hourAt(slot * quarter, zone);
    const key = `${line.programId}\n${line.resourceId}\n${line.reason}\n${hour}`;
    counts.set(key, { ...line, hour, count: count + (counts.get(key)?.count ?? 0) });
  }
  return [...counts.values()];
}

/** What is about the pass and the door, and not about the request. */
const ofTheDoor = /^(?:E_PASS_|RESOURCE_CLOSED$)/;

/** Counts the answer to a redemption if it is a refusal that was made now, at a door that the programme offers. */
export function countIfRefused(
  world: World,
  { programme, resources }: ProgrammeOffers,
  resourceId: string,
  answer: Answer,
): void {
  const resource = resources.get(resourceId);
  if (resource === undefined || answer.status < 400 || answer.replayed) return;
  const reason = errorOf(answer);
  if (!ofTheDoor.test(reason)) return;
  const at = clockOf(programme)(world.clock.now());
  world.refusals.count({ programId: programme.programId, resourceId, reason }, at, resource.hub.zone);
}
