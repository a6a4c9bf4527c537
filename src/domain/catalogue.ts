import type { Instant } from './instant.ts';
import type { Module } from './module.ts';

/** A programme: what one issuer offers, and the wall that no data crosses. */
export interface Programme {
  readonly programId: string;
  readonly name: string;
  /** The first four digits of its pass ids, like a card's. */
  readonly issuerPrefix: string;
  readonly sandbox: boolean;
  readonly modules: readonly number[];
  /** What its cross-module passes cover. */
  readonly crossModules: readonly Module[];
  /** By how much its test clock is ahead of the real one, in milliseconds; always 0 when live. */
  readonly clockOffset: number;
}

/** An airport, station or city that resources stand in. */
export interface TransportHub {
  readonly transportHubId: string;
  readonly name: string;
  readonly iata: string | null;
  readonly city: string;
  readonly countryOrRegion: string;
  /** IANA zone. */
  readonly zone: string;
  readonly latitude: number;
  readonly longitude: number;
}

export interface Closure {
  readonly at: Instant;
  readonly reason: string;
}

/** A place where passes are used, as one programme offers it. */
export interface Resource {
  readonly resourceId: string;
  readonly module: Module;
  readonly name: string;
  readonly hub: TransportHub;
  /** Where in the hub: terminal, floor, gate. */
  readonly location: string;
  readonly image: string | null;
  readonly latitude: number;
  readonly longitude: number;
  /** Whether a child takes a usage. */
  readonly childrenCount: boolean;
  readonly closure: Closure | null;
}

/** An airport as reference data has it, whether or not a programme has a resource there. */
export interface KnownAirport {
  readonly iata: string;
  readonly name: string;
  /** Empty for some airstrips. */
  readonly city: string;
  readonly countryOrRegion: string;
  /** IANA zone. */
  readonly zone: string;
  readonly latitude: number;
  readonly longitude: number;
}

/** What is known of the world from reference data: airports, countries and time zones. */
export interface Geography {
  isAirport(iata: string): boolean;
  airportOf(iata: string): KnownAirport | null;
  /** What is wrong with the name of a time zone, or null. */
  zoneProblem(zone: string): string | null;
  /** Whether it is an ISO 3166-1 alpha-2 code. */
  isCountry(code: string): boolean;
  /** The code that was probably meant, or null. */
  countryHint(code: string): string | null;
  countryName(code: string, language: string): string;
  continentOf(country: string): string | null;
}

/** What the issuing rules need to know: which places there are. */
export interface Places extends Pick<Geography, 'isAirport' | 'isCountry' | 'countryHint'> {
  moduleOfResource(resourceId: string): number | undefined;
}
