/** What a client of the API may be allowed to do. */
export type ClientScope = 'issuer' | 'venue' | 'operator';

/** What a route may ask for; the last two are given to people alone. */
export type Scope = ClientScope | 'auditor' | 'administrator';

/** What people may be, from least to most. */
export const roles = ['auditor', 'operator', 'administrator'] as const;

export type Role = (typeof roles)[number];

/** Each role may do what the ones before it may. */
export const scopesOfRole: Readonly<Record<Role, ReadonlySet<Scope>>> = {
  auditor: new Set(['auditor']),
  operator: new Set(['auditor', 'operator', 'issuer']),
  administrator: new Set(['auditor', 'operator', 'issuer', 'administrator']),
};

/** Whether somebody with these scopes sees all of a programme, wherever it took place; a venue sees its own resources. */
export function seesWholeProgramme(scopes: ReadonlySet<Scope>): boolean {
  return scopes.has('issuer') || scopes.has('operator') || scopes.has('auditor');
}
