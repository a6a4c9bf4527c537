import { Refusal } from '../domain/refusal.ts';
import { isStorableInstant, openCursor, sealCursor } from './cursors.ts';

/** A pass id and the number of one of its lines; both as the database can hold them. */
function isLine(passId: unknown, number: unknown, pattern: RegExp): boolean {
  if (typeof passId !== 'string' || !pattern.test(passId)) return false;
  return Number.isInteger(number) && (number as number) >= 0 && (number as number) <= 2_147_483_647;
}

/** A place in a list of deliveries. */
export interface DeliveryPlace {
  readonly at: number;
  readonly passId: string;
  readonly number: number;
}

/** The cursor of the deliveries after `last`; null when there are none. */
export function deliveryCursor(last: DeliveryPlace | null | undefined, list: object): string | null {
  return last === null || last === undefined ? null : sealCursor([last.at, last.passId, last.number], list);
}

/** The place that a cursor of deliveries names; null without a cursor. */
export function deliveryPlaceOf(cursor: string | undefined, list: object): DeliveryPlace | null {
  if (cursor === undefined) return null;
  const [at, passId, number] = openCursor(cursor, list, 3);
  if (!isStorableInstant(at) || !isLine(passId, number, /^[0-9]{16}$/)) throw new Refusal('CURSOR_INVALID');
  return { at, passId: passId as string, number: number as number };
}

/** A place in the order in which events were settled. */
export interface EventPosition {
  readonly settled: string;
  readonly passId: string;
  readonly number: number;
}

/** The cursor of the events after a position. */
export function eventCursor({ settled, passId, number }: EventPosition, programId: string): string {
  return sealCursor([settled, passId, number], { programId });
}

/** The position that a cursor of events names. */
export function eventPositionOf(cursor: string, programId: string): EventPosition {
  const [settled, passId, number] = openCursor(cursor, { programId }, 3);
  const isTransaction = typeof settled === 'string' && /^[0-9]{1,18}$/.test(settled);
  if (!isTransaction || !isLine(passId, number, /^(?:[0-9]{16})?$/)) throw new Refusal('CURSOR_INVALID');
  return { settled, passId: passId as string, number: number as number };
}
