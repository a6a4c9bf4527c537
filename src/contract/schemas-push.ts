import { eventTypes } from '../domain/event.ts';
import { Cursor, closed, EPassId, instant, instantOrNull, NextCursor, sentInstant, text } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What the routes of push events take and give (contract, section 10). */

export const EventType = Type.Enum([...eventTypes], { description: 'What happened.' });
const EndpointState = Type.Enum(['active', 'paused'], {
  description: 'A paused endpoint is sent nothing; its events wait for it.',
});
const DeliveryState = Type.Enum(['waiting', 'delivered', 'parked'], {
  description: 'Waiting for its next attempt, told, or given up after the last one.',
});
const EndpointId = Type.String({ description: '`ep_` and random characters.' });
const EventId = Type.String({ pattern: '^evt_[A-Za-z0-9_-]{24}$', description: 'The same in every attempt.' });
const Sequence = Type.Integer({ description: "Which line of the pass's history it is: 1, 2, 3, without a gap." });

const Url = Type.String({
  minLength: 1,
  maxLength: 2_000,
  pattern: '^[!-~]+$',
  description: 'http or https, https in live programmes; without credentials.',
  examples: ['https://partner.example/passdesk/events'],
});
const EventTypes = Type.Array(EventType, { minItems: 1, maxItems: eventTypes.length, uniqueItems: true });

export const EndpointBody = Type.Object(
  { url: Url, eventTypes: EventTypes, state: Type.Optional(EndpointState) },
  { ...closed, description: 'Without `state` the endpoint is active.' },
);

export const EndpointChangeBody = Type.Object(
  { url: Type.Optional(Url), eventTypes: Type.Optional(EventTypes), state: Type.Optional(EndpointState) },
  { ...closed, description: 'At least one of the three; what is left out stays as it is.' },
);

export const SigningKey = Type.Object(
  {
    kid: Type.String({ description: 'The `kid` in the header of the tokens that it signs.' }),
    alg: Type.Literal('RS256'),
    signsFrom: instant('From when on events are signed with it.'),
    acceptUntil: instantOrNull('Until when receivers must accept it; null: until its successor signs.'),
    publicKeyJwk: Type.Object(
      {
        kty: Type.Literal('RSA'),
        n: Type.String(),
        e: Type.String(),
        kid: Type.String(),
        use: Type.Literal('sig'),
        alg: Type.Literal('RS256'),
      },
      closed,
    ),
    publicKeyPem: Type.String({ description: 'SubjectPublicKeyInfo.' }),
  },
  closed,
);

export const Lag = Type.Object(
  {
    waiting: Type.Integer({ description: 'Events that wait, counted up to 100,000.' }),
    oldestWaitingDate: instantOrNull('When the oldest of them happened.'),
    parked: Type.Integer({ description: 'Events that were given up, counted up to 100,000.' }),
  },
  closed,
);

export const Endpoint = Type.Object(
  {
    endpointId: EndpointId,
    programId: Type.String(),
    url: Url,
    eventTypes: Type.Array(EventType),
    state: EndpointState,
    pausedReason: Type.Union([Type.String(), Type.Null()]),
    createdDate: instant('When it was registered.'),
    signingKeys: Type.Array(SigningKey, { description: 'The keys in force: one, or two while they change.' }),
    lag: Type.Optional(Lag),
  },
  closed,
);

export const EndpointList = Type.Object({ endpoints: Type.Array(Endpoint) }, closed);

export const NewKeyBody = Type.Object(
  {
    signsFrom: Type.Optional(sentInstant('When the new key takes over, at most 90 days ahead; absent: in 24 hours.')),
  },
  closed,
);

export const NewKey = Type.Object(
  {
    endpointId: EndpointId,
    newKey: SigningKey,
    oldKey: SigningKey,
    overlap: Type.Object(
      { from: instant('From now on.'), until: instant('From then on only the new key is good.') },
      { ...closed, description: 'Receivers must accept both keys in this time.' },
    ),
  },
  closed,
);

const cameBack = {
  status: Type.Union([Type.Integer(), Type.Null()], {
    description: 'HTTP status; null when no answer came, or when `answer` says that it was not kept.',
  }),
  answer: Type.String({ description: 'The first 256 characters of the answer, or why there was none.' }),
  milliseconds: Type.Integer(),
};

export const TestAnswer = Type.Object(
  {
    eventId: EventId,
    succeeded: Type.Boolean(),
    sent: Type.Object(
      { url: Url, headers: Type.Record(Type.String(), Type.String()), body: Type.String() },
      { ...closed, description: 'The request, byte for byte.' },
    ),
    received: Type.Object(cameBack, closed),
  },
  closed,
);

export const Attempt = Type.Object(
  {
    attempt: Type.Integer({ description: '1, 2, 3, resends included.' }),
    attemptDate: instant('When it was sent.'),
    succeeded: Type.Boolean(),
    sent: Type.Object({ url: Url, kid: Type.String(), body: Type.String() }, closed),
    received: Type.Object(cameBack, closed),
  },
  closed,
);

const delivery = {
  eventId: EventId,
  eventType: EventType,
  dpId: EPassId,
  sequence: Sequence,
  state: DeliveryState,
  attemptCount: Type.Integer(),
  createdDate: instant('When the event came about.'),
  nextAttemptDate: instantOrNull('When it is sent next; null unless it waits.'),
  finishedDate: instantOrNull('When it was delivered or parked.'),
};

export const Delivery = Type.Object({ ...delivery, lastAttempt: Type.Union([Attempt, Type.Null()]) }, closed);

export const DeliveryDetails = Type.Object(
  { ...delivery, attempts: Type.Array(Attempt, { description: 'The latest 100, oldest first.' }) },
  closed,
);

export const DeliveriesQuery = Type.Object(
  {
    state: Type.Optional(DeliveryState),
    from: Type.Optional(sentInstant('Came about at or after.')),
    to: Type.Optional(sentInstant('Came about before.')),
    cursor: Type.Optional(Cursor),
    pageSize: Type.Optional(text('^[0-9]{1,4}$', '1 to 100; default 20.')),
  },
  closed,
);

export const DeliveryList = Type.Object({ deliveries: Type.Array(Delivery), nextCursor: NextCursor }, closed);

export const ResendBody = Type.Object(
  {
    eventId: Type.Optional(EventId),
    from: Type.Optional(sentInstant('Came about at or after.')),
    to: Type.Optional(sentInstant('Came about before.')),
    state: Type.Optional(
      Type.Enum(['delivered', 'parked'], { description: 'Only these; absent: both. What waits is sent anyway.' }),
    ),
    cursor: Type.Optional(Cursor),
  },
  { ...closed, description: 'Either `eventId`, or `from` and `to`: a range, of which a call takes at most 10,000.' },
);

export const ResendAnswer = Type.Object(
  {
    resent: Type.Integer({ description: 'How many events were made to wait for a new attempt.' }),
    nextCursor: NextCursor,
  },
  closed,
);

export const EventsQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9_-]{1,512}$',
        description: '`nextCursor` of the answer before; absent: from the beginning, or from `from`.',
      }),
    ),
    from: Type.Optional(sentInstant('Happened at or after.')),
    to: Type.Optional(sentInstant('Happened before.')),
    eventType: Type.Optional(EventType),
    pageSize: Type.Optional(text('^[0-9]{1,4}$', '1 to 500; default 100.')),
  },
  closed,
);

export const PushedEvent = Type.Object(
  {
    eventId: EventId,
    sequence: Sequence,
    eventType: EventType,
    body: Type.Record(Type.String(), Type.Unknown(), { description: 'What is pushed, field by field.' }),
  },
  closed,
);

export const EventList = Type.Object(
  {
    events: Type.Array(PushedEvent),
    nextCursor: Type.String({ description: 'Where to go on, now or later: it is good for ever.' }),
    hasMore: Type.Boolean({ description: 'Whether to ask again at once. A page may be short and still have more.' }),
  },
  closed,
);

// Anything else is no id of ours, and may be text that no database takes.
const ofPath = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });

export const EndpointParams = Type.Object({ endpointId: ofPath }, closed);
export const DeliveryParams = Type.Object({ endpointId: ofPath, eventId: ofPath }, closed);
