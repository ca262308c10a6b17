import { describe, expect, it } from '@jest/globals';
import { displacedBy } from './displace.ts';

const newcomer = (priority: number, rank = 0) => ({ priority, rank });
const holder = (name: string, priority: number, { rank = 1000, isYielding = false } = {}) => ({
  name,
  priority,
  rank,
  isYielding,
});

describe('displacedBy', () => {
  it('takes the worst, of equals the one that came last, one for each newcomer [OR-4]', () => {
    const holders = [holder('low', 30), holder('medium', 20), holder('low, later', 30), holder('high', 10)];
    const displaced = (count: number) =>
      displacedBy(
        Array.from({ length: count }, () => newcomer(0)),
        holders,
      ).map(({ name }) => name);
    expect(displaced(1)).toEqual(['low, later']);
    expect(displaced(4)).toEqual(['low, later', 'low', 'medium']);
  });

  it('counts those who have been asked already [OR-4]', () => {
    const holders = [holder('asked', 30, { isYielding: true }), holder('other', 30)];
    expect(displacedBy([newcomer(0)], holders)).toEqual([]);
    expect(displacedBy([newcomer(0), newcomer(0)], holders).map(({ name }) => name)).toEqual(['other']);
  });

  it('spares one that has waited so long that it would be the next again [OR-4, OR-5]', () => {
    const holders = [holder('fresh', 20, { rank: 50 }), holder('aged', 30, { rank: 49 })];
    expect(displacedBy([newcomer(0, 50)], holders).map(({ name }) => name)).toEqual(['fresh']);
    expect(displacedBy([newcomer(0, 51)], holders)).toEqual([]);
  });

  it('lets nobody pass who is not the next: the slot would not be theirs [OR-4, OR-5]', () => {
    expect(displacedBy([newcomer(30, 5), newcomer(0, 6)], [holder('medium', 20)])).toEqual([]);
  });
});
