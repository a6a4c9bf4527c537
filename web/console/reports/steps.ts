import { cut } from '../../../src/domain/calendar.ts';
import { formatInstant, formatLocalInstant } from '../../../src/domain/instant.ts';
import type { Step as StepLength } from './range.ts';
import type { Step } from './series.ts';

/** What a report tells of its range. */
interface Told {
  readonly from: string;
  readonly to: string;
  readonly zone: string;
}

/** Every step of a report's range. The rows of a report leave out those in which nothing happened. */
export function stepsOf({ from, to, zone }: Told, step: StepLength): Step[] {
  const starts = cut(Date.parse(from), Date.parse(to), step, zone).slice(0, -1);
  return starts.map((start) => ({ start: formatInstant(start), localStart: formatLocalInstant(start, zone) }));
}
