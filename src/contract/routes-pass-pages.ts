import * as examples from './examples-pass-pages.ts';
import type { Route } from './routes.ts';
import * as schemas from './schemas-pass-pages.ts';

const scopes = ['issuer', 'operator'] as const;

/** The link of a pass, which its partner hands to the traveller, and what the page behind it shows. */
export const passPageRoutes = {
  linkPass: {
    method: 'POST',
    path: '/v2/orders/ePasses/link',
    scopes,
    // Makes one when there is none; but the same link again and again needs no key, and an answer that
    // is kept under one would hold the token.
    changes: false,
    summary: 'Fetch the link to the page of an E-pass, for its traveller; the same one until it is revoked.',
    body: schemas.LinkBody,
    data: schemas.PassLink,
    refusals: ['E_PASS_UNKNOWN', 'LOOK_UPS_EXHAUSTED'],
    example: examples.link,
  },
  revokePassLink: {
    method: 'POST',
    path: '/v2/orders/ePasses/link/revoke',
    scopes,
    changes: true,
    summary: 'Revoke the link of an E-pass: it is dead at once, and the next one is another.',
    body: schemas.LinkBody,
    data: schemas.RevokedLink,
    refusals: ['E_PASS_UNKNOWN', 'PASS_LINK_UNKNOWN', 'LOOK_UPS_EXHAUSTED'],
    example: examples.revokedLink,
  },
  getPassPage: {
    method: 'GET',
    path: '/v2/passPages/{token}',
    scopes: null,
    changes: false,
    summary: 'Retrieve what the page of an E-pass shows; the token of its link is all it takes.',
    params: schemas.PassPageParams,
    data: schemas.PassPage,
    refusals: ['PASS_PAGE_UNKNOWN'],
    example: examples.passPage,
  },
} as const satisfies Record<string, Route>;
