import { Cursor, closed, IdInPath, instant, NextCursor, Reason, ResourceId, text } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What managing programmes, transport hubs and resources takes and gives. */

export const ProgramId = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$',
  description: '1 to 32 letters, digits, `_` and `-`; capitals count.',
  examples: ['DEMO'],
});
// No control characters, and no half of a surrogate pair; the rest of what a name must not be is a rule.
export const Label = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: '^(?:[^\\u0000-\\u001f\\u007f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])+$',
});
const sellable = [1, 2, 3, 4, 7, 8, 11];
const programme = {
  name: Label,
  issuerPrefix: Type.String({
    pattern: '^[0-9]{4}$',
    description: 'The first four digits of its pass ids; no two programmes share them.',
    examples: ['1788'],
  }),
  sandbox: Type.Boolean({ description: 'Whether its passes are tests.' }),
  modules: Type.Array(Type.Enum(sellable), { maxItems: sellable.length, uniqueItems: true }),
  crossModules: Type.Array(Type.Enum([1, 3, 4]), {
    maxItems: 3,
    uniqueItems: true,
    description: 'What its cross-module passes open; empty: it issues none.',
  }),
  expiringDays: Type.Integer({
    minimum: 0,
    maximum: 365,
    description: 'How many days ahead `epass.expiring` is told; 0: never.',
  }),
};

export const ProgrammeBody = Type.Object(
  {
    programId: ProgramId,
    ...programme,
    crossModules: Type.Optional(programme.crossModules),
    expiringDays: Type.Optional(programme.expiringDays),
  },
  { ...closed, description: '`crossModules` is empty and `expiringDays` is 7 unless given.' },
);

export const ProgrammeChangeBody = Type.Object(
  {
    name: Type.Optional(programme.name),
    issuerPrefix: Type.Optional(programme.issuerPrefix),
    sandbox: Type.Optional(programme.sandbox),
    modules: Type.Optional(programme.modules),
    crossModules: Type.Optional(programme.crossModules),
    expiringDays: Type.Optional(programme.expiringDays),
  },
  {
    ...closed,
    description:
      'At least one; what is left out stays. `issuerPrefix` and `sandbox` are final once the programme has issued a pass.',
  },
);

export const Programme = Type.Object(
  {
    programId: ProgramId,
    ...programme,
    createdDate: instant('When it was set up.'),
    counts: Type.Object(
      {
        passes: Type.Integer({ description: 'Passes it has issued, counted up to 100,000.' }),
        resources: Type.Integer({ description: 'Resources it offers.' }),
        clients: Type.Integer({ description: 'Clients that have it and are not revoked.' }),
        endpoints: Type.Integer({ description: 'Endpoints to which its events are pushed.' }),
      },
      closed,
    ),
  },
  closed,
);

export const ProgrammeList = Type.Object({ programmes: Type.Array(Programme), nextCursor: NextCursor }, closed);

/** Lists that are ordered by an id. */
export const ListQuery = Type.Object(
  { cursor: Type.Optional(Cursor), pageSize: Type.Optional(text('^[0-9]{1,4}$', '1 to 100; default 20.')) },
  closed,
);
export const ProgrammeParams = Type.Object({ programId: IdInPath }, closed);

const HubId = Type.String({ pattern: '^A[A-Z0-9]{1,15}$', description: 'Such as `A00001`; drawn unless given.' });
const degrees = (digits: string, description: string) =>
  Type.String({ pattern: `^-?[0-9]{1,${digits}}(\\.[0-9]{1,10})?$`, description });
const Iata = Type.String({ pattern: '^[A-Z]{3}$', description: 'IATA airport code; no two hubs share one.' });
const hub = {
  city: Type.Optional(Label),
  countryOrRegion: Type.Optional(Type.String({ pattern: '^[A-Z]{2}$', description: 'ISO 3166-1 alpha-2.' })),
  timezone: Type.Optional(Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_+/-]{1,63}$', description: 'IANA zone.' })),
  latitude: Type.Optional(degrees('2', 'Degrees north.')),
  longitude: Type.Optional(degrees('3', 'Degrees east.')),
};

export const HubBody = Type.Object(
  { transportHubId: Type.Optional(HubId), transportHubName: Label, iata: Type.Optional(Iata), ...hub },
  {
    ...closed,
    description:
      'With `iata`, the airport gives city, country, zone and coordinates unless they are given; without, all of them are required.',
  },
);

export const HubChangeBody = Type.Object(
  { transportHubName: Type.Optional(Label), iata: Type.Optional(Type.Union([Iata, Type.Null()])), ...hub },
  {
    ...closed,
    description:
      'At least one. Another `iata` brings city, country, zone and coordinates of that airport along, unless they are given.',
  },
);

const childrenCount = Type.Boolean({ description: 'Whether a child takes a usage in this programme.' });
const place = {
  location: Type.String({ ...Label, description: 'Where in the transport hub: terminal, floor, gate.' }),
  coordinates: Type.String({
    pattern: '^-?[0-9]{1,2}(\\.[0-9]{1,10})?,-?[0-9]{1,3}(\\.[0-9]{1,10})?$',
    description: 'Latitude, comma, longitude.',
    examples: ['53.3537,-2.2750'],
  }),
  image: Type.String({ minLength: 1, maxLength: 2_000, pattern: '^[!-~]+$', description: 'Address, https.' }),
};

export const ResourceBody = Type.Object(
  {
    module: Type.Enum(sellable, { description: 'It never changes.' }),
    resourceId: Type.Optional(ResourceId),
    resourceName: Label,
    transportHubId: HubId,
    location: place.location,
    coordinates: Type.Optional(place.coordinates),
    image: Type.Optional(place.image),
    programIds: Type.Optional(Type.Array(ProgramId, { minItems: 1, maxItems: 100, uniqueItems: true })),
    childrenCount: Type.Optional(childrenCount),
  },
  {
    ...closed,
    description:
      'The id begins with the letter of the module (N lounge, C fast track, R set meal and coupon, F fitness, E eSIM, L local offer) and is drawn unless given. Offered by the programme of the request unless `programIds` says otherwise; children count unless told otherwise.',
  },
);

export const ResourceChangeBody = Type.Object(
  {
    closed: Type.Optional(Type.Boolean()),
    reason: Type.Optional(Reason),
    childrenCount: Type.Optional(childrenCount),
    resourceName: Type.Optional(Label),
    location: Type.Optional(place.location),
    coordinates: Type.Optional(place.coordinates),
    image: Type.Optional(Type.Union([place.image, Type.Null()])),
  },
  {
    ...closed,
    description:
      'At least one of the others beside `reason`, which is required to close. Closure and `childrenCount` hold for this programme only. The name, location, coordinates and image are those of the place itself, in every programme: they take the scope `administrator`.',
  },
);

export const OfferBody = Type.Object({ childrenCount: Type.Optional(childrenCount) }, closed);

export const Withdrawal = Type.Object(
  { programId: ProgramId, resourceId: ResourceId, withdrawnDate: instant('From when on it is not offered.') },
  closed,
);
