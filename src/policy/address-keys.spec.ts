import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { trustOf } from '../kernel/trusted-proxies.ts';
import { AddressKeys } from './address-keys.ts';

const PROXY = '10.0.0.1';
const keys = new AddressKeys(trustOf(`${PROXY}, 192.168.0.0/16`));

/** A request that came over TCP from a peer, with what it says of whom it speaks for. */
function from(peer: string | undefined, forwardedFor?: string): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  if (forwardedFor !== undefined) request.headers['x-forwarded-for'] = forwardedFor;
  return request;
}

const keyOf = (peer: string | undefined, forwardedFor?: string) => keys.keyOf(from(peer, forwardedFor));

describe('the key of an address', () => {
  it('is the same for one address and another for each other, and holds none of it [GW-10]', () => {
    expect(keyOf('203.0.113.1')).toBe(keyOf('203.0.113.1'));
    expect(keyOf('203.0.113.1')).not.toBe(keyOf('203.0.113.2'));
    expect(keyOf('203.0.113.1')).toMatch(/^[\w-]{43}$/);
  });

  it('is another in each process, so that nobody can try out which address it is [GW-10]', () => {
    expect(new AddressKeys(trustOf(undefined)).keyOf(from('203.0.113.1'))).not.toBe(keyOf('203.0.113.1'));
  });

  it('is one for an IPv4 address however it is written, and one for a network of IPv6 [GW-10]', () => {
    expect(keyOf('::ffff:203.0.113.1')).toBe(keyOf('203.0.113.1'));
    expect(keyOf('::ffff:cb00:7101')).toBe(keyOf('203.0.113.1'));
    expect(keyOf('2001:db8:0:1::1')).toBe(keyOf('2001:db8:0:1:ffff::9'));
    expect(keyOf('2001:db8:0:1::1')).not.toBe(keyOf('2001:db8:0:2::1'));
  });

  it('is that of the client behind trusted proxies, however many [GW-10]', () => {
    expect(keyOf(PROXY, '203.0.113.1')).toBe(keyOf('203.0.113.1'));
    expect(keyOf(PROXY, '203.0.113.1, 192.168.3.4')).toBe(keyOf('203.0.113.1'));
    expect(keyOf(`::ffff:${PROXY}`, '203.0.113.1')).toBe(keyOf('203.0.113.1'));
  });

  it('is not moved by what anybody else says: before a trusted proxy, or without one [GW-10]', () => {
    expect(keyOf('203.0.113.1', '198.51.100.7')).toBe(keyOf('203.0.113.1'));
    expect(keyOf(PROXY, '198.51.100.7, 203.0.113.1')).toBe(keyOf('203.0.113.1'));
    const trusting = new AddressKeys(trustOf(undefined));
    expect(trusting.keyOf(from(PROXY, '203.0.113.1'))).toBe(trusting.keyOf(from(PROXY, '203.0.113.2')));
  });

  it('is that of the proxy where it names no address, whose number could be anything [GW-10]', () => {
    for (const odd of ['unknown', '203.0.113.1:4711', '_hidden', '']) expect(keyOf(PROXY, odd)).toBe(keyOf(PROXY));
  });

  it('is one for all whose address is gone already [GW-10]', () => {
    expect(keyOf(undefined, '203.0.113.1')).toBe(keyOf(undefined));
    expect(keyOf(undefined)).toMatch(/^[\w-]{43}$/);
  });
});
