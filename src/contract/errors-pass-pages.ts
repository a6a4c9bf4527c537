import type { ErrorEntry } from './errors.ts';

/** The refusals of links and pass pages: 51xx. */
export const passPageErrors = {
  PASS_PAGE_UNKNOWN: {
    code: 5100,
    status: 404,
    message: 'Ask whoever sent the link for a new one.',
    cause: 'No such link stands: it was revoked, or never was one. The answer does not tell which.',
  },
  PASS_LINK_UNKNOWN: {
    code: 5101,
    status: 409,
    message: 'Nothing to do: no link of this pass stands.',
    cause: 'No link was made for the pass, or the last one was revoked before.',
  },
} as const satisfies Record<string, ErrorEntry>;
