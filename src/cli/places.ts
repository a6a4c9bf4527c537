import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'manage';

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'hub list',
    operationId: 'listTransportHubs',
    group,
    list: {
      items: 'transportHubs',
      columns: [
        ['id', 'transportHubId'],
        ['name', 'transportHubName'],
        ['iata', 'iata'],
        ['city', 'city'],
        ['country', 'countryOrRegion'],
      ],
    },
    examples: [['hub list --country-or-region GB', 'Those of one country.']],
  },
  {
    name: 'hub show',
    operationId: 'getTransportHub',
    group,
    words: ['transportHubId'],
    examples: [['hub show A00001', 'One airport, station or city.']],
  },
  {
    name: 'hub create',
    operationId: 'createTransportHub',
    group,
    examples: [
      ['hub create --iata EDI --transport-hub-name "Edinburgh Airport"', 'City, country and zone come with the code.'],
    ],
  },
  {
    name: 'hub change',
    operationId: 'changeTransportHub',
    group,
    words: ['transportHubId'],
    examples: [
      ['hub change A00001 --transport-hub-name "Manchester International"', 'Another name, in all programmes.'],
    ],
  },
  {
    name: 'resource create',
    operationId: 'createResource',
    group,
    examples: [
      [
        'resource create --module 1 --resource-name "North Lounge" --transport-hub-id A00001 --location "Terminal 3, level 1"',
        'A lounge, offered by the programme.',
      ],
    ],
  },
  {
    name: 'resource change',
    operationId: 'changeResource',
    group,
    words: ['resourceId'],
    examples: [['resource change N00001 --children-count no', 'From now on children take no usage there.']],
  },
  {
    name: 'resource offer',
    operationId: 'offerResource',
    group,
    words: ['resourceId'],
    examples: [['resource offer N00001 --program LIVE', 'What another programme offers, or this one withdrew.']],
  },
  {
    name: 'resource withdraw',
    operationId: 'withdrawResource',
    group,
    words: ['resourceId'],
    examples: [['resource withdraw N00001', 'Its passes are no longer taken there; the history stays.']],
  },
  {
    name: 'resource list',
    operationId: 'listResources',
    group,
    list: {
      items: 'resources',
      columns: [
        ['id', 'resourceId'],
        ['module', 'module'],
        ['name', 'resourceName'],
        ['where', 'locationInfo.iata'],
        ['open', 'extra.open'],
        ['children count', 'extra.childrenCount'],
      ],
    },
    examples: [
      ['resource list', 'What the programme offers.'],
      ['resource list --iata MAN --module 1', 'The lounges of one airport.'],
    ],
  },
  {
    name: 'resource show',
    operationId: 'getResource',
    group,
    words: ['resourceId'],
    examples: [['resource show N00001', 'One place.']],
  },
  {
    name: 'resource close',
    operationId: 'changeResource',
    group,
    words: ['resourceId'],
    fixed: { closed: true },
    only: ['reason'],
    what: 'Close a place for the programme, with a reason',
    examples: [['resource close N00001 --reason "burst pipe"', 'Passes are refused there, with this reason.']],
  },
  {
    name: 'resource open',
    operationId: 'changeResource',
    group,
    words: ['resourceId'],
    fixed: { closed: false },
    only: [],
    what: 'Open a place again',
    examples: [['resource open N00001', 'Passes are taken again.']],
  },
];

/** Commands about transport hubs and resources. */
export const placeCommands = plans.map(apiCommand);
