import type { ErrorEntry } from './errors.ts';

/** The refusals of push events: 6xxx. */
export const pushErrors = {
  ENDPOINT_UNKNOWN: {
    code: 6000,
    status: 404,
    message: 'Take endpointId from GET /v2/endpoints.',
    cause: 'No endpoint of this programme has this id.',
  },
  ENDPOINTS_EXHAUSTED: {
    code: 6001,
    status: 409,
    message: 'Change one of the endpoints that the programme has.',
    cause: 'A programme has at most 10 endpoints.',
  },
  ENDPOINT_URL_REFUSED: {
    code: 6002,
    status: 400,
    message: 'Send the public address of a receiver, https in a live programme, without credentials.',
    cause: 'The address is not http or https, holds credentials, or names a host that events are never sent to.',
  },
  SIGNING_KEYS_EXHAUSTED: {
    code: 6003,
    status: 409,
    message: 'Wait until the old key is no longer to be accepted, then make the next one.',
    cause: 'Two signing keys of the endpoint are in force: the next one and the one that it replaces.',
  },
  DELIVERY_UNKNOWN: {
    code: 6004,
    status: 404,
    message: 'Take eventId from the deliveries of this endpoint.',
    cause: 'No event with this id was ever to be sent to this endpoint.',
  },
} as const satisfies Record<string, ErrorEntry>;
