import { describe, expect, it } from '@jest/globals';
import { guardedLookup, literalAddress, mayReach } from './outgoing-address.ts';
import { AddressRefusedError } from './webhooks.errors.ts';

describe('where webhooks may send to', () => {
  it.each([
    '127.0.0.1',
    '127.8.9.1',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'ff02::1',
    'no address',
  ])('is not %s [PL-3]', (address) => {
    expect(mayReach(address, [])).toBe(false);
  });

  it('are public addresses, and those of the networks that are allowed alone [PL-3]', () => {
    for (const address of ['93.184.215.14', '2606:2800:21f:cb07::1']) expect(mayReach(address, [])).toBe(true);
    expect(mayReach('127.0.0.1', ['127.0.0.0/8'])).toBe(true);
    expect(mayReach('::ffff:127.0.0.1', ['127.0.0.0/8'])).toBe(true);
    expect(mayReach('10.0.0.1', ['127.0.0.0/8', '::1/128'])).toBe(false);
  });

  it('knows addresses however they are written in a URL, and names from them', () => {
    const host = (url: string) => literalAddress(new URL(url).hostname);
    expect(host('http://[::1]:80/')).toBe('::1');
    expect(host('http://2130706433/')).toBe('127.0.0.1');
    expect(host('http://0x7f.1/')).toBe('127.0.0.1');
    expect(host('http://example.com/')).toBeNull();
  });

  it('is looked at where a name is resolved for the connection [PL-3]', async () => {
    const lookup = (allowed: string[]) =>
      new Promise((resolve) =>
        guardedLookup(allowed)('localhost', { all: false }, (error, found) => resolve(error ?? found)),
      );
    expect(await lookup([])).toBeInstanceOf(AddressRefusedError);
    expect(await lookup(['127.0.0.0/8', '::1/128'])).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});
