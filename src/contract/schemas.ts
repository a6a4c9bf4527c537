import {
  ClientUserId,
  Cursor,
  closed,
  EPassId,
  instant,
  instantOrNull,
  Name,
  NextCursor,
  OrderId,
  Reason,
  ResourceId,
  Status,
  sentInstant,
  Uuid,
} from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** The one truth about every body, query and answer: validator, type and OpenAPI are made from these. */

export const ModuleNumber = Type.Enum([0, 1, 2, 3, 4, 7, 8, 11], {
  description: '0 cross-module, 1 lounge, 2 fast track, 3 set meal, 4 coupon, 7 fitness, 8 eSIM, 11 local offer.',
});

const values = (item: string, description: string) =>
  Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 16, pattern: item }), { maxItems: 500, description }),
  );

export const AllowedResources = Type.Object(
  {
    resourceIds: values('^[A-Za-z0-9]+$', 'Resource ids; an empty list means every resource of the module.'),
    iata: values('^[A-Za-z0-9]+$', 'IATA airport codes.'),
    countryOrRegion: values('^[A-Za-z0-9 ]+$', 'ISO 3166-1 alpha-2 codes, and XK for Kosovo.'),
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

const redemption = {
  dpId: EPassId,
  resourceId: ResourceId,
  ...people,
  scanId: Type.Optional(Uuid),
};

export const RedeemBody = Type.Object(redemption, {
  ...closed,
  description: 'One usage a person; whether children count is the policy of the resource. At least one person.',
});

export const CheckBody = Type.Object(
  {
    ...redemption,
    at: Type.Optional(
      sentInstant('As if it were then: of the pass and the resource as they are now, at that time. Not for venues.'),
    ),
  },
  { ...closed, description: 'As for a redemption.' },
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
    holder: Type.Object(
      { firstName: Type.String(), lastName: Type.String() },
      { ...closed, description: 'Whose pass it is, so that staff can compare the name.' },
    ),
    allowed: Type.Boolean(),
    error: Type.Union([Type.String(), Type.Null()], {
      description: 'The refusal a redemption would give.',
    }),
    message: Type.Union([Type.String(), Type.Null()]),
    requiredUsages: Type.Integer(),
    availableUsages: Type.Integer(),
    rules: Type.Array(RuleOutcome),
    firstUse: Type.Union([Type.Object({ usageDate: instant('When.'), resourceId: ResourceId }, closed), Type.Null()], {
      description: 'The first use that was not given back, where usages are too few: the facts tell the last.',
    }),
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
