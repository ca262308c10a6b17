import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare, concurrent, happensBefore, merge, tick, type VectorClock, vectorClockIssue } from './vector-clock.ts';

// Few processes and small counters, so that clocks that are equal, ordered and concurrent all come up often.
const clock = fc.dictionary(fc.constantFrom('p1', 'p2', 'p3'), fc.nat(3), { noNullPrototype: true });

describe('vector clocks', () => {
  it('raises exactly one counter by exactly one and leaves its input alone [EV-10]', () => {
    fc.assert(
      fc.property(clock, fc.constantFrom('p1', 'p2', 'p9'), (before, processId) => {
        const copy = { ...before };
        const after = tick(Object.freeze(before), processId);
        expect(after).toEqual({ ...copy, [processId]: (copy[processId] ?? 0) + 1 });
      }),
    );
  });

  it('merges to the larger of each counter and leaves its inputs alone [EV-10]', () => {
    expect(merge(Object.freeze({ p1: 5 }), Object.freeze({ p1: 3, p2: 1 }))).toEqual({ p1: 5, p2: 1 });
    expect(merge({}, { p1: 0 })).toEqual({ p1: 0 });
  });

  it.each<[VectorClock, VectorClock]>([
    [{ p1: 3 }, { p1: 5 }],
    [{ p1: 1 }, { p1: 1, p2: 1 }],
    [{ p1: 0 }, { p1: 1 }],
    [{ p1: 1, p2: 0 }, { p1: 2 }],
  ])('knows that %j happened before %j [EV-11]', (a, b) => {
    expect(happensBefore(a, b)).toBe(true);
    expect(happensBefore(b, a)).toBe(false);
    expect(concurrent(a, b)).toBe(false);
    expect([compare(a, b), compare(b, a)]).toEqual(['before', 'after']);
  });

  it.each<[VectorClock, VectorClock, string]>([
    [{}, {}, 'equal'],
    [{ p1: 5, p2: 3 }, { p1: 5, p2: 3 }, 'equal'],
    [{ p1: 5 }, { p1: 5, p2: 0 }, 'equal'],
    [{}, { p1: 1 }, 'concurrent'],
    [{ p1: 1 }, { p2: 1 }, 'concurrent'],
    [{ p1: 2, p2: 1 }, { p1: 1, p2: 2 }, 'concurrent'],
  ])('finds no order between %j and %j: %s [EV-11]', (a, b, order) => {
    expect([happensBefore(a, b), happensBefore(b, a)]).toEqual([false, false]);
    expect(concurrent(a, b)).toBe(true);
    expect([compare(a, b), compare(b, a)]).toEqual([order, order]);
  });

  it('reads counters of processes that are called like a property of every object [EV-11]', () => {
    expect(tick({}, 'constructor')).toEqual({ constructor: 1 });
    expect(happensBefore({ p1: 1 }, { p1: 1, toString: 1 })).toBe(true);
    expect(merge({ valueOf: 2 }, { hasOwnProperty: 1 })).toEqual({ valueOf: 2, hasOwnProperty: 1 });
  });

  it('refuses a tick past the safe integers instead of wrapping [EV-12]', () => {
    expect(tick({ p: Number.MAX_SAFE_INTEGER - 1 }, 'p')).toEqual({ p: Number.MAX_SAFE_INTEGER });
    expect(() => tick({ p: Number.MAX_SAFE_INTEGER }, 'p')).toThrow(
      /vectorClock\.p: cannot be raised above 9007199254740991/,
    );
  });

  it.each([{ p: -1 }, { p: 0.5 }, { p: 2 ** 63 }, { p: NaN }, { p: '1' }, { p: null }, [], null, 'clock', 7])(
    'refuses %j as a clock [EV-12]',
    (value) => {
      expect(vectorClockIssue(value)).not.toBeNull();
    },
  );

  it('is a strict partial order [EV-14]', () => {
    fc.assert(
      fc.property(clock, clock, clock, (a, b, c) => {
        expect(happensBefore(a, a)).toBe(false);
        if (happensBefore(a, b)) expect(happensBefore(b, a)).toBe(false);
        if (happensBefore(a, b) && happensBefore(b, c)) expect(happensBefore(a, c)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('merges commutatively, associatively and idempotently, to a clock that is not before its parts [EV-14]', () => {
    fc.assert(
      fc.property(clock, clock, clock, (a, b, c) => {
        expect(merge(a, b)).toEqual(merge(b, a));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, a)).toEqual(a);
        expect(happensBefore(merge(a, b), a)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('finds exactly one of before, after, equal and concurrent [EV-14]', () => {
    fc.assert(
      fc.property(clock, clock, (a, b) => {
        const before = happensBefore(a, b);
        const after = happensBefore(b, a);
        const equal = !before && !after && JSON.stringify(nonZero(a)) === JSON.stringify(nonZero(b));
        const found = [before, after, equal, !before && !after && !equal];
        expect(found.filter(Boolean)).toHaveLength(1);
        expect(compare(a, b)).toBe(['before', 'after', 'equal', 'concurrent'][found.indexOf(true)]);
      }),
      { numRuns: 2000 },
    );
  });
});

function nonZero(clock: VectorClock): [string, number][] {
  return Object.entries(clock)
    .filter(([, counter]) => counter > 0)
    .sort();
}
