import { useMemo, useSyncExternalStore } from 'react';

/** `/console/<programme>/<screen>/<rest…>?<query>`: what the reader looks at is always in the address. */
export interface Place {
  readonly programId: string | null;
  readonly screen: string | null;
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

const base = '/console';
const moved = new EventTarget();

function subscribe(listener: () => void): () => void {
  addEventListener('popstate', listener);
  moved.addEventListener('moved', listener);
  return () => {
    removeEventListener('popstate', listener);
    moved.removeEventListener('moved', listener);
  };
}

const present = () => location.pathname + location.search;

function placeOf(address: string): Place {
  const url = new URL(address, location.origin);
  const parts = url.pathname.slice(base.length).split('/').filter(Boolean).map(decoded);
  const [programId = null, screen = null, ...rest] = parts;
  return { programId, screen, rest, query: url.searchParams };
}

/** A part of an address as text; one that is no valid encoding names nothing, and is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Where the reader is. */
export function usePlace(): Place {
  const address = useSyncExternalStore(subscribe, present);
  return useMemo(() => placeOf(address), [address]);
}

/** The address of a screen, or of something in it. */
export function addressFor(programId: string, ...parts: readonly string[]): string {
  return [base, programId, ...parts].map((part, index) => (index === 0 ? part : encodeURIComponent(part))).join('/');
}

/** Goes to an address of the console; `replace` leaves no step to come back to. */
export function go(address: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'push') history.pushState(null, '', address);
  else history.replaceState(null, '', address);
  moved.dispatchEvent(new Event('moved'));
}

/** Changes values of the query where the reader is; an empty value is left out. */
export function setQuery(changes: Readonly<Record<string, string>>, how: 'push' | 'replace' = 'replace'): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  go(url.pathname + url.search, how);
}
