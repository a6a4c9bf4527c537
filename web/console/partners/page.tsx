import { usePlace } from '../app/route.ts';
import { PartnerDetails } from './partner-details.tsx';
import { PartnerList } from './partner-list.tsx';

/** Partners: the list of API clients, or one of them by its id. */
export default function Partners() {
  const [clientId] = usePlace().rest;
  return clientId === undefined ? <PartnerList /> : <PartnerDetails key={clientId} clientId={clientId} />;
}
