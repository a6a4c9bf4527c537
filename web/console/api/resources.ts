import { useQuery } from '@tanstack/react-query';
import { useCredentials } from '../app/session.tsx';
import { type Data, type Refused, send } from './calls.ts';

export type Resource = Data<'GET /v2/resources/{resourceId}'>;

/** Pages read at the most: 3,000 resources can be chosen from by name; any other by typing its id. */
const mostPages = 30;

/** The resources of a page: the API has those of airports apart from the others. */
export const resourcesOf = ({ resources }: Data<'GET /v2/resources'>): Resource[] => [
  ...resources.transportHubResources,
  ...resources.lifestyleResources,
];

/** Every resource of the programme, for lists to choose from; asked for again after five minutes. */
export function useResources() {
  const credentials = useCredentials();
  return useQuery<Resource[], Refused>({
    queryKey: ['all resources', credentials.programId],
    queryFn: async () => {
      const found: Resource[] = [];
      let cursor: string | undefined;
      for (let pages = 0; pages < mostPages; pages += 1) {
        const page = await send('GET /v2/resources', { query: { pageSize: '100', cursor } }, credentials);
        found.push(...resourcesOf(page));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
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
