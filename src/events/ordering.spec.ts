import { describe, expect, it } from '@jest/globals';
import { checkMonotonic, type CodeStand, filterStale, isReportValidForCurrentCode } from './ordering.ts';
import { storedEvent } from '../../test/support/stored-event.ts';

const correction: CodeStand = { codeVersion: 2, vectorClock: { p1: 5, p2: 1 }, codeHash: 'aa' };
const later = { p1: 6, p2: 1 };
const concurrent = { p1: 4, p2: 2 };
const earlier = { p1: 4, p2: 1 };

describe('whether a bug report still speaks of the current code', () => {
  it.each<[string, Partial<CodeStand>, boolean, string]>([
    ['an older version', { codeVersion: 1, vectorClock: later }, false, 'version'],
    ['an impossible, newer version', { codeVersion: 3, vectorClock: later }, false, 'futureVersion'],
    ['a clock before the correction, the version matching', { vectorClock: earlier }, false, 'clock'],
    ['a later clock and the same code', { vectorClock: later }, true, 'hash'],
    ['a later clock and other code', { vectorClock: later, codeHash: 'bb' }, false, 'hash'],
    ['a concurrent clock and the same code', { vectorClock: concurrent }, true, 'hash'],
    ['a concurrent clock and other code', { vectorClock: concurrent, codeHash: 'bb' }, false, 'hash'],
    ['a concurrent clock and no hash', { vectorClock: concurrent, codeHash: null }, true, 'clock'],
    ['an earlier clock and no hash', { vectorClock: earlier, codeHash: undefined }, false, 'clock'],
    ['an empty clock', { vectorClock: {} }, true, 'hash'],
  ])('is decided for %s [EV-50]', (_what, change, valid, decidedBy) => {
    const report: CodeStand = { ...correction, ...change };
    expect(isReportValidForCurrentCode(report, correction)).toEqual({ valid, decidedBy });
  });

  it('does without the hash of the correction too [EV-50]', () => {
    const report = { codeVersion: 2, vectorClock: concurrent, codeHash: 'bb' };
    for (const codeHash of [null, undefined, '']) {
      expect(isReportValidForCurrentCode(report, { ...correction, codeHash })).toEqual({
        valid: true,
        decidedBy: 'clock',
      });
    }
  });
});

describe('the order of code versions', () => {
  const versions = (...all: number[]) => all.map((codeVersion, index) => storedEvent(index + 1, { codeVersion }));

  it('keeps what speaks of the current version or a newer one [EV-51]', () => {
    const events = versions(0, 1, 2, 1, 3);
    expect(filterStale(events, 2).map((event) => event.streamSequence)).toEqual([3, 5]);
    expect(filterStale([], 2)).toEqual([]);
  });

  it('names the first place where a version goes down [EV-51]', () => {
    const events = versions(0, 1, 1, 3, 2, 1);
    expect(checkMonotonic(events)).toEqual({ index: 4, event: events[4], previousVersion: 3 });
    expect(checkMonotonic(versions(0, 1, 1, 3))).toBeNull();
    expect(checkMonotonic([])).toBeNull();
  });
});
