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
    operationId: 'setClosure',
    group,
    words: ['resourceId'],
    fixed: { closed: true },
    what: 'Close a place for the programme, with a reason',
    examples: [['resource close N00001 --reason "burst pipe"', 'Passes are refused there, with this reason.']],
  },
  {
    name: 'resource open',
    operationId: 'setClosure',
    group,
    words: ['resourceId'],
    fixed: { closed: false },
    what: 'Open a place again',
    examples: [['resource open N00001', 'Passes are taken again.']],
  },
];

/** Commands about transport hubs and resources. */
export const placeCommands = plans.map(apiCommand);
