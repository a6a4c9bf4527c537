import * as examples from './examples-bulk.ts';
import type { Route } from './routes.ts';
import * as schemas from './schemas-bulk.ts';

const writers = ['issuer'] as const;
const readers = ['issuer', 'operator', 'auditor'] as const;

const ofJob = {
  changes: true,
  params: schemas.BulkJobParams,
  data: schemas.BulkJob,
  refusals: ['BULK_JOB_UNKNOWN', 'BULK_JOB_STATE'],
} as const;

const ofResult = {
  method: 'GET',
  scopes: readers,
  changes: false,
  params: schemas.BulkJobParams,
  refusals: ['BULK_JOB_UNKNOWN', 'BULK_ROWS_DELETED'],
} as const;

/** The routes of bulk issue: a file of rows, its verdicts, and the job that issues them. */
export const bulkRoutes = {
  uploadBulk: {
    method: 'POST',
    path: '/v2/bulk',
    scopes: writers,
    changes: true,
    summary: 'Issue many E-passes from a file of rows; with `dryRun=true`, only tell what each row would come to.',
    query: schemas.BulkUploadQuery,
    upload: { row: schemas.BulkRow, files: examples.files },
    data: schemas.BulkJob,
    refusals: [
      'CONTENT_TYPE_UNSUPPORTED',
      'BULK_JOBS_EXHAUSTED',
      'BULK_FILE_REFUSED',
      'BULK_FILE_TOO_LARGE',
      'BULK_FILE_BROKEN',
      'BULK_JOB_STATE',
    ],
    example: examples.upload,
  },
  listBulkJobs: {
    method: 'GET',
    path: '/v2/bulk',
    scopes: readers,
    changes: false,
    summary: 'List the bulk jobs of the programme, newest first.',
    query: schemas.BulkJobsQuery,
    data: schemas.BulkJobList,
    refusals: ['CURSOR_INVALID'],
    example: examples.list,
  },
  getBulkJob: {
    method: 'GET',
    path: '/v2/bulk/{jobId}',
    scopes: readers,
    changes: false,
    summary: 'Retrieve a bulk job: its state and how far it has come.',
    params: schemas.BulkJobParams,
    data: schemas.BulkJob,
    refusals: ['BULK_JOB_UNKNOWN'],
    example: examples.one,
  },
  startBulkJob: {
    ...ofJob,
    method: 'POST',
    path: '/v2/bulk/{jobId}/start',
    scopes: writers,
    summary: 'Start a checked job.',
    example: examples.start,
  },
  stopBulkJob: {
    ...ofJob,
    method: 'POST',
    path: '/v2/bulk/{jobId}/stop',
    scopes: writers,
    summary: 'Stop a running job where it is.',
    example: examples.stop,
  },
  resumeBulkJob: {
    ...ofJob,
    method: 'POST',
    path: '/v2/bulk/{jobId}/resume',
    scopes: writers,
    summary: 'Let a stopped job go on.',
    example: examples.start,
  },
  cancelBulkJob: {
    ...ofJob,
    method: 'POST',
    path: '/v2/bulk/{jobId}/cancel',
    scopes: writers,
    summary: 'End a job for good. Passes that it has issued stay.',
    example: examples.cancel,
  },
  listBulkRows: {
    method: 'GET',
    path: '/v2/bulk/{jobId}/rows',
    scopes: readers,
    changes: false,
    summary: 'List the rows of a job with their verdicts, in the order of the file.',
    params: schemas.BulkJobParams,
    query: schemas.BulkRowsQuery,
    data: schemas.BulkRowList,
    refusals: ['BULK_JOB_UNKNOWN', 'BULK_ROWS_DELETED', 'CURSOR_INVALID'],
    example: examples.verdictList,
  },
  downloadBulkResult: {
    ...ofResult,
    path: '/v2/bulk/{jobId}/result.csv',
    summary: 'Download the verdict of every row as CSV.',
    produces: 'text/csv',
    data: schemas.ResultCsv,
    example: examples.csv,
  },
  downloadBulkResultLines: {
    ...ofResult,
    path: '/v2/bulk/{jobId}/result.ndjson',
    summary: 'Download the verdict of every row, one JSON object a line.',
    produces: 'application/x-ndjson',
    data: schemas.ResultNdjson,
    example: examples.ndjson,
  },
} as const satisfies Record<string, Route>;
