import { type ApiCommandPlan, apiCommand } from './api-command.ts';

const group = 'manage';
const words = ['clientId'];
const once = 'The secret is shown this once: hand it over, and keep it nowhere else.';

const plans: readonly ApiCommandPlan[] = [
  {
    name: 'client list',
    operationId: 'listClients',
    group,
    list: {
      items: 'clients',
      columns: [
        ['id', 'clientId'],
        ['name', 'name'],
        ['scopes', 'scopes'],
        ['programmes', 'programIds'],
        ['created', 'createdDate'],
        ['revoked', 'revokedDate'],
      ],
    },
    examples: [['client list --state active', "Partners' and venues' systems."]],
  },
  {
    name: 'client show',
    operationId: 'getClient',
    group,
    words,
    examples: [['client show airline-checkout', 'Scopes, doors, keys, age of the secret.']],
  },
  {
    name: 'client create',
    operationId: 'createClient',
    group,
    note: once,
    examples: [
      [
        'client create --client-id airline-checkout --name "Airline checkout" --scopes issuer --program-ids LIVE',
        'A partner that issues.',
      ],
      [
        'client create --name "North Lounge" --scopes venue --program-ids LIVE --resource-ids N00001',
        'A venue with one door.',
      ],
    ],
  },
  {
    name: 'client change',
    operationId: 'changeClient',
    group,
    words,
    examples: [['client change airline-checkout --rate-per-minute 60000', 'More requests a minute.']],
  },
  {
    name: 'client secret',
    operationId: 'rotateSecret',
    group,
    words,
    note: once,
    examples: [
      ['client secret airline-checkout', 'A new one; the old one works for a day.'],
      ['client secret airline-checkout --overlap-minutes 0', 'The old one ends now.'],
    ],
  },
  {
    name: 'client key',
    operationId: 'addClientKey',
    group,
    words,
    files: ['publicKey'],
    examples: [['client key airline-checkout --kid 2027-01 --public-key public.pem', 'Register a public key.']],
  },
  {
    name: 'client revoke-key',
    operationId: 'revokeClientKey',
    group,
    words: ['clientId', 'kid'],
    examples: [['client revoke-key airline-checkout 2026-01', 'Tokens that it signed are refused within a second.']],
  },
  {
    name: 'client revoke',
    operationId: 'revokeClient',
    group,
    words,
    examples: [['client revoke airline-checkout', 'For ever, within a second, in every process.']],
  },
  {
    name: 'client traffic',
    operationId: 'clientTraffic',
    group,
    words,
    examples: [['client traffic airline-checkout --json', 'Requests and refusals of the last day, by the hour.']],
  },
];

/** Commands about partners' and venues' systems. */
export const clientCommands = plans.map(apiCommand);
