import { BlockList, isIP } from 'node:net';

/*
 * Which addresses the product may connect to on behalf of somebody else: the public ones, and what
 * the operator has allowed. The lists are IANA's special-purpose registries for IPv4 and IPv6.
 */

const notPublic4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

/** Of IPv6 only 2000::/3 is public, without these: Teredo and its neighbours, documentation, 6to4. */
const notPublic6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

function listOf(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [address, prefix] = subnet.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

const blocked4 = listOf(notPublic4);
const blocked6 = listOf(notPublic6);
const global6 = listOf(['2000::/3']);
const translated = listOf(['::ffff:0:0/96', '64:ff9b::/96']);

/** The IPv4 address within a mapped or a translated (NAT64) IPv6 address; any other address as it is. */
export function plainAddress(address: string): string {
  if (isIP(address) !== 6 || !translated.check(address, 'ipv6')) return address;
  const tail = new URL(`http://[${address}]`).hostname.slice(1, -1).split(':').slice(-2);
  const [high = 0, low = 0] = tail.map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether an address is one of the public internet's, and leads to no other one. */
export function isPublicAddress(address: string): boolean {
  const plain = plainAddress(address);
  if (isIP(plain) === 4) return !blocked4.check(plain, 'ipv4');
  return isIP(plain) === 6 && global6.check(plain, 'ipv6') && !blocked6.check(plain, 'ipv6');
}

/** Names that lead nowhere but into somebody's own network. */
const privateNames = ['localhost', 'local', 'internal', 'intranet', 'lan', 'home.arpa', 'test', 'invalid', 'onion'];

/** Whether a host may be public by what it is called: an address by the rule above, a name unless it is private for sure. */
export function isPublicHost(host: string): boolean {
  if (isIP(host) !== 0) return isPublicAddress(host);
  return host.includes('.') && !privateNames.some((name) => host === name || host.endsWith(`.${name}`));
}

/** What the operator allows although it is not public (PUSH_ALLOW_PRIVATE). */
export interface Allowance {
  /** A host by its name, or an address within an allowed range. */
  allowsHost(host: string): boolean;
  allowsAddress(address: string): boolean;
}

/** Reads a list of hosts, addresses and ranges (`10.1.0.0/16`), separated by commas. Throws on anything else. */
export function readAllowance(text: string): Allowance {
  const items = text
    .split(',')
    .map((item) => item.trim().toLowerCase())
    .filter((item) => item !== '');
  const names = new Set(items.filter((item) => !item.includes('/') && isIP(item) === 0));
  for (const name of names) if (!/^[a-z0-9.-]+$/.test(name)) throw new Error(`${name} is no host, address or range`);
  const ranges = listOf(items.filter((item) => !names.has(item)).map(rangeOf));
  const allowsAddress = (address: string) => {
    const plain = plainAddress(address);
    return isIP(plain) !== 0 && ranges.check(plain, familyOf(plain));
  };
  return {
    allowsAddress,
    allowsHost: (host) => names.has(host.toLowerCase().replace(/\.$/, '')) || allowsAddress(host),
  };
}

function rangeOf(item: string): string {
  const [address = '', prefix, more] = item.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  if (isIP(address) === 0 || more !== undefined) throw new Error(`${item} is no range of addresses`);
  if (prefix === undefined) return `${address}/${bits}`;
  if (!/^[0-9]{1,3}$/.test(prefix) || Number(prefix) > bits) throw new Error(`${item} is no range of addresses`);
  return item;
}
