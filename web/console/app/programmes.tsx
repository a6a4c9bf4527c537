import { createContext, useContext } from 'react';
import type { Data } from '../api/calls.ts';
import { usePages } from '../api/hooks.ts';

export type Programme = Data<'GET /v2/programmes'>['programmes'][number];

/** The programmes of the reader. */
export function useProgrammes() {
  const query = { pageSize: '100' };
  const pages = usePages('GET /v2/programmes', { query }, ({ programmes }) => programmes, { ofAll: true });
  return { programmes: pages.data, problem: pages.data === undefined ? pages.error : null, retry: pages.refetch };
}

export const ProgrammeContext = createContext<Programme | null>(null);

/** The programme that the reader looks at. */
export function useProgramme(): Programme {
  const programme = useContext(ProgrammeContext);
  if (programme === null) throw new Error('used outside of a programme');
  return programme;
}
