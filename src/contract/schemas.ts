import { Type } from 'typebox';

/** The one truth about every body, query and answer: validator, type and OpenAPI are made from these. */

const closed = { additionalProperties: false } as const;

const instant = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2028-12-31T23:59:59+00:00'] });
const instantOrNull = (description: string) => Type.Union([instant(description), Type.Null()]);
const sentInstant = (description: string) =>
  Type.String({
    minLength: 19,
    maxLength: 40,
    description: `${description} RFC 3339; an offset may be given, a missing one means UTC.`,
    examples: ['2028-12-31T23:59:59+00:00'],
  });

export const ModuleNumber = Type.Enum([0, 1, 2, 3, 4, 7, 8, 11], {
  description: '0 cross-module, 1 lounge, 2 fast track, 3 set meal, 4 coupon, 7 fitness, 8 eSIM, 11 local offer.',
});
const OrderId = Type.String({ pattern: '^DP[0-9]{14}$', description: '`DP` and 14 digits.' });
const EPassId = Type.String({ pattern: '^[0-9]{16}$', description: 'The 16 digits of the pass.' });
const ResourceId = Type.String({ pattern: '^[A-Z][A-Z0-9]{1,15}$', description: 'Resource id, such as `N00001`.' });
const ClientUserId = Type.String({
  pattern: '^[!-~]{1,128}$',
  description: "The integrator's own id of the traveller: 1 to 128 printable ASCII characters, compared as they are.",
});
const Name = Type.String({ minLength: 1, maxLength: 100, description: 'Kept and shown as sent.' });
// No control characters, and no half of a surrogate pair: no database could keep it.
const Reason = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: '^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])+$',
});
const Status = Type.Integer({ description: '0 pending, 1 confirmed, 2 used, 3 cancelled.' });
const Uuid = Type.String({ pattern: '^[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}$' });

const values = (item: string, description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 16, pattern: item }), { maxItems: 500, description }),
  );

export const AllowedResources = Type.Object(
  {
    resourceIds: values('^[A-Za-z0-9]+$', 'Resource ids; an empty list means every resource of the module.'),
    iata: values('^[A-Za-z0-9]+$', 'IATA airport codes.'),
    countryOrRegion: values('^[A-Za-z0-9 ]+$', 'ISO 3166-1 alpha-2 codes.'),
  },
  { ...closed, description: 'Where the pass may be used: exactly one of the three.' },
);

export const IssueBody = Type.Object(
  {
    module: ModuleNumber,
    clientUserId: ClientUserId,
    extra: Type.Object(
      {
        firstName: Name,
        lastName: Name,
        activationDate: Type.Optional(sentInstant('Usable only after this instant; absent: at once.')),
        expirationDate: sentInstant('Usable while now is before this instant.'),
        availableUsages: Type.Integer({ minimum: 1, maximum: 10_000 }),
        allowedResources: AllowedResources,
      },
      closed,
    ),
  },
  closed,
);

export const Order = Type.Object(
  {
    status: Status,
    module: ModuleNumber,
    category: Type.Integer({ description: '1 walk-in, 2 prebooking.' }),
    clientUserId: ClientUserId,
    orderId: OrderId,
    orderCreatedDate: instant('When the pass was issued.'),
    orderCancelledDate: instantOrNull('When it was cancelled.'),
    usageDate: instantOrNull('The latest use.'),
    refundableUsages: Type.Optional(
      Type.Integer({ description: 'Answer to a cancellation: what was left at that moment.' }),
    ),
    extra: Type.Object(
      {
        ePassId: EPassId,
        ePassStatus: Type.Integer({
          description: '0 pending activation, 1 active, 2 suspended, 3 cancelled, 9 expired.',
        }),
        firstName: Type.String(),
        lastName: Type.String(),
        activationDate: instant('From when on the pass can be used.'),
        expirationDate: instant('Until just before when the pass can be used.'),
        availableUsages: Type.Integer({ description: 'What is left; left + usedUsages = granted.' }),
        usedUsages: Type.Integer(),
        allowedModules: Type.Optional(Type.Array(Type.Integer(), { description: 'Cross-module passes only.' })),
        allowedResources: AllowedResources,
      },
      closed,
    ),
  },
  closed,
);

export const SearchBody = Type.Object(
  { orderId: Type.Optional(OrderId), ePassId: Type.Optional(EPassId) },
  { ...closed, description: 'Exactly one of the two.' },
);

export const CancelBody = Type.Object(
  {
    orderId: OrderId,
    status: Type.Literal(3),
    ifUnused: Type.Optional(
      Type.Boolean({ description: 'Cancel only if nothing was used; check and cancel are one step.' }),
    ),
  },
  closed,
);

const people = {
  adultCount: Type.Integer({ minimum: 0, maximum: 100 }),
  childCount: Type.Integer({ minimum: 0, maximum: 100 }),
};

export const RedeemBody = Type.Object(
  {
    dpId: EPassId,
    resourceId: ResourceId,
    ...people,
    scanId: Type.Optional(Uuid),
  },
  {
    ...closed,
    description: 'One usage a person; whether children count is the policy of the resource. At least one person.',
  },
);

const Passengers = Type.Object({ cardholder: Type.Integer(), guests: Type.Integer() }, closed);

export const UsageOrder = Type.Object(
  {
    orderId: OrderId,
    programId: Type.String(),
    dpId: EPassId,
    clientUserId: ClientUserId,
    module: Type.Integer(),
    category: Type.Integer(),
    status: Status,
    orderCreatedDate: instant('When the use was recorded.'),
    usageDate: instant('When the pass was used.'),
    orderCancelledDate: instantOrNull('When the use was given back.'),
    transportHubId: Type.String(),
    transportHubName: Type.String(),
    resourceId: ResourceId,
    resourceName: Type.String(),
    passengers: Passengers,
    usedUsages: Type.Integer({ description: 'How many usages this use took.' }),
    availableUsages: Type.Integer({
      description: 'What was left of the pass after this use, or after it was given back.',
    }),
  },
  closed,
);

const RuleOutcome = Type.Object(
  {
    rule: Type.String(),
    holds: Type.Boolean(),
    error: Type.Union([Type.String(), Type.Null()]),
    facts: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
);

export const CheckAnswer = Type.Object(
  {
    dpId: EPassId,
    resourceId: ResourceId,
    allowed: Type.Boolean(),
    error: Type.Union([Type.String(), Type.Null()], { description: 'The refusal a redemption would give now.' }),
    message: Type.Union([Type.String(), Type.Null()]),
    requiredUsages: Type.Integer(),
    availableUsages: Type.Integer(),
    rules: Type.Array(RuleOutcome),
    instead: Type.Object(
      {
        activationDate: Type.Optional(instant('When the pass becomes active.')),
        availableUsages: Type.Integer(),
        resources: Type.Array(Type.Object({ resourceId: ResourceId, resourceName: Type.String() }, closed), {
          description: 'Resources at the same airport where the pass is valid now.',
        }),
      },
      { ...closed, description: 'What would work instead.' },
    ),
  },
  closed,
);

export const GiveBackBody = Type.Object({ orderId: OrderId, reason: Reason }, closed);

const paging = {
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, description: 'Default 20.' })),
  pageNumber: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'Default 1.' })),
};
const Cursor = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,512}$',
  description: '`nextCursor` of the page before; for deep paging.',
});

export const UsageListBody = Type.Object(
  {
    ePassId: Type.Optional(EPassId),
    clientUserId: Type.Optional(ClientUserId),
    resourceId: Type.Optional(ResourceId),
    status: Type.Optional(Type.Union([Type.Literal(2), Type.Literal(3)])),
    from: Type.Optional(sentInstant('Used at or after.')),
    to: Type.Optional(sentInstant('Used before.')),
    ...paging,
    cursor: Type.Optional(Cursor),
  },
  closed,
);

export const Pagination = Type.Object(
  {
    pageSize: Type.Integer(),
    pageNumber: Type.Integer(),
    totalNumber: Type.Integer({ description: 'Counted up to 100,000.' }),
  },
  closed,
);
const NextCursor = Type.Union([Type.String(), Type.Null()]);

export const UsageList = Type.Object(
  { orders: Type.Array(UsageOrder), pagination: Pagination, nextCursor: NextCursor },
  closed,
);

export const UsageDetailsBody = Type.Object({ orderId: OrderId }, closed);

export const UserPassesBody = Type.Object(
  { clientUserId: ClientUserId, ...paging, cursor: Type.Optional(Cursor) },
  closed,
);

export const UserPasses = Type.Object(
  { ePasses: Type.Array(Order), pagination: Pagination, nextCursor: NextCursor },
  closed,
);

export const TokenBody = Type.Object(
  { clientId: Type.String({ minLength: 1, maxLength: 64 }), secret: Type.String({ minLength: 1, maxLength: 256 }) },
  closed,
);

export const Token = Type.Object(
  { token: Type.String(), tokenType: Type.Literal('Bearer'), expiresIn: Type.Integer({ description: 'Seconds.' }) },
  closed,
);

export const SuspendBody = Type.Object({ ePassId: EPassId, reason: Reason }, closed);

export const ClosureBody = Type.Object(
  { closed: Type.Boolean(), reason: Type.Optional(Reason) },
  { ...closed, description: 'A reason is required to close.' },
);

const text = (pattern: string, description: string) => Type.String({ pattern, description });
const digits = '^[0-9]{1,4}$';
const place = {
  transportHubId: Type.Optional(text('^[A-Z][A-Z0-9]{1,15}$', 'At this transport hub.')),
  iata: Type.Optional(text('^[A-Z]{3}$', 'At this airport.')),
  countryOrRegion: Type.Optional(text('^[A-Z]{2}$', 'In this country or region.')),
  cityId: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'In this city, by its name.' })),
  latitude: Type.Optional(text('^-?[0-9]{1,2}(\\.[0-9]{1,10})?$', 'With longitude and radius.')),
  longitude: Type.Optional(text('^-?[0-9]{1,3}(\\.[0-9]{1,10})?$', 'With latitude and radius.')),
  radius: Type.Optional(text('^[0-9]{1,5}(\\.[0-9]{1,3})?$', 'Kilometres.')),
};
const moduleText = text('^(0|1|2|3|4|7|8|11)$', 'Module; may be repeated.');

export const CatalogueQuery = Type.Object(
  {
    module: Type.Optional(Type.Union([moduleText, Type.Array(moduleText, { maxItems: 8 })])),
    ...place,
    language: Type.Optional(
      text('^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', 'Language of names, BCP 47; default `en`.'),
    ),
    pageSize: Type.Optional(text(digits, '1 to 100; default 20.')),
    pageNumber: Type.Optional(text(digits, 'From 1.')),
  },
  { ...closed, description: 'One kind of location filter a request.' },
);

export const LanguageQuery = Type.Object(
  {
    language: Type.Optional(
      text('^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', 'Language of names, BCP 47; default `en`.'),
    ),
  },
  closed,
);

export const TransportHub = Type.Object(
  {
    transportHubId: Type.String(),
    transportHubName: Type.String(),
    type: Type.Integer({ description: '1 airport, 2 city.' }),
    iata: Type.Union([Type.String(), Type.Null()]),
    city: Type.String(),
    countryOrRegion: Type.String(),
    countryOrRegionName: Type.String(),
    continent: Type.Union([Type.String(), Type.Null()]),
    timezone: Type.String({ description: 'IANA zone.' }),
    latitude: Type.String(),
    longitude: Type.String(),
  },
  closed,
);

export const Resource = Type.Object(
  {
    module: Type.Integer(),
    resourceId: ResourceId,
    resourceName: Type.String(),
    locationInfo: Type.Object(
      {
        city: Type.String(),
        countryOrRegion: Type.String(),
        continent: Type.Union([Type.String(), Type.Null()]),
        transportHubId: Type.String(),
        transportHubName: Type.String(),
        iata: Type.Union([Type.String(), Type.Null()]),
        location: Type.String({ description: 'Where in the transport hub.' }),
        timezone: Type.String({ description: 'IANA zone.' }),
        coordinates: Type.String({ description: 'Latitude, comma, longitude.' }),
      },
      closed,
    ),
    image: Type.Union([Type.String(), Type.Null()]),
    extra: Type.Object(
      {
        childrenCount: Type.Boolean({ description: 'Whether a child takes a usage.' }),
        open: Type.Boolean(),
        closedReason: Type.Union([Type.String(), Type.Null()]),
      },
      closed,
    ),
  },
  closed,
);

export const TransportHubList = Type.Object(
  { transportHubs: Type.Array(TransportHub), pagination: Pagination, language: Type.String() },
  closed,
);

export const ResourceList = Type.Object(
  {
    resources: Type.Object(
      {
        transportHubResources: Type.Array(Resource, { description: 'Modules at transport hubs.' }),
        lifestyleResources: Type.Array(Resource, { description: 'Modules 7, 8 and 11.' }),
      },
      closed,
    ),
    pagination: Pagination,
    language: Type.String(),
  },
  closed,
);

export const SimulatedRedemptionBody = Type.Object({ dpId: EPassId, ...people }, closed);
export const SimulatedCancellationBody = Type.Object({ dpId: EPassId, transactionId: OrderId }, closed);
export const SimulatedOrder = Type.Object({ dpId: EPassId, transactionId: OrderId, message: Type.String() }, closed);

export const ClockBody = Type.Object(
  {
    now: Type.Union([sentInstant("The programme's new now."), Type.Null()], { description: 'null: real time again.' }),
  },
  closed,
);
export const ClockAnswer = Type.Object(
  { programId: Type.String(), now: instant("The programme's now; it goes on from there.") },
  closed,
);

export const ModuleParams = Type.Object({ module: Type.String({ maxLength: 32 }) }, closed);
export const TransportHubParams = Type.Object({ transportHubId: Type.String({ maxLength: 32 }) }, closed);
export const ResourceParams = Type.Object({ resourceId: Type.String({ maxLength: 32 }) }, closed);

export const Failure = Type.Object(
  {
    code: Type.Integer(),
    error: Type.String(),
    message: Type.String(),
    details: Type.Array(Type.Object({ field: Type.String(), problem: Type.String() }, closed)),
    facts: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    requestId: Type.String(),
  },
  closed,
);
