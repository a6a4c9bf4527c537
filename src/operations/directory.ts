import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { Programme, Resource } from '../domain/catalogue.ts';
import type { Database } from '../store/database.ts';
import type { PairedDeviceRow } from '../store/devices.ts';
import { type DirectoryRows, directoryVersion, readDirectory } from '../store/directory.ts';
import type { EndpointRow } from '../store/endpoints.ts';
import type { Client, Device } from './caller.ts';
import type { Log } from './world.ts';

/** A programme with what it offers. */
export interface ProgrammeOffers {
  readonly programme: Programme;
  readonly resources: ReadonlyMap<string, Resource>;
  /** What it offers and what it has withdrawn: where its history took place. */
  readonly everOffered: ReadonlyMap<string, Resource>;
}

/** One picture of programmes, clients and catalogue; replaced whole when anything changes. */
export interface DirectorySnapshot {
  readonly version: number;
  readonly clientsById: ReadonlyMap<string, Client>;
  readonly clientsByIssuer: ReadonlyMap<string, Client>;
  readonly programmes: ReadonlyMap<string, ProgrammeOffers>;
  readonly programmesByPrefix: ReadonlyMap<string, ProgrammeOffers>;
  /** The paired devices of front desks, by the hash of their token; a revoked one is not in it. */
  readonly devicesByToken: ReadonlyMap<string, Device>;
  /** Where events are pushed, by programme; a programme without endpoints is not in it. */
  readonly endpoints: ReadonlyMap<string, readonly EndpointRow[]>;
}

export interface Directory {
  current(): DirectorySnapshot;
  /** Reads again at once if anything changed; a process calls it after its own changes. */
  refresh(): Promise<void>;
  /** As `refresh`, for many who ask at the same time: they share one. */
  confirm(): Promise<void>;
  /** How long ago the picture was last known to be true, in milliseconds; while the machine slept time went on. */
  age(): number;
  close(): void;
}

/** Several times a second, so that a revocation takes effect within one even when a poll is slow. */
const pollEvery = 400;

/**
 * Milliseconds: an older picture decides nothing. A process that was stopped wakes up with requests in its
 * sockets, and with clients that were revoked meanwhile.
 */
export const oldestPicture = 2_000;

/** Opens the directory and keeps it fresh. A poll that fails is logged once and tried again. */
export async function openDirectory(database: Database, log: Log): Promise<Directory> {
  let trueAt = instant();
  let snapshot = snapshotOf(await readDirectory(database), null);
  let failing = false;

  async function refresh(): Promise<void> {
    // What is read may be overtaken while its answer is on the way.
    const asked = instant();
    const version = await directoryVersion(database);
    if (version !== snapshot.version) {
      const rows = await readDirectory(database);
      // A slow read that began before another one ended must not bring back what that one saw revoked.
      if (rows.version > snapshot.version) snapshot = snapshotOf(rows, snapshot);
    }
    trueAt = asked;
    failing = false;
  }

  let confirming: Promise<void> | null = null;
  function confirm(): Promise<void> {
    confirming ??= refresh().finally(() => {
      confirming = null;
    });
    return confirming;
  }

  let polling = false;
  const timer = setInterval(() => {
    if (polling) return;
    polling = true;
    refresh()
      .catch((problem: unknown) => {
        if (!failing) log('warn', 'directory not read', { problem: String(problem) });
        failing = true;
      })
      .finally(() => {
        polling = false;
      });
  }, pollEvery);
  timer.unref();

  return {
    current: () => snapshot,
    refresh,
    confirm,
    age: () => Math.max(performance.now() - trueAt.steady, Date.now() - trueAt.wall),
    close: () => clearInterval(timer),
  };
}

/** By both clocks: the steady one stands still while the machine sleeps. */
function instant() {
  return { steady: performance.now(), wall: Date.now() };
}

function snapshotOf(rows: DirectoryRows, before: DirectorySnapshot | null): DirectorySnapshot {
  const programmes = programmesIn(rows);
  const clients = clientsOf(rows, programmes).map((client) => keepIfSame(client, before));
  return {
    version: rows.version,
    clientsById: new Map(clients.map((client) => [client.clientId, client])),
    clientsByIssuer: new Map(clients.map((client) => [client.issuer, client])),
    programmes,
    programmesByPrefix: programmesByPrefix(rows, programmes),
    devicesByToken: new Map(rows.devices.map((row) => [row.tokenHash, deviceOf(row, programmes)])),
    endpoints: group(rows.endpoints, (endpoint) => endpoint.programId),
  };
}

/**
 * Verified tokens point at the client they were verified for and die with it. A client whose keys
 * and scopes did not change keeps its keys' identity, so that a change elsewhere forgets no token.
 */
function keepIfSame(client: Client, before: DirectorySnapshot | null): Client {
  const old = before?.clientsById.get(client.clientId);
  if (old === undefined || old.secret !== client.secret || old.issuer !== client.issuer) return client;
  if (old.publicKeys.size !== client.publicKeys.size) return client;
  if (old.oldSecret?.secret !== client.oldSecret?.secret || old.oldSecret?.until !== client.oldSecret?.until) {
    return client;
  }
  for (const [kid, key] of client.publicKeys) if (old.publicKeys.get(kid)?.equals(key) !== true) return client;
  return { ...client, secretKey: old.secretKey, oldSecret: old.oldSecret, publicKeys: old.publicKeys };
}

function programmesIn(rows: DirectoryRows): Map<string, ProgrammeOffers> {
  type Open = { programme: Programme; resources: Map<string, Resource>; everOffered: Map<string, Resource> };
  const programmes = new Map<string, Open>();
  for (const { formerPrefixes: _, ...programme } of rows.programs) {
    programmes.set(programme.programId, { programme, resources: new Map(), everOffered: new Map() });
  }
  for (const { programId, withdrawn, ...resource } of rows.offers) {
    const offers = programmes.get(programId);
    offers?.everOffered.set(resource.resourceId, resource);
    if (!withdrawn) offers?.resources.set(resource.resourceId, resource);
  }
  return programmes;
}

/** A programme is found by the prefix it has and by those it had; they are never another's. */
function programmesByPrefix(
  rows: DirectoryRows,
  programmes: ReadonlyMap<string, ProgrammeOffers>,
): Map<string, ProgrammeOffers> {
  return new Map(
    rows.programs.flatMap(({ programId, issuerPrefix, formerPrefixes }) =>
      [...formerPrefixes, issuerPrefix].map((prefix) => [prefix, programmes.get(programId)!] as const),
    ),
  );
}

function clientsOf(rows: DirectoryRows, programmes: ReadonlyMap<string, ProgrammeOffers>): Client[] {
  const keys = group(rows.keys, (key) => key.clientId);
  const programs = group(rows.clientPrograms, (row) => row.clientId);
  const resources = group(rows.clientResources, (row) => row.clientId);
  return rows.clients.map((row) => ({
    kind: 'client',
    clientId: row.clientId,
    issuer: row.issuer,
    scopes: new Set(row.scopes),
    ratePerMinute: row.ratePerMinute,
    secret: row.secret,
    secretKey: keyOfSecret(row.secret),
    oldSecret:
      row.oldSecret === null
        ? null
        : { secret: row.oldSecret, secretKey: keyOfSecret(row.oldSecret), until: row.oldSecretUntil! },
    publicKeys: new Map((keys.get(row.clientId) ?? []).map((key) => [key.kid, createPublicKey(key.publicKey)])),
    programs: new Map(
      (programs.get(row.clientId) ?? []).flatMap(({ programId }) => {
        // A programme that came between two of the reads is in the next picture.
        const offers = programmes.get(programId);
        return offers === undefined ? [] : [[programId, offers.programme] as const];
      }),
    ),
    resources: new Set((resources.get(row.clientId) ?? []).map(({ resourceId }) => resourceId)),
  }));
}

function keyOfSecret(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret, 'utf8'));
}

/** Requests a minute of one device: more than any hands can scan. */
const deviceRate = 600;

/** A device stands at one door, for its own programme or for every one that offers the place. */
function deviceOf(row: PairedDeviceRow, programmes: ReadonlyMap<string, ProgrammeOffers>): Device {
  const admitted = [...programmes.values()]
    .filter(({ everOffered }) => everOffered.has(row.resourceId))
    .map(({ programme }) => programme)
    .filter(({ programId }) => row.everyProgram || programId === row.programId);
  return {
    kind: 'device',
    clientId: `device:${row.deviceId}`,
    scopes: new Set(['venue']),
    ratePerMinute: deviceRate,
    programs: new Map(admitted.map((programme) => [programme.programId, programme])),
    resources: new Set([row.resourceId]),
  };
}

function group<T>(rows: readonly T[], by: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = by(row);
    const rowsOfKey = groups.get(key);
    if (rowsOfKey === undefined) groups.set(key, [row]);
    else rowsOfKey.push(row);
  }
  return groups;
}
