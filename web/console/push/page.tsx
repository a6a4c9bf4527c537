import { usePlace } from '../app/route.ts';
import { DeliveryDetails } from './delivery-details.tsx';
import { EndpointDetails } from './endpoint-details.tsx';
import { EndpointList } from './endpoint-list.tsx';

/** Push events: the endpoints, one of them with its deliveries, or one delivery with its attempts. */
export default function Push() {
  const [endpointId, eventId] = usePlace().rest;
  if (endpointId === undefined) return <EndpointList />;
  if (eventId === undefined) return <EndpointDetails key={endpointId} endpointId={endpointId} />;
  return <DeliveryDetails key={eventId} endpointId={endpointId} eventId={eventId} />;
}
