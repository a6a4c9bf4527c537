import type { Data, Input } from '../api/calls.ts';

export type Client = Data<'GET /v2/clients/{clientId}'>;
type Scope = Client['scopes'][number];

/** What the clients of the API can be allowed to do. */
export const scopes = ['issuer', 'venue', 'operator'] as const satisfies readonly Scope[];

/** A client as it is being entered. */
export interface Draft {
  readonly name: string;
  readonly clientId: string;
  readonly issuer: string;
  readonly scopes: readonly Scope[];
  readonly programIds: readonly string[];
  readonly resourceIds: readonly string[];
  readonly ratePerMinute: number;
}

/** A new client: an issuer of passes in the programme that is looked at. */
export function emptyDraft(programId: string): Draft {
  return {
    name: '',
    clientId: '',
    issuer: '',
    scopes: ['issuer'],
    programIds: [programId],
    resourceIds: [],
    ratePerMinute: 6_000,
  };
}

/** What of a draft can be changed later, as the API takes it. Doors are a venue's alone. */
export function changeOf(draft: Draft) {
  return {
    name: draft.name.trim(),
    scopes: [...draft.scopes],
    programIds: [...draft.programIds],
    resourceIds: draft.scopes.includes('venue') ? [...draft.resourceIds] : [],
    ratePerMinute: draft.ratePerMinute,
  };
}

/** The draft as the API takes it to create a client; what is empty is drawn by the server. */
export function bodyOf(draft: Draft): Input<'POST /v2/clients'>['body'] {
  const clientId = draft.clientId.trim();
  const issuer = draft.issuer.trim();
  return {
    ...changeOf(draft),
    ...(clientId === '' ? {} : { clientId }),
    ...(issuer === '' ? {} : { issuer }),
  };
}
