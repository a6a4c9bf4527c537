import { ownHand } from '../domain/expiring.ts';
import { formatInstant, formatInstantOrNull, formatLocalInstant, type Instant } from '../domain/instant.ts';
import type { EntryKind } from '../domain/pass.ts';
import { instant, instantOrNull } from './schemas-parts.ts';
import type { Table } from './tables.ts';
import { Type } from './typebox.ts';

/** What a timeline tells of: the entries of a history, and what follows from the dates of the pass. */
export const happenings = [
  'issue',
  'active',
  'use',
  'give-back',
  'suspend',
  'resume',
  'expiring',
  'cancel',
  'expired',
] as const satisfies readonly (EntryKind | 'active' | 'expired')[];

/** One line of a timeline. */
export interface Happening {
  /** Null where it is derived from the dates of the pass and stands in no history. */
  readonly number: number | null;
  readonly kind: (typeof happenings)[number];
  readonly at: Instant;
  readonly orderId: string | null;
  readonly clientId: string | null;
  readonly clientName: string | null;
  readonly place: {
    readonly resourceId: string;
    readonly name: string;
    readonly hub: string;
    readonly zone: string;
  } | null;
  readonly module: number | null;
  readonly adults: number | null;
  readonly children: number | null;
  readonly units: number;
  readonly left: number;
  readonly reason: string | null;
  readonly linkedNumber: number | null;
  readonly linkedAt: Instant | null;
}

/** What kind of caller an id in a history is of. */
function kindOfHand(clientId: string): string {
  if (clientId === ownHand) return 'product';
  const kind = /^(account|device):/.exec(clientId)?.[1];
  return kind ?? 'client';
}

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T, description: string) =>
  Type.Union([schema, Type.Null()], { description });
const text = (description: string) => orNull(Type.String(), description);
const count = (description: string) => orNull(Type.Integer(), description);

export const historyTable = [
  {
    name: 'number',
    schema: count('Which line of the history it is; null for what is derived.'),
    cell: ({ number }) => number,
  },
  { name: 'kind', schema: Type.Enum([...happenings], { description: 'What happened.' }), cell: ({ kind }) => kind },
  {
    name: 'derived',
    schema: Type.Boolean({ description: 'Follows from the dates of the pass: nobody did it.' }),
    cell: ({ number }) => number === null,
  },
  { name: 'date', schema: instant('When.'), cell: ({ at }) => formatInstant(at) },
  {
    name: 'localDate',
    schema: text('When, by the clocks of the place where it happened.'),
    cell: ({ at, place }) => (place === null ? null : formatLocalInstant(at, place.zone)),
  },
  { name: 'timezone', schema: text('IANA zone of the place.'), cell: ({ place }) => place?.zone ?? null },
  { name: 'resourceId', schema: text('Where.'), cell: ({ place }) => place?.resourceId ?? null },
  { name: 'resourceName', schema: text('Its name.'), cell: ({ place }) => place?.name ?? null },
  { name: 'transportHubName', schema: text('Where that is.'), cell: ({ place }) => place?.hub ?? null },
  { name: 'module', schema: count('What was used.'), cell: ({ module }) => module },
  {
    name: 'byKind',
    schema: text('Who did it: `client`, `account`, `device`, or `product` itself.'),
    cell: ({ clientId }) => (clientId === null ? null : kindOfHand(clientId)),
  },
  { name: 'byId', schema: text('The id of the client, account or device.'), cell: ({ clientId }) => clientId },
  {
    name: 'byName',
    schema: text('The name of the client, or of a device of this programme.'),
    cell: ({ clientName }) => clientName,
  },
  { name: 'adultCount', schema: count('Adults of a use.'), cell: ({ adults }) => adults },
  { name: 'childCount', schema: count('Children of a use.'), cell: ({ children }) => children },
  {
    name: 'usages',
    schema: Type.Integer({ description: 'By how much it changed what is used: negative for a give-back.' }),
    cell: ({ units }) => units,
  },
  {
    name: 'availableUsages',
    schema: Type.Integer({ description: 'What was left after it.' }),
    cell: ({ left }) => left,
  },
  { name: 'reason', schema: text('Why, where a reason was given.'), cell: ({ reason }) => reason },
  {
    name: 'orderId',
    schema: text('The usage order of a use, the order of the pass otherwise.'),
    cell: ({ orderId }) => orderId,
  },
  {
    name: 'linkedNumber',
    schema: count('Of a use: the line that gave it back. Of a give-back: the line of its use.'),
    cell: ({ linkedNumber }) => linkedNumber,
  },
  {
    name: 'linkedDate',
    schema: instantOrNull('When that was.'),
    cell: ({ linkedAt }) => formatInstantOrNull(linkedAt),
  },
] as const satisfies Table<Happening>;
