import { describe, expect, it } from '@jest/globals';
import { depthOf, likelihoods, placesInOrder } from './logistic.ts';

describe('a logistic model', () => {
  it('adds up what the features of each candidate are worth', () => {
    const model = { bias: -1, weights: { near: 2, rare: -0.5 } };
    const [first = 0, second = 0] = likelihoods({ near: [1, 0], rare: [0, 2] }, model, 2);
    expect(first).toBeCloseTo(1 / (1 + Math.exp(-1)));
    expect(second).toBeCloseTo(1 / (1 + Math.exp(2)));
  });

  it('knows nothing but the bias of candidates that have no features', () => {
    expect([...likelihoods({}, { bias: 0, weights: {} }, 2)]).toEqual([0.5, 0.5]);
  });
});

describe('the place in an order', () => {
  it('is high at the top, falls with every rank, and is lowest for what is not in it', () => {
    const { top, depth } = placesInOrder([2, 0, 3], 5);
    const best = (column: Float64Array) => [...column.keys()].sort((a, b) => (column[b] ?? 0) - (column[a] ?? 0));
    expect(best(top).slice(0, 3)).toEqual([2, 0, 3]);
    expect(best(depth).slice(0, 3)).toEqual([2, 0, 3]);
    expect([top[1], top[4], depth[1], depth[4]]).toEqual([0, 0, depthOf(5), depthOf(5)]);
  });

  it('differs by as much from the tenth to the twentieth as from the hundredth to the two-hundredth, nearly', () => {
    expect(depthOf(0)).toBe(-0);
    expect(depthOf(100) - depthOf(200)).toBeCloseTo(depthOf(1000) - depthOf(2000), 1);
  });
});
