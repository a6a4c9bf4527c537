import { promises as dns } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/*
 * The addresses of names that customers have chosen. They are asked of the name servers directly and
 * not of the system (getaddrinfo): that one works in the four threads in which this process also
 * signs, hashes passwords and reads files, and waits there for as long as a name server says nothing.
 */

export interface NameSettings {
  /** Name servers as `address:port`; those of the system (resolv.conf) if not given. */
  readonly servers?: readonly string[];
  readonly hostsFile?: string;
  /** Milliseconds for a whole look-up. */
  readonly within?: number;
}

/** Milliseconds that one server gets for one question; it is asked twice. */
const patience = 1_500;
const usualWithin = 4_000;

/** How long the other kind of address is waited for when there is one: some servers never answer for IPv6. */
const secondKindWithin = 500;

/** Gives all addresses of a name, or fails. */
export type LookUp = (host: string) => Promise<readonly { readonly address: string }[]>;

/** Makes a function that looks names up; who asks for one that is being looked up waits for the same answer. */
export function openNames(settings: NameSettings = {}): LookUp {
  const underWay = new Map<string, Promise<readonly { readonly address: string }[]>>();
  return (host) => {
    const name = host.toLowerCase().replace(/\.$/, '');
    const known = underWay.get(name);
    if (known !== undefined) return known;
    const asked = lookUp(name, settings).finally(() => underWay.delete(name));
    underWay.set(name, asked);
    return asked;
  };
}

async function lookUp(name: string, settings: NameSettings): Promise<readonly { readonly address: string }[]> {
  const { hostsFile = '/etc/hosts' } = settings;
  const here = addressesIn(await readFile(hostsFile, 'utf8').catch(() => ''), name);
  const found = here.length > 0 ? here : await ask(name, settings);
  return found.map((address) => ({ address }));
}

/** The addresses of a name in a hosts file. */
export function addressesIn(text: string, name: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim().split(/\s+/))
    .filter(([address = '', ...names]) => isIP(address) !== 0 && names.some((one) => one.toLowerCase() === name))
    .map(([address]) => address!);
}

/**
 * Asks for both kinds of address. A resolver is made for each look-up, so that one name that is slow
 * spoils no other's timing, and so that a resolv.conf that has changed counts.
 */
async function ask(name: string, { servers, within = usualWithin }: NameSettings): Promise<string[]> {
  const resolver = new dns.Resolver({ timeout: patience, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  let timer = setTimeout(() => resolver.cancel(), within);
  const kind = async (asked: Promise<string[]>) => {
    const addresses = await asked;
    clearTimeout(timer);
    timer = setTimeout(() => resolver.cancel(), secondKindWithin);
    return addresses;
  };
  try {
    const kinds = await Promise.allSettled([kind(resolver.resolve4(name)), kind(resolver.resolve6(name))]);
    const addresses = kinds.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const [failure] = kinds.filter((one) => one.status === 'rejected');
    if (addresses.length === 0 && failure !== undefined) throw failure.reason;
    return addresses;
  } finally {
    clearTimeout(timer);
  }
}
