/**
 * Where requests to addresses that people typed may go. A name is resolved once, every address that it
 * gives is judged, and the connection goes to the address that was judged: what the name says a moment
 * later does not count.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { AppError } from '@apiary/common/errors.ts';

/** IANA's special-purpose IPv4 registry, and what is not unicast. */
const IPV4_SPECIAL = blockList('ipv4', [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]);
/** IPv6 that is routed at all. */
const IPV6_GLOBAL = blockList('ipv6', [['2000::', 3]]);
/** Within it: protocols that carry an IPv4 address, documentation, benchmarks. */
const IPV6_SPECIAL = blockList('ipv6', [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]);

function blockList(family: 'ipv4' | 'ipv6', subnets: readonly (readonly [string, number])[]) {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, family);
  return list;
}

/** True for anything but a public unicast address: loopback, private, link-local, reserved, embedded. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return IPV4_SPECIAL.check(address, 'ipv4');
  if (family !== 6) return true;
  const bare = address.split('%')[0] ?? '';
  return !IPV6_GLOBAL.check(bare, 'ipv6') || IPV6_SPECIAL.check(bare, 'ipv6');
}

/** Resolves a name to all its addresses. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** The machine's own resolver. */
export const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

/**
 * The address to connect to for a host of a URL or a setting.
 *
 * @throws AppError `address-forbidden` when any address of the name is private and that is not allowed;
 * whatever the resolver throws
 */
export async function outboundAddress(
  host: string,
  options: { readonly allowPrivate: boolean; readonly resolve: Resolve },
): Promise<string> {
  const bare = host.replace(/^\[|\]$/g, '');
  const addresses = isIP(bare) ? [bare] : await options.resolve(bare);
  const [first] = addresses;
  if (first === undefined) throw new Error(`${bare} has no address`);
  const forbidden = options.allowPrivate ? undefined : addresses.find(isPrivateAddress);
  if (forbidden !== undefined) {
    const message = `${bare} leads to ${forbidden}, which is private: allow it in the channel's set-up`;
    throw new AppError('address-forbidden', message);
  }
  return first;
}
