import type { ErrorEntry } from './errors.ts';

/** The refusals of bulk issue: 80xx. Those that name a row are verdicts of rows, never answers to a request. */
export const bulkErrors = {
  BULK_JOB_UNKNOWN: {
    code: 8000,
    status: 404,
    message: 'Take jobId from GET /v2/bulk.',
    cause: 'No bulk job of this programme has this id.',
  },
  BULK_JOB_STATE: {
    code: 8001,
    status: 409,
    message:
      'Look at the state of the job first: only a checked job can be started, and a finished one stays as it is.',
    cause: 'The job is in a state from which this act leads nowhere.',
  },
  BULK_JOBS_EXHAUSTED: {
    code: 8002,
    status: 409,
    message: 'Wait for a job of the programme to end, or cancel one.',
    cause: 'A programme has at most 10 bulk jobs that are not over.',
  },
  BULK_FILE_REFUSED: {
    code: 8003,
    status: 400,
    message: 'Correct the file as details say and send it again.',
    cause:
      'The file as a whole cannot be read: a CSV file without the right header, not in UTF-8 or with a quote that does not close, or a file without a row. Nothing was issued.',
  },
  BULK_FILE_TOO_LARGE: {
    code: 8004,
    status: 413,
    message: 'Split the file: at most 1,000,000 rows and 512 MiB.',
    cause: 'The file has more rows or bytes than one job takes. Nothing was issued.',
  },
  BULK_FILE_BROKEN: {
    code: 8005,
    status: 400,
    message: 'Send the file again; rows keep their references, so that nothing is issued twice.',
    cause: 'The upload ended before its end, stood still for 30 seconds or took more than an hour. Nothing was issued.',
  },
  BULK_REFERENCE_REUSED: {
    code: 8006,
    status: 409,
    message: 'Give the row a reference of its own, or the contents that its reference stands for.',
    cause: 'Verdict of a row: its reference stands for a row with other contents, in this file or an earlier one.',
  },
  BULK_ROW_TOO_LARGE: {
    code: 8007,
    status: 413,
    message: 'Keep a row at or below 16 KiB.',
    cause: 'Verdict of a row: it is larger than a row may be.',
  },
  BULK_ROW_FAILED: {
    code: 8008,
    status: 409,
    message: 'Send the row again in another job; if it fails again, report the jobId and the row.',
    cause: 'Verdict of a row: the database would not take it, for a reason that the log tells. No pass was issued.',
  },
  BULK_ROWS_DELETED: {
    code: 8009,
    status: 410,
    message: 'Send the file again: rows that were issued answer with their passes.',
    cause: 'The rows and verdicts of a job are forgotten 30 days after it has ended; its counts are kept.',
  },
} as const satisfies Record<string, ErrorEntry>;
