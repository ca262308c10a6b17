import { describe, expect, it } from '@jest/globals';

interface Sample {
  readonly values: readonly number[];
  readonly isPositive: boolean;
  readonly weight: number;
}
interface Model {
  readonly bias: number;
  readonly weights: Readonly<Record<string, number>>;
}
const { fitLogistic } = (await import(new URL('../../bench/context/fit-logistic.mjs', import.meta.url).href)) as {
  fitLogistic: (features: readonly string[], samples: readonly Sample[]) => Model;
};

/** Numbers from 0 to 1 that look random and are the same each time. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

/** Samples whose log-odds are -1 + 2 a - 0.03 b; the third feature says nothing. */
function samplesOf(count: number, weight = 100): readonly Sample[] {
  const random = randomNumbers(7);
  return Array.from({ length: count }, () => {
    const [a, b, c] = [random() * 4, random() * 100, random()];
    return { values: [a, b, c], isPositive: random() < 1 / (1 + Math.exp(1 - 2 * a + 0.03 * b)), weight };
  });
}

describe('what the weights of the context are learned with', () => {
  it('finds the weights that samples were made with, whatever the scales of their features', () => {
    const { bias, weights } = fitLogistic(['a', 'b', 'c'], samplesOf(20_000));
    expect(Math.abs((weights['a'] ?? 0) - 2)).toBeLessThan(0.15);
    expect(Math.abs((weights['b'] ?? 0) + 0.03)).toBeLessThan(0.003);
    expect(Math.abs(weights['c'] ?? 1)).toBeLessThan(0.2);
    expect(Math.abs(bias + 1)).toBeLessThan(0.2);
  });

  it('trusts a few samples less', () => {
    const many = fitLogistic(['a', 'b', 'c'], samplesOf(2000));
    const few = fitLogistic(['a', 'b', 'c'], samplesOf(2000, 0.01));
    expect(Math.abs(few.weights['a'] ?? 0)).toBeLessThan(0.5 * Math.abs(many.weights['a'] ?? 0));
  });

  it('counts a sample of weight two as two samples', () => {
    const samples = samplesOf(400, 1);
    const twice = fitLogistic(['a', 'b', 'c'], [...samples, ...samples]);
    const heavier = fitLogistic(
      ['a', 'b', 'c'],
      samples.map((sample) => ({ ...sample, weight: 2 })),
    );
    expect(heavier.bias).toBeCloseTo(twice.bias, 6);
    expect(heavier.weights['b']).toBeCloseTo(twice.weights['b'] ?? 0, 6);
  });

  it('copes with a feature that is always the same', () => {
    const samples = samplesOf(400, 1).map((sample) => ({ ...sample, values: [...sample.values, 3] }));
    const { bias, weights } = fitLogistic(['a', 'b', 'c', 'same'], samples);
    expect(Number.isFinite(bias)).toBe(true);
    expect(weights['same']).toBeCloseTo(0, 6);
  });
});
