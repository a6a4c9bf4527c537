import type { Static } from 'typebox';
import { formatInstant, type Instant } from '../domain/instant.ts';
import type { HubRequest, PlaceRequest } from '../domain/place.ts';
import type { ProgrammeChange, ProgrammeSettings } from '../domain/programme.ts';
import type {
  HubBody,
  HubChangeBody,
  Programme,
  ProgrammeChangeBody,
  ResourceChangeBody,
} from './schemas-management.ts';

/** A programme as the wire has it. */
export function programmeAnswerOf(
  programme: ProgrammeSettings & { readonly createdAt: Instant },
  counts: Static<typeof Programme>['counts'],
): Static<typeof Programme> {
  const { programId, name, issuerPrefix, sandbox, modules, crossModules, expiringDays, createdAt } = programme;
  const { passes, resources, clients, endpoints } = counts;
  return {
    programId,
    name,
    issuerPrefix,
    sandbox,
    modules: [...modules],
    crossModules: [...crossModules] as Static<typeof Programme>['crossModules'],
    expiringDays,
    createdDate: formatInstant(createdAt),
    counts: { passes, resources, clients, endpoints },
  };
}

/** The change of a programme, without what was not sent. */
export function programmeChangeOf(body: Static<typeof ProgrammeChangeBody>): ProgrammeChange {
  return body as ProgrammeChange;
}

/** A transport hub as it is asked for, in our words. */
export function hubRequestOf(body: Static<typeof HubBody> | Static<typeof HubChangeBody>): HubRequest {
  const { transportHubName: name, timezone: zone, iata, city, countryOrRegion, latitude, longitude } = body;
  return { name, iata, city, countryOrRegion, zone, latitude, longitude };
}

/** A place as it is asked for, in our words. */
export function placeRequestOf(
  body: Pick<Static<typeof ResourceChangeBody>, 'resourceName' | 'location' | 'coordinates' | 'image'>,
): PlaceRequest {
  const { resourceName: name, location, coordinates, image } = body;
  return { name, location, coordinates, image };
}
