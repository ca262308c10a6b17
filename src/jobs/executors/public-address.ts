import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { trustOf } from '../../kernel/trusted-proxies.ts';
import { AddressDeniedError } from '../jobs.errors.ts';

/** Whether steps may connect to an IP address. */
export type Reachable = (address: string) => boolean;

/**
 * Whether an address is one of the public internet: not this machine, its network, link-local (cloud metadata), multicast,
 * reserved, nor an IPv6 form that carries one of those.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // ::ffff:127.0.0.1 is 127.0.0.1.
  return ipaddr.process(address).range() === 'unicast';
}

/** Public addresses, and those of ranges such as `10.0.0.0/8,127.0.0.1`. Throws TypeError for what is no range. */
export function reachableWith(ranges: string | undefined): Reachable {
  const isNamed = trustOf(ranges);
  return (address) => isPublicAddress(address) || isNamed(address, 0);
}

/** Throws AddressDeniedError where the host of a URL is an address itself, and not a reachable one. */
export function refuseLiteral(host: string, isReachable: Reachable): void {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isReachable(bare)) throw new AddressDeniedError(host, bare);
}

/**
 * Resolves names for a connection and refuses it where any of the addresses is not reachable. As the connection goes to
 * what was checked, a name that is resolved to something else a moment later changes nothing.
 */
export function guardedLookup(isReachable: Reachable): LookupFunction {
  return (host, options, callback) => {
    lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const denied = addresses.find(({ address }) => !isReachable(address));
      if (denied) return callback(new AddressDeniedError(host, denied.address), []);
      const [first] = addresses;
      if (options.all || !first) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
