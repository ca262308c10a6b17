import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConnectionLimits, type Place } from './connection-limits.ts';
import { TooManyConnectionsError, TooManyConnectionsOfAddressError } from './gateway.errors.ts';

type Step =
  | { readonly kind: 'admit'; readonly address: string }
  | { readonly kind: 'promote' | 'release'; readonly index: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('admit' as const), address: fc.constantFrom('a', 'b', 'c') }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('promote' as const, 'release' as const), index: fc.nat(30) }),
  },
);

/** What a place stands for, kept by the test on its own. */
interface Taken {
  readonly place: Place;
  readonly address: string;
  promoted: boolean;
  released: boolean;
}

describe('connection limits', () => {
  it('refuse exactly what would pass a limit, in whatever order connections come and go [GW-10]', () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 80 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 8 }),
        (steps, maxPerAddress, maxConnections) => {
          const limits = new ConnectionLimits({ maxPerAddress, maxConnections });
          const taken: Taken[] = [];
          const open = () => taken.filter(({ released }) => !released);
          const counted = () => open().filter(({ promoted }) => !promoted);
          for (const each of steps) {
            if (each.kind === 'admit') {
              const own = counted().filter(({ address }) => address === each.address).length;
              const enter = () => limits.admit(each.address);
              if (own >= maxPerAddress) expect(enter).toThrow(TooManyConnectionsOfAddressError);
              else if (open().length >= maxConnections) expect(enter).toThrow(TooManyConnectionsError);
              else taken.push({ place: enter(), address: each.address, promoted: false, released: false });
            } else {
              // Any of them, also one that is gone: both are safe to repeat.
              const one = taken[each.index % (taken.length || 1)];
              one?.place[each.kind]();
              if (one) one[each.kind === 'promote' ? 'promoted' : 'released'] = true;
            }
            expect(limits.connections).toBe(open().length);
            expect(limits.addresses).toBe(new Set(counted().map(({ address }) => address)).size);
          }
          for (const { place } of taken) place.release();
          expect({ connections: limits.connections, addresses: limits.addresses }).toEqual({
            connections: 0,
            addresses: 0,
          });
        },
      ),
    );
  });

  it('say which limit it is and which setting moves it, in the 123 bytes that a close may carry [GW-10]', () => {
    const errors = [new TooManyConnectionsOfAddressError(1_000_000), new TooManyConnectionsError(1_000_000)];
    const reasons = errors.map(({ code, message }) => `${code}: ${message}`);
    expect(reasons[0]).toMatch(/^TOO_MANY_CONNECTIONS_OF_ADDRESS: 1000000 .*SOCKET_MAX_PER_ADDRESS/);
    expect(reasons[1]).toMatch(/^TOO_MANY_CONNECTIONS: 1000000 .*SOCKET_MAX_CONNECTIONS/);
    for (const reason of reasons) expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });
});
