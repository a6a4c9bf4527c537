import { Pagination } from './schemas.ts';
import { Cursor, closed, IdInPath, NextCursor, ResourceId, text } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What the catalogue routes take and give. */

const digits = '^[0-9]{1,4}$';
const place = {
  transportHubId: Type.Optional(text('^[A-Z][A-Z0-9]{1,15}$', 'At this transport hub.')),
  iata: Type.Optional(text('^[A-Z]{3}$', 'At this airport.')),
  countryOrRegion: Type.Optional(text('^[A-Z]{2}$', 'In this country or region.')),
  cityId: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'In this city, by its name.' })),
  latitude: Type.Optional(text('^-?[0-9]{1,2}(\\.[0-9]{1,20})?$', 'With longitude and radius.')),
  longitude: Type.Optional(text('^-?[0-9]{1,3}(\\.[0-9]{1,20})?$', 'With latitude and radius.')),
  radius: Type.Optional(text('^[0-9]{1,5}(\\.[0-9]{1,3})?$', 'Kilometres.')),
};
const moduleText = text('^(0|1|2|3|4|7|8|11)$', 'Module; may be repeated.');

const catalogue = {
  module: Type.Optional(Type.Union([moduleText, Type.Array(moduleText, { maxItems: 8 })])),
  ...place,
  language: Type.Optional(text('^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$', 'Language of names, BCP 47; default `en`.')),
  pageSize: Type.Optional(text(digits, '1 to 100; default 20.')),
  pageNumber: Type.Optional(text(digits, 'From 1.')),
  cursor: Type.Optional(Cursor),
};
const filters = { ...closed, description: 'One kind of location filter a request.' };

/** What both lists of the catalogue take. */
export const CatalogueQuery = Type.Object(catalogue, filters);

export const TransportHubsQuery = Type.Object(
  {
    ...catalogue,
    all: Type.Optional(
      text('^(true|false)$', 'true: every hub of the installation, without `module`; administrators only.'),
    ),
  },
  filters,
);

export const ResourcesQuery = Type.Object(
  {
    ...catalogue,
    offered: Type.Optional(
      text('^(true|false)$', 'false: those that the programme has withdrawn; operators and auditors only.'),
    ),
  },
  filters,
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
  {
    transportHubs: Type.Array(TransportHub),
    pagination: Pagination,
    nextCursor: NextCursor,
    language: Type.String(),
  },
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
    nextCursor: NextCursor,
    language: Type.String(),
  },
  closed,
);

export const TransportHubParams = Type.Object({ transportHubId: IdInPath }, closed);
export const ResourceParams = Type.Object({ resourceId: IdInPath }, closed);
