import type { Tone } from '../parts/tag.tsx';
import type { Job } from './uploads.ts';

/** Each state of a job with the word it is told in and the tone of its tag. */
export const states = {
  receiving: { word: 'receiving', tone: 'info' },
  checking: { word: 'checking', tone: 'info' },
  checked: { word: 'checked', tone: 'warn' },
  running: { word: 'running', tone: 'info' },
  stopped: { word: 'stopped', tone: 'warn' },
  done: { word: 'done', tone: 'good' },
  cancelled: { word: 'cancelled', tone: 'quiet' },
  broken: { word: 'broken', tone: 'danger' },
} as const satisfies Record<Job['state'], { readonly word: string; readonly tone: Tone }>;

/** Each verdict of a row with the tone of its tag. */
export const verdictTones = {
  good: 'info',
  issued: 'good',
  repeated: 'quiet',
  refused: 'danger',
} as const satisfies Record<'good' | 'issued' | 'repeated' | 'refused', Tone>;

export type Verdict = keyof typeof verdictTones;
export const verdicts = Object.keys(verdictTones) as readonly Verdict[];

/** Whether something happens to a job by itself, so that it is worth looking again soon. */
export function isMoving({ state }: Pick<Job, 'state'>): boolean {
  return ['receiving', 'checking', 'running'].includes(state);
}

/** Whether nothing happens to it any more. */
export function isOver({ state }: Pick<Job, 'state'>): boolean {
  return ['done', 'cancelled', 'broken'].includes(state);
}
