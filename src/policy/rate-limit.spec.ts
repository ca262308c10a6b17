import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RateLimitedError } from './policy.errors.ts';
import { RateLimit } from './rate-limit.ts';

const rate = { perSecond: 10, burst: 5 };

function taken(limit: RateLimit, caller: string, times: number): number {
  let count = 0;
  for (let index = 0; index < times; index++) {
    try {
      limit.take(caller);
      count++;
    } catch (error) {
      if (!(error instanceof RateLimitedError)) throw error;
    }
  }
  return count;
}

describe('rate limits (PL-3)', () => {
  it('let a burst through, then so many a second, each caller on its own', () => {
    let now = 0;
    const limit = new RateLimit(rate, () => now);
    expect(taken(limit, 'a', 20)).toBe(5);
    expect(taken(limit, 'b', 20)).toBe(5);
    now += 250;
    expect(taken(limit, 'a', 20)).toBe(2);
    now += 60_000;
    expect(taken(limit, 'a', 20)).toBe(5);
  });

  it('say after which time it works again, and take nothing when they refuse', () => {
    let now = 0;
    const limit = new RateLimit(rate, () => now);
    taken(limit, 'a', 5);
    for (let times = 0; times < 50; times++) expect(() => limit.take('a')).toThrow('ask again in 100 ms');
    now += 100;
    expect(() => limit.take('a')).not.toThrow();
  });

  it('never let more through than the burst and the rate give, however they are asked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(500), { maxLength: 100 }), (pauses) => {
        let now = 0;
        const limit = new RateLimit(rate, () => now);
        let count = 0;
        for (const pause of pauses) {
          now += pause;
          count += taken(limit, 'a', 3);
        }
        expect(count).toBeLessThanOrEqual(rate.burst + Math.floor((now * rate.perSecond) / 1000) + 1e-9);
      }),
    );
  });

  it('remember no more than 10,000 callers, and none for longer than their bucket needs to fill', () => {
    let now = 0;
    const limit = new RateLimit(rate, () => now);
    for (let caller = 0; caller < 50_000; caller++) limit.take(`address ${caller}`);
    expect(limit.size).toBeLessThanOrEqual(10_000);
    now += 1000;
    limit.take('the next');
    expect(limit.size).toBe(1);
  });
});
