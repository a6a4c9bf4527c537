import { Label, ProgramId } from './schemas-management.ts';
import { Cursor, closed, instant, instantOrNull, NextCursor, ResourceId, sentInstant, text } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What managing clients, their secrets, their keys and their figures takes and gives. */

const ClientId = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$',
  description: '1 to 64 letters, digits, `.`, `_` and `-`; drawn unless given.',
  examples: ['airline-checkout'],
});
const Kid = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,64}$',
  description: 'The `kid` in the header of the tokens that the key signs.',
  examples: ['2025-01'],
});
const client = {
  name: Label,
  scopes: Type.Array(Type.Enum(['issuer', 'venue', 'operator']), { minItems: 1, maxItems: 3, uniqueItems: true }),
  programIds: Type.Array(ProgramId, { minItems: 1, maxItems: 100, uniqueItems: true }),
  resourceIds: Type.Array(ResourceId, {
    maxItems: 1_000,
    uniqueItems: true,
    description: 'The doors of a venue client; at least one with the scope `venue`, none without it.',
  }),
  ratePerMinute: Type.Integer({ minimum: 1, maximum: 3_000_000, description: 'Requests a minute, in each process.' }),
};
const issuer = Type.String({
  pattern: '^[!-~]{1,200}$',
  description: 'The `iss` of its tokens; no two clients share one.',
  examples: ['airline-checkout'],
});

export const ClientBody = Type.Object(
  {
    clientId: Type.Optional(ClientId),
    name: client.name,
    issuer: Type.Optional(issuer),
    scopes: client.scopes,
    programIds: client.programIds,
    resourceIds: Type.Optional(client.resourceIds),
    ratePerMinute: Type.Optional(client.ratePerMinute),
  },
  { ...closed, description: 'The issuer is the client id and the rate 6,000 a minute unless given.' },
);

export const ClientChangeBody = Type.Object(
  {
    name: Type.Optional(client.name),
    scopes: Type.Optional(client.scopes),
    programIds: Type.Optional(client.programIds),
    resourceIds: Type.Optional(client.resourceIds),
    ratePerMinute: Type.Optional(client.ratePerMinute),
  },
  { ...closed, description: 'At least one; what is left out stays. A list is replaced whole.' },
);

const ClientKey = Type.Object(
  {
    kid: Kid,
    createdDate: instant('When it was registered.'),
    bits: Type.Integer({ description: 'Length of the modulus.' }),
    sha256: Type.String({ description: 'SHA-256 of the key (SubjectPublicKeyInfo, DER), base64url.' }),
  },
  closed,
);

export const Client = Type.Object(
  {
    clientId: Type.String(),
    name: Type.String(),
    issuer: Type.String(),
    scopes: client.scopes,
    programIds: Type.Array(Type.String(), { description: 'Those of its programmes that you have.' }),
    resourceIds: Type.Array(Type.String(), { description: 'Those of its doors that your programmes offer, or did.' }),
    ratePerMinute: Type.Integer(),
    createdDate: instant('When it was created.'),
    revokedDate: instantOrNull('When it was revoked, for ever.'),
    secretCreatedDate: instant('When its present secret was made.'),
    oldSecretUntil: instantOrNull('Until when the secret before still works; null: it does not.'),
    keys: Type.Array(ClientKey, { description: 'Its public keys; at most two.' }),
  },
  closed,
);

const Secret = Type.String({
  description: 'HS256 secret: 32 random bytes as 43 characters, used as they are. It is told in this answer only.',
});

export const NewClient = Type.Object({ client: Client, secret: Secret }, closed);

export const ClientList = Type.Object({ clients: Type.Array(Client), nextCursor: NextCursor }, closed);

export const ClientsQuery = Type.Object(
  {
    state: Type.Optional(Type.Enum(['active', 'revoked'], { description: 'Only these; absent: both.' })),
    cursor: Type.Optional(Cursor),
    pageSize: Type.Optional(text('^[0-9]{1,4}$', '1 to 100; default 20.')),
  },
  closed,
);

export const RotationBody = Type.Object(
  {
    overlapMinutes: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 43_200,
        description: 'For how long the old secret still works; default 1,440 (a day). 0: every old secret ends now.',
      }),
    ),
  },
  closed,
);

export const NewSecret = Type.Object(
  {
    clientId: Type.String(),
    secret: Secret,
    oldSecretUntil: instantOrNull('Until when the old secret still works; null: it has ended.'),
  },
  closed,
);

const neverSent = Type.Optional(Type.Unknown({ description: 'Never to be sent: a key that has it is a private one.' }));

/** The members of a public RSA key (RFC 7517), and those of a private one, so that it is refused as what it is. */
const Jwk = Type.Object(
  {
    kty: Type.Literal('RSA'),
    n: Type.String({ pattern: '^[A-Za-z0-9_-]{1,2000}$', description: 'Modulus, base64url.' }),
    e: Type.String({ pattern: '^[A-Za-z0-9_-]{1,16}$', description: 'Exponent, base64url.', examples: ['AQAB'] }),
    kid: Type.Optional(Type.String({ description: 'As `kid` of the request.' })),
    alg: Type.Optional(Type.Literal('RS256')),
    use: Type.Optional(Type.Literal('sig')),
    key_ops: Type.Optional(Type.Array(Type.Literal('verify'), { maxItems: 1 })),
    ext: Type.Optional(Type.Boolean()),
    ...{ d: neverSent, p: neverSent, q: neverSent, dp: neverSent, dq: neverSent, qi: neverSent, oth: neverSent },
  },
  { ...closed, description: 'JWK.' },
);

export const ClientKeyBody = Type.Object(
  {
    kid: Kid,
    publicKey: Type.Union([
      Type.String({
        minLength: 1,
        maxLength: 4_000,
        description: 'PEM: `-----BEGIN PUBLIC KEY-----`.',
        examples: ['-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A…\n-----END PUBLIC KEY-----\n'],
      }),
      Jwk,
    ]),
  },
  { ...closed, description: 'RSA, 2,048 to 8,192 bits. Send the public half only.' },
);

export const KeyRevocationBody = Type.Object({ kid: Kid }, closed);

export const ClientParams = Type.Object({ clientId: Type.String({ pattern: '^[!-~]{1,64}$' }) }, closed);

export const TrafficQuery = Type.Object(
  {
    from: Type.Optional(sentInstant('From the hour of this instant; absent: 24 hours before `to`.')),
    to: Type.Optional(sentInstant('Before this instant; absent: now.')),
  },
  closed,
);

const counts = {
  requests: Type.Integer({ description: 'All, refused ones too.' }),
  errors: Type.Integer({ description: 'Those that were refused or failed.' }),
};

export const Traffic = Type.Object(
  {
    clientId: Type.String(),
    from: instant('A whole hour, UTC.'),
    to: instant('The end of the range.'),
    ...counts,
    hours: Type.Array(Type.Object({ hour: instant('Its beginning, UTC.'), ...counts }, closed), {
      description: 'Oldest first; an hour without a request is left out.',
    }),
    operations: Type.Array(
      Type.Object(
        {
          operation: Type.String({ description: 'An `operationId` of this document.' }),
          ...counts,
          refusals: Type.Array(Type.Object({ error: Type.String(), requests: Type.Integer() }, closed), {
            description: 'Most frequent first.',
          }),
        },
        closed,
      ),
      { description: 'What was asked for in the whole range, most frequent first.' },
    ),
  },
  { ...closed, description: 'Figures for people, not the books: a process that is killed loses its last seconds.' },
);
