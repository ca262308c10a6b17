import { lookup as resolveName } from 'node:dns';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AddressRefusedError } from './webhooks.errors.ts';

/** Addresses that may be sent to although they are not public, such as `127.0.0.0/8`. */
export type AllowedNetworks = readonly string[];

/**
 * Whether something may be sent to an address: a public one, or one of an allowed network. Loopback, private and
 * link-local addresses, those of cloud metadata among them, and IPv6 that wraps another address are not.
 */
export function mayReach(address: string, allowed: AllowedNetworks): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'unicast') return true;
  return allowed.some((network) => {
    const [base, bits] = ipaddr.parseCIDR(network);
    return parsed.kind() === base.kind() && parsed.match(base, bits);
  });
}

/** The address that stands in a URL instead of a name, or null. */
export function literalAddress(hostname: string): string | null {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(bare) ? bare : null;
}

/**
 * Resolves names for a connection and refuses it where one of the addresses may not be reached: what was checked is what
 * is connected to, whatever the name says the next time.
 */
export function guardedLookup(allowed: AllowedNetworks): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0);
      const refused = addresses.find(({ address }) => !mayReach(address, allowed));
      if (refused) return callback(new AddressRefusedError(hostname, refused.address), '', 0);
      const [first] = addresses;
      if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family ?? 0);
    });
  };
}
