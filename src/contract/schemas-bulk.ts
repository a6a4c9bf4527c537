import { verdicts } from '../domain/bulk.ts';
import { IssueBody } from './schemas.ts';
import { Cursor, closed, EPassId, instant, instantOrNull, NextCursor, OrderId, text } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What the routes of bulk issue take and give. */

const Reference = Type.String({
  pattern: '^[!-~](?:[ -~]{0,126}[!-~])?$',
  description: "The row's own name: 1 to 128 printable ASCII characters; one pass within the programme, for ever.",
});

/** One row of a file: what an issue asks for, and its reference. */
export const BulkRow = Type.Object({ reference: Reference, ...IssueBody.properties }, closed);

const JobId = Type.String({ pattern: '^bulk_[A-Za-z0-9_-]{16,32}$', description: '`bulk_` and random characters.' });
const count = (description: string) => Type.Integer({ description });

const BulkState = Type.Enum(['receiving', 'checking', 'checked', 'running', 'stopped', 'done', 'cancelled', 'broken'], {
  description: 'Where the job stands; `done`, `cancelled` and `broken` are final.',
});
const VerdictName = Type.Enum([...verdicts], {
  description:
    '`good`: is to be issued; `issued`; `repeated`: the reference stands for this very row already; `refused`.',
});

export const BulkJob = Type.Object(
  {
    jobId: JobId,
    programId: Type.String(),
    clientId: Type.String({ description: 'Who sent it; the passes are issued in this name.' }),
    name: Type.Union([Type.String(), Type.Null()]),
    format: Type.Enum(['ndjson', 'csv']),
    dryRun: Type.Boolean({ description: 'Whether it waits to be started once it is checked.' }),
    state: BulkState,
    problem: Type.Union([Type.String(), Type.Null()], { description: 'Why it is broken, stopped or cancelled.' }),
    bytes: count('Bytes received.'),
    rows: count('Rows received; the four counts below add up to it.'),
    good: count('Rows that are to be issued.'),
    issued: count('Rows that have been issued.'),
    repeated: count('Rows whose reference stands for the very same row already.'),
    refused: count('Rows that are not issued.'),
    createdDate: instant('When the upload began.'),
    startedDate: instantOrNull('When it began to issue.'),
    finishedDate: instantOrNull('When it was over.'),
    rowsDeletedDate: instantOrNull('When its rows and verdicts were forgotten.'),
  },
  closed,
);

export const BulkJobList = Type.Object({ jobs: Type.Array(BulkJob), nextCursor: NextCursor }, closed);

export const BulkRowVerdict = Type.Object(
  {
    row: Type.Integer({ description: 'Its number in the file, from 1; headers and empty lines do not count.' }),
    reference: Type.Union([Type.String(), Type.Null()], { description: 'null where none could be read.' }),
    verdict: VerdictName,
    orderId: Type.Union([OrderId, Type.Null()]),
    ePassId: Type.Union([EPassId, Type.Null()]),
    error: Type.Union([Type.String(), Type.Null()], { description: 'Why it is refused: a name of the closed list.' }),
    message: Type.Union([Type.String(), Type.Null()]),
    details: Type.Array(Type.Object({ field: Type.String(), problem: Type.String() }, closed)),
  },
  closed,
);

export const BulkRowList = Type.Object(
  {
    rows: Type.Array(BulkRowVerdict, { description: 'May be short or empty although more follow.' }),
    nextCursor: NextCursor,
  },
  closed,
);

export const BulkJobParams = Type.Object({ jobId: JobId }, closed);

const pageSize = Type.Optional(text('^[0-9]{1,3}$', 'Default 100, at most 500.'));

export const BulkUploadQuery = Type.Object(
  {
    dryRun: Type.Optional(
      text('^(true|false)$', '`true`: the job waits to be started once every row has its verdict.'),
    ),
    name: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 100,
        pattern: '^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])+$',
        description: 'A name for the list, such as that of the file.',
      }),
    ),
  },
  closed,
);

export const BulkJobsQuery = Type.Object({ pageSize, cursor: Type.Optional(Cursor) }, closed);

export const BulkRowsQuery = Type.Object(
  {
    verdict: Type.Optional(text(`^(${verdicts.join('|')})$`, 'Only rows with this verdict.')),
    pageSize,
    cursor: Type.Optional(Cursor),
  },
  closed,
);

export const ResultCsv = Type.String({
  description:
    'CSV (RFC 4180, UTF-8): row, reference, verdict, orderId, ePassId, error, details. A cell that a spreadsheet would take for a formula begins with an apostrophe.',
});
export const ResultNdjson = Type.String({ description: 'One row a line, as `GET …/rows` has it.' });
