import { useQuery } from '@tanstack/react-query';
import { useCredentials } from '../app/session.tsx';
import { type Data, type Refused, send } from './calls.ts';

export type Resource = Data<'GET /v2/resources/{resourceId}'>;

const pageSize = 100;
/** Pages read at the most: 3,000 resources can be chosen from by name; any other by typing its id. */
const mostPages = 30;

/** Every resource of the programme, for lists to choose from; asked for again after five minutes. */
export function useResources() {
  const credentials = useCredentials();
  return useQuery<Resource[], Refused>({
    queryKey: ['all resources', credentials.programId],
    queryFn: async () => {
      const found: Resource[] = [];
      for (let page = 1; page <= mostPages; page += 1) {
        const query = { pageSize: String(pageSize), pageNumber: String(page) };
        const { resources } = await send('GET /v2/resources', { query }, credentials);
        const more = [...resources.transportHubResources, ...resources.lifestyleResources];
        found.push(...more);
        if (more.length < pageSize) break;
      }
      return found;
    },
    staleTime: 300_000,
  });
}

/** A resource in a list to choose from: its name, where it is, and its id to search by. */
export function resourceLabel({ resourceName, resourceId, locationInfo }: Resource): string {
  const { iata, city } = locationInfo;
  return `${resourceName} · ${iata ?? city} · ${resourceId}`;
}
