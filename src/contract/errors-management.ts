import type { ErrorEntry } from './errors.ts';

/** The refusals of managing programmes, places and clients: 7xxx. */
export const managementErrors = {
  PROGRAM_EXISTS: {
    code: 7000,
    status: 409,
    message: 'Choose another programId.',
    cause: 'There is a programme with this id.',
  },
  ISSUER_PREFIX_TAKEN: {
    code: 7001,
    status: 409,
    message: 'Choose another issuerPrefix.',
    cause: 'Another programme has these four digits, or had them: passes are found by them.',
  },
  PROGRAM_HAS_PASSES: {
    code: 7002,
    status: 409,
    message: 'Set up another programme: this one has issued passes.',
    cause: 'The issuer prefix and the kind of a programme (sandbox or live) are final once a pass was issued.',
  },
  TRANSPORT_HUB_EXISTS: {
    code: 7003,
    status: 409,
    message: 'Use the transport hub that is there, or choose another id or airport code.',
    cause: 'There is a transport hub with this id or this airport code.',
  },
  TRANSPORT_HUB_USED: {
    code: 7006,
    status: 409,
    message: 'Set up another transport hub: passes were used at this one.',
    cause: 'The airport and the country of a hub are final once a pass was used there: passes are restricted by them.',
  },
  RESOURCE_EXISTS: {
    code: 7004,
    status: 409,
    message: 'Offer the resource that is there, or choose another resourceId.',
    cause: 'There is a resource with this id, in this programme or another.',
  },
  RESOURCE_ALREADY_OFFERED: {
    code: 7005,
    status: 409,
    message: 'Nothing to do: the programme offers this resource.',
    cause: 'The resource is offered by the programme already.',
  },
  CLIENT_UNKNOWN: {
    code: 7010,
    status: 404,
    message: 'Take clientId from GET /v2/clients.',
    cause: 'No client of these programmes has this id.',
  },
  CLIENT_EXISTS: {
    code: 7011,
    status: 409,
    message: 'Choose another clientId or issuer.',
    cause: 'There is, or was, a client with this id or this issuer name; neither is ever used again.',
  },
  CLIENT_SHARED: {
    code: 7018,
    status: 409,
    message: 'Ask somebody who has all programmes of this client.',
    cause: 'The client asks for other programmes, too, and its figures are those of all of them.',
  },
  CLIENT_REVOKED: {
    code: 7012,
    status: 409,
    message: 'Create another client: this one was revoked for ever.',
    cause: 'The client was revoked.',
  },
  CLIENT_SECRETS_EXHAUSTED: {
    code: 7013,
    status: 409,
    message: 'Wait until the old secret has ended, or rotate with overlapMinutes 0, which ends both at once.',
    cause: 'The secret before the present one still works, and a client has at most two.',
  },
  CLIENT_KEYS_EXHAUSTED: {
    code: 7014,
    status: 409,
    message: 'Revoke one of the keys first.',
    cause: 'A client has at most two public keys.',
  },
  CLIENT_KEY_EXISTS: {
    code: 7015,
    status: 409,
    message: 'Choose another kid, or revoke the key that has it first.',
    cause: 'The client has a key with this kid.',
  },
  CLIENT_KEY_REFUSED: {
    code: 7016,
    status: 400,
    message: 'Send the public half of an RSA key of 2,048 to 8,192 bits, as PEM (SubjectPublicKeyInfo) or JWK.',
    cause: 'The key is not readable, not RSA, too short or too long, has an unsafe exponent, or is a private key.',
  },
  CLIENT_KEY_UNKNOWN: {
    code: 7017,
    status: 404,
    message: 'Take kid from the keys of the client.',
    cause: 'The client has no key with this kid.',
  },
} as const satisfies Record<string, ErrorEntry>;
