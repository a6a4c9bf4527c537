import type { Module } from '../../../src/domain/module.ts';
import type { Input } from '../api/calls.ts';

type Extra = Input<'POST /v2/orders/{module}/ePasses'>['body']['extra'];

/** A pass as it is being entered. Days and times are those on the reader's clock, as inputs have them. */
export interface Draft {
  readonly module: Module;
  readonly clientUserId: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly usages: number;
  readonly from: string;
  readonly until: string;
  readonly places: 'everywhere' | 'resources' | 'airports' | 'countries';
  readonly resourceIds: readonly string[];
  readonly iata: readonly string[];
  readonly countries: readonly string[];
}

/** An empty draft: one usage, good for a year from today. */
export function emptyDraft(module: Module, now = new Date()): Draft {
  const year = now.getFullYear() + 1;
  const month = String(now.getMonth() + 1).padStart(2, '0');
  const day = String(Math.min(now.getDate(), 28)).padStart(2, '0');
  return {
    module,
    clientUserId: '',
    firstName: '',
    lastName: '',
    usages: 1,
    from: '',
    until: `${year}-${month}-${day}T23:59`,
    places: 'everywhere',
    resourceIds: [],
    iata: [],
    countries: [],
  };
}

/** The draft as the API takes it. Nothing is checked here: the server says what is wrong, field by field. */
export function extraOf(draft: Draft): Extra {
  const { firstName, lastName, usages, from, until } = draft;
  return {
    firstName: firstName.trim(),
    lastName: lastName.trim(),
    ...(from === '' ? {} : { activationDate: new Date(from).toISOString() }),
    expirationDate: until === '' ? '' : new Date(until).toISOString(),
    availableUsages: usages,
    allowedResources: placesOf(draft),
  };
}

function placesOf({ places, resourceIds, iata, countries }: Draft): Extra['allowedResources'] {
  const capitals = (codes: readonly string[]) => codes.map((code) => code.trim().toUpperCase());
  if (places === 'airports') return { iata: capitals(iata) };
  if (places === 'countries') return { countryOrRegion: capitals(countries) };
  return { resourceIds: places === 'everywhere' ? [] : [...resourceIds] };
}
