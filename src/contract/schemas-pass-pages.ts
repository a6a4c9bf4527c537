import { pageLimits, pageStates } from '../domain/pass-page.ts';
import { closed, EPassId, instant, instantOrNull } from './schemas-parts.ts';
import { Type } from './typebox.ts';

/** What the routes of links and of the pass page take and give. */

export const LinkBody = Type.Object({ ePassId: EPassId }, closed);

export const PassLink = Type.Object(
  {
    url: Type.String({
      description: 'The page for the traveller. Whoever has it sees the pass: hand it to nobody else.',
    }),
    token: Type.String({ description: 'The part of `url` that cannot be guessed.' }),
    createdAt: instant('When the link was made.'),
  },
  closed,
);

export const RevokedLink = Type.Object(
  { ePassId: EPassId, revokedDate: instant('From when on the link is dead, everywhere.') },
  closed,
);

// Any text: a token that is none is unknown like any other, by the same way through the code.
export const PassPageParams = Type.Object({ token: Type.String() }, closed);

const Zone = Type.String({ description: 'IANA zone.', examples: ['Europe/London'] });
const local = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2028-12-31T23:59:59+00:00'] });
const Country = Type.String({ description: 'ISO 3166-1 alpha-2.', examples: ['GB'] });
const Iata = Type.String({ description: 'IATA code of the airport.', examples: ['MAN'] });
const City = Type.String({ examples: ['Manchester'] });

const LocalValidity = Type.Object(
  {
    timezone: Zone,
    activationDate: local('Local time with its offset.'),
    expirationDate: local('Local time with its offset.'),
  },
  closed,
);

const PageResource = Type.Object(
  {
    resourceName: Type.String({ examples: ['Aspen Lounge'] }),
    module: Type.Integer(),
    location: Type.String({ description: 'Where in the transport hub.', examples: ['Terminal 1, airside, level 2'] }),
    worksNow: Type.Boolean({ description: 'Whether the door would let one person in at `now`.' }),
    closedReason: Type.Union([Type.String(), Type.Null()], { description: 'Why it is closed; null while it is open.' }),
  },
  closed,
);

const PageHub = Type.Object(
  {
    transportHubName: Type.String({ examples: ['Manchester Airport'] }),
    iata: Type.Union([Iata, Type.Null()]),
    city: City,
    countryOrRegion: Country,
    timezone: Zone,
    resources: Type.Array(PageResource),
  },
  closed,
);

const PageAirport = Type.Object(
  { iata: Iata, airportName: Type.String(), city: City, countryOrRegion: Country, timezone: Zone },
  closed,
);

const Visit = Type.Object(
  {
    visitDate: instant('When the pass was used.'),
    localDate: local('The same in the local time of the place.'),
    timezone: Zone,
    module: Type.Integer(),
    resourceName: Type.String({ examples: ['Aspen Lounge'] }),
    location: Type.String({ examples: ['Terminal 1, airside, level 2'] }),
    transportHubName: Type.String({ examples: ['Manchester Airport'] }),
    city: City,
    people: Type.Integer({ description: 'Who came in, children included.' }),
    usedUsages: Type.Integer({ description: 'How many usages this visit took.' }),
    givenBackDate: instantOrNull('When the usages were given back.'),
  },
  closed,
);

export const PassPage = Type.Object(
  {
    now: instant("The programme's now, at which all this is so."),
    programName: Type.String({ examples: ['Demo programme'] }),
    firstName: Type.String({ examples: ['Ada'] }),
    lastName: Type.String({ examples: ['Lovelace'] }),
    ePassId: EPassId,
    modules: Type.Array(Type.Integer(), { description: 'The kinds of service it opens.', examples: [[1]] }),
    state: Type.Enum([...pageStates], { description: 'What the pass is at `now`.' }),
    availableUsages: Type.Integer({ description: 'What is left.' }),
    usedUsages: Type.Integer(),
    grantedUsages: Type.Integer({ description: 'Left and used together.' }),
    issuedDate: instant('When the pass was issued.'),
    activationDate: instant('Usable after this instant; from it on when it is that of the issue.'),
    expirationDate: instant('Usable until just before this instant.'),
    suspendedDate: instantOrNull('Since when it is suspended.'),
    cancelledDate: instantOrNull('When it was cancelled.'),
    localValidity: Type.Array(LocalValidity, {
      description: `Both dates in the zones of the airports and places it is bound to, at most ${pageLimits.zones}; empty when there are none.`,
    }),
    restriction: Type.Object(
      {
        kind: Type.Enum(['everywhere', 'places', 'airports', 'countries']),
        airports: Type.Array(PageAirport, {
          description: `The airports it is restricted to, at most ${pageLimits.airports}.`,
        }),
        moreAirports: Type.Integer({ description: 'Airports that are not shown.' }),
        countries: Type.Array(Country, { description: 'The countries it is restricted to.' }),
      },
      { ...closed, description: 'What the pass is restricted to; `everywhere` is every place of its programme.' },
    ),
    places: Type.Array(PageHub, {
      description: `Where it works, at most ${pageLimits.hubs} transport hubs and ${pageLimits.resources} resources.`,
    }),
    morePlaces: Type.Integer({ description: 'Resources that are not shown.' }),
    visits: Type.Array(Visit, { description: `Newest first, at most ${pageLimits.visits}.` }),
    moreVisits: Type.Boolean({ description: 'Whether there are older ones.' }),
  },
  closed,
);
