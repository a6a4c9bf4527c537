import { useData } from '../api/hooks.ts';

/** The hubs of the installation to choose from, the first hundred of them; for administrators. */
export function useHubs(): readonly { readonly transportHubId: string; readonly label: string }[] {
  const { data } = useData('GET /v2/transportHubs', { query: { all: 'true', pageSize: '100' } });
  return (data?.transportHubs ?? []).map(({ transportHubId, transportHubName, iata, city }) => ({
    transportHubId,
    label: `${transportHubName} · ${iata ?? city} · ${transportHubId}`,
  }));
}
