import { describe, expect, it } from '@jest/globals';
import { Backoff } from './backoff.ts';
import { VersionFilter } from './version-filter.ts';

describe('the waiting time between two tries', () => {
  it('doubles up to its most, starts over after a success, and is spread by up to a half [GW-1]', () => {
    const slowest = new Backoff({ firstMs: 100, maxMs: 1000, random: () => 0 });
    expect(Array.from({ length: 6 }, () => slowest.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
    slowest.reset();
    expect(slowest.next()).toBe(100);
    const fastest = new Backoff({ firstMs: 100, random: () => 0.999_999 });
    expect(fastest.next()).toBeCloseTo(50, 3);
  });

  it('stays finite however often it fails [GW-1]', () => {
    const backoff = new Backoff({ maxMs: 5000, random: () => 0 });
    expect(Array.from({ length: 5000 }, () => backoff.next()).at(-1)).toBe(5000);
  });
});

describe('a version filter', () => {
  it('at version 3 ignores version 2, takes 3 again and 4 [GW-2]', () => {
    const filter = new VersionFilter();
    expect(filter.version).toBe(0);
    expect([0, 3, 2, 3, 4, 3].map((version) => filter.accepts({ version }))).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
    expect(filter.version).toBe(4);
  });

  it('ignores what is no version [GW-2]', () => {
    const filter = new VersionFilter();
    expect([-1, 1.5, NaN, Infinity].map((version) => filter.accepts({ version }))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(filter.version).toBe(0);
  });
});
