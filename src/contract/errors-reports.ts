import type { ErrorEntry } from './errors.ts';

/** What reports refuse: 71xx. */
export const reportErrors = {
  REPORTS_BUSY: {
    code: 7100,
    status: 429,
    message: 'Wait as long as Retry-After says, then ask for the report again.',
    cause: 'As many reports are being made as run at once, so that the door is not held up.',
  },
  REPORT_TOO_LARGE: {
    code: 7101,
    status: 422,
    message: 'Ask for a shorter range, or for longer steps.',
    cause: 'The report would have more than 100,000 rows, or takes longer than a minute to make.',
  },
  RATES_EXHAUSTED: {
    code: 7102,
    status: 409,
    message: 'Nothing more can be entered; report it to whoever runs this installation.',
    cause: 'A programme keeps at most 1,000 rates, old ones included.',
  },
} as const satisfies Record<string, ErrorEntry>;
