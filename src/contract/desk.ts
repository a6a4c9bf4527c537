import type { Static } from 'typebox';
import type { Programme, Resource } from '../domain/catalogue.ts';
import { formatInstant, formatInstantOrNull, type Instant } from '../domain/instant.ts';
import type { CurrentDevice, Device } from './schemas-desk.ts';

/** A device as it is kept. */
export interface DeviceFacts {
  readonly deviceId: string;
  readonly programId: string;
  readonly name: string;
  readonly resourceId: string;
  readonly everyProgram: boolean;
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly pairingUntil: Instant;
  readonly pairedAt: Instant | null;
  readonly revokedAt: Instant | null;
}

function stateOf(device: DeviceFacts, now: Instant): Static<typeof Device>['state'] {
  if (device.revokedAt !== null) return 'revoked';
  if (device.pairedAt !== null) return 'paired';
  return now < device.pairingUntil ? 'waiting' : 'expired';
}

/** A device as the wire has it; its state is derived from the clock, not kept. */
export function deviceOf(device: DeviceFacts, resource: Resource, now: Instant): Static<typeof Device> {
  return {
    deviceId: device.deviceId,
    programId: device.programId,
    name: device.name,
    resourceId: device.resourceId,
    resourceName: resource.name,
    everyProgram: device.everyProgram,
    state: stateOf(device, now),
    createdDate: formatInstant(device.createdAt),
    createdBy: device.createdBy,
    pairedDate: formatInstantOrNull(device.pairedAt),
    revokedDate: formatInstantOrNull(device.revokedAt),
  };
}

/** A programme as a device meets it: the place as the programme offers it, and its neighbours. */
export interface ProgrammeAtPlace {
  readonly programme: Programme;
  readonly resource: Resource;
  readonly resources: Iterable<Resource>;
  /** By the programme's clock. */
  readonly now: Instant;
}

/** More neighbours are not told: a desk names the ones it meets by their ids then. */
const mostNeighbours = 100;

/** What a device is told of itself, its place and the programmes it admits for. */
export function currentDeviceOf(
  device: DeviceFacts,
  resource: Resource,
  programmes: readonly ProgrammeAtPlace[],
  now: Instant,
): Static<typeof CurrentDevice> {
  const { hub } = resource;
  return {
    device: deviceOf(device, resource, now),
    place: {
      resourceId: resource.resourceId,
      resourceName: resource.name,
      module: resource.module,
      city: hub.city,
      transportHubName: hub.name,
      location: resource.location,
      timezone: hub.zone,
    },
    programmes: programmes.map((at) => ({
      programId: at.programme.programId,
      programName: at.programme.name,
      issuerPrefix: at.programme.issuerPrefix,
      sandbox: at.programme.sandbox,
      childrenCount: at.resource.childrenCount,
      open: at.resource.closure === null,
      now: formatInstant(at.now),
      resources: [...at.resources]
        .filter((other) => other.hub.transportHubId === hub.transportHubId)
        .slice(0, mostNeighbours)
        .map((other) => ({ resourceId: other.resourceId, resourceName: other.name })),
    })),
  };
}
