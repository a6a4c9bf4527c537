import { historyTable } from './history.ts';
import { expiringTable, liabilityTable, refusalTable, todayTable, totalsSchema, usageTable } from './reports.ts';
import { ModuleNumber, Order } from './schemas.ts';
import {
  Cursor,
  closed,
  EPassId,
  IdInPath,
  instant,
  instantOrNull,
  NextCursor,
  sentInstant,
  text,
} from './schemas-parts.ts';
import { rowSchema } from './tables.ts';
import { Type } from './typebox.ts';

/** What the routes of reports take and give. */

export const FindBody = Type.Object(
  {
    text: Type.String({
      minLength: 1,
      maxLength: 200,
      // As for reasons: no control characters, and no half of a surrogate pair.
      pattern: '^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])+$',
      description:
        'An ePassId, an order id, the id of a usage order, a clientUserId, or a name: the beginning of a first or last name, or one of them whole and the beginning of the other, in either order.',
      examples: ['Lovelace, Ada'],
    }),
    pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Default 20.' })),
    cursor: Type.Optional(Cursor),
  },
  closed,
);

export const FoundPasses = Type.Object(
  {
    ePasses: Type.Array(Order, { description: 'Found by an id first; a page can be shorter than was asked for.' }),
    nextCursor: NextCursor,
  },
  closed,
);

const pageSize = Type.Optional(text('^[0-9]{1,4}$', '1 to 200; default 100.'));
const page = { pageSize, cursor: Type.Optional(Cursor) };

export const PassParams = Type.Object({ ePassId: EPassId }, closed);
export const HistoryQuery = Type.Object(page, closed);
export const NoQuery = Type.Object({}, closed);
export const HistoryEntry = rowSchema(historyTable);
export const PassHistory = Type.Object(
  {
    ePass: Order,
    rows: Type.Array(HistoryEntry, { description: 'Oldest first.' }),
    nextCursor: NextCursor,
  },
  closed,
);

/** A whole document of comma-separated values. */
export const Csv = Type.String({
  description:
    'RFC 4180 with a byte order mark. What a spreadsheet would read as a formula has an apostrophe before it.',
});

const end = (description: string, example: string) =>
  Type.String({
    minLength: 10,
    maxLength: 40,
    description: `${description} A date, which begins at midnight in \`zone\`, or RFC 3339.`,
    examples: [example],
  });
const range = {
  from: end('Where the report begins.', '2026-07-01'),
  to: end('Before which it ends.', '2026-08-01'),
  zone: Type.Optional(
    text('^[A-Za-z][A-Za-z0-9_+/-]{0,63}$', 'IANA zone along whose clocks it is cut; default `UTC`.'),
  ),
};
const told = {
  programId: Type.String(),
  from: instant('Where the report begins.'),
  to: instant('Before which it ends.'),
  zone: Type.String({ description: 'IANA zone along whose clocks it is cut.' }),
};
const Step = Type.Enum(['hour', 'day', 'month'], {
  description: 'At most 31 days by the hour, 400 by the day, 3,660 by the month.',
});
const UsageBy = Type.Enum(['module', 'resource', 'iata', 'country', 'client'], {
  description: '`client`: the partner whose client issued the pass.',
});

export const UsageQuery = Type.Object(
  {
    ...range,
    by: Type.Optional(UsageBy),
    step: Type.Optional(Step),
    settlement: Type.Optional(
      Type.Enum(['true', 'false'], { description: 'A row for each module and rate, with what it comes to.' }),
    ),
  },
  { ...closed, description: 'By module and by the day unless said otherwise.' },
);

const Money = Type.Object(
  { currency: Type.String({ description: 'ISO 4217.' }), amount: Type.Integer({ description: 'Minor units.' }) },
  closed,
);
export const Totals = Type.Object(totalsSchema, closed);
export const UsageRow = rowSchema(usageTable);
export const UsageReport = Type.Object(
  {
    ...told,
    by: UsageBy,
    step: Step,
    totals: Totals,
    settlement: Type.Union([Type.Array(Money), Type.Null()], {
      description: 'What the whole range comes to, by currency; null unless asked for.',
    }),
    rows: Type.Array(UsageRow, { description: 'Those in which something was used or given back.' }),
  },
  closed,
);

const LiabilityStep = Type.Enum(['day', 'month'], { description: 'At most 400 days by the day, 3,660 by the month.' });
export const LiabilityQuery = Type.Object({ ...range, step: Type.Optional(LiabilityStep) }, closed);
export const LiabilityRow = rowSchema(liabilityTable);
export const LiabilityReport = Type.Object(
  { ...told, step: LiabilityStep, rows: Type.Array(LiabilityRow, { description: 'Every step of the range.' }) },
  closed,
);

const days = Type.Optional(text('^[0-9]{1,4}$', '1 to 365; default 30.'));
export const ExpiringQuery = Type.Object({ days, ...page }, closed);
export const ExpiringCsvQuery = Type.Object({ days }, closed);
export const ExpiringRow = rowSchema(expiringTable);
export const ExpiringReport = Type.Object(
  {
    programId: Type.String(),
    from: instant("The programme's now."),
    to: instant('Until when the passes end.'),
    rows: Type.Array(ExpiringRow, { description: 'Passes with something left, the next to end first.' }),
    nextCursor: NextCursor,
  },
  closed,
);

const RefusalsBy = Type.Enum(['reason', 'resource']);
export const RefusalsQuery = Type.Object(
  { ...range, by: Type.Optional(RefusalsBy), step: Type.Optional(Step) },
  { ...closed, description: 'Without `step` the range is one step.' },
);
export const RefusalRow = rowSchema(refusalTable);
export const RefusalReport = Type.Object(
  {
    ...told,
    by: RefusalsBy,
    step: Type.Union([Step, Type.Null()]),
    total: Type.Integer(),
    rows: Type.Array(RefusalRow, {
      description: 'Those with a count. A process that is killed loses what it counted in its last seconds.',
    }),
  },
  closed,
);

const Day = Type.Object(
  { ...totalsSchema, refusals: Type.Integer({ description: 'How often the door said no.' }) },
  { ...closed, description: "Each resource's own day up to now, or up to the same time of that day." },
);
export const TodayReport = Type.Object(
  {
    programId: Type.String(),
    now: instant("The programme's now."),
    today: Day,
    yesterday: Day,
    lastWeek: Day,
    refusals: Type.Array(
      Type.Object({ reason: Type.String(), count: Type.Integer() }, { ...closed, description: "Today's, most first." }),
    ),
    push: Type.Object(
      {
        waiting: Type.Integer({ description: 'Events that wait, counted up to 100,000 for each endpoint.' }),
        parked: Type.Integer({ description: 'Events that were given up, counted likewise.' }),
        oldestWaitingDate: instantOrNull('When the oldest of those that wait happened, paused endpoints left out.'),
        lagSeconds: Type.Integer({ description: 'For how long that one has waited; 0 when none does.' }),
        pausedEndpoints: Type.Integer(),
      },
      closed,
    ),
    rows: Type.Array(rowSchema(todayTable), {
      description: 'Hours of resources in which somebody came or was refused.',
    }),
  },
  closed,
);

const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217.', examples: ['GBP'] });
const Amount = Type.Integer({
  minimum: 0,
  maximum: 10_000_000,
  description: 'What one usage costs, in minor units of the currency: 2150 is GBP 21.50. Never a fraction.',
});

export const RatesParams = Type.Object({ programId: IdInPath }, closed);
export const RateBody = Type.Object(
  {
    module: ModuleNumber,
    amount: Amount,
    currency: Currency,
    validFrom: Type.Optional(sentInstant('From when on it is in force, the past included; absent: now.')),
  },
  closed,
);
export const Rate = Type.Object(
  {
    number: Type.Integer({ description: 'In the order in which they were entered.' }),
    module: ModuleNumber,
    amount: Amount,
    currency: Currency,
    validFrom: instant('From when on it is in force.'),
    validUntil: instantOrNull('Until when: the next one of the module takes over. Null while none does.'),
    enteredDate: instant('When it was entered.'),
    enteredBy: Type.String(),
  },
  closed,
);
export const RateList = Type.Object(
  {
    rates: Type.Array(Rate, {
      description: 'By module and `validFrom`; one that never was in force ends as it begins.',
    }),
  },
  closed,
);
