/** What a client of the API may be allowed to do. */
export type ClientScope = 'issuer' | 'venue' | 'operator';

/** What a route may ask for; the last two are given to people alone. */
export type Scope = ClientScope | 'auditor' | 'administrator';

/** What a person may do, from least to most. */
export type Role = 'auditor' | 'operator' | 'administrator';
