import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { processorTime } from '../../../test/support/processor-time.ts';
import { cachePriorities, type CachePriority, OnlineCache } from './online-cache.ts';
import { mediumBudget, smallBudget, tokenBudgetFor } from './token-budget.ts';

const item = (key: string, tokens: number, priority: CachePriority) => ({ key, value: key, tokens, priority });

function cacheOf(budget: number, ...items: readonly (readonly [string, number, CachePriority])[]) {
  const cache = new OnlineCache<string>(budget);
  for (const [key, tokens, priority] of items) cache.put(item(key, tokens, priority));
  return cache;
}

describe('the online cache (CX-10)', () => {
  it('evicts the lowest priority first, and the least recently used of it [CX-10]', () => {
    const cache = cacheOf(
      50,
      ['critical', 10, 'CRITICAL'],
      ['background 1', 10, 'BACKGROUND'],
      ['background 2', 10, 'BACKGROUND'],
      ['low', 10, 'LOW'],
      ['high', 10, 'HIGH'],
    );
    cache.get('background 1');
    expect(cache.put(item('a', 10, 'MEDIUM'))).toEqual({ kept: true, evicted: ['background 2'] });
    expect(cache.put(item('b', 15, 'CRITICAL'))).toEqual({ kept: true, evicted: ['background 1', 'low'] });
    expect(cache.items().map(({ key }) => key)).toEqual(['b', 'critical', 'high', 'a']);
    expect(cache.usedTokens).toBe(45);
  });

  it('evicts the oldest where all are CRITICAL [CX-10]', () => {
    const cache = cacheOf(30, ['a', 10, 'CRITICAL'], ['b', 10, 'CRITICAL'], ['c', 10, 'CRITICAL']);
    cache.get('a');
    expect(cache.put(item('d', 10, 'CRITICAL')).evicted).toEqual(['b']);
  });

  it('refuses what would push out something more important, and evicts nothing for it [CX-10]', () => {
    const cache = cacheOf(30, ['a', 20, 'CRITICAL'], ['b', 10, 'LOW']);
    expect(cache.put(item('c', 15, 'LOW'))).toEqual({ kept: false, evicted: [] });
    expect(cache.put(item('d', 31, 'CRITICAL'))).toEqual({ kept: false, evicted: [] });
    expect(cache.size).toBe(2);
  });

  it('refuses everything with a budget of 0, and has nothing for keys it does not know [CX-10]', () => {
    const cache = cacheOf(0, ['a', 0, 'CRITICAL'], ['b', 1, 'CRITICAL']);
    expect([cache.size, cache.get('a'), cache.get('x')]).toEqual([0, null, null]);
  });

  it('forgets the old value of a key, also when the new one is refused', () => {
    const cache = cacheOf(30, ['a', 20, 'LOW'], ['a', 5, 'HIGH'], ['b', 10, 'CRITICAL']);
    expect(cache.usedTokens).toBe(15);
    expect(cache.put(item('a', 31, 'CRITICAL')).kept).toBe(false);
    expect([cache.get('a'), cache.usedTokens]).toEqual([null, 10]);
  });

  it('is never over its budget, nor drops the more important for the less important, whatever happens [CX-10]', () => {
    const step = fc.record({
      key: fc.constantFrom(...'abcdefgh'),
      tokens: fc.nat(40),
      priority: fc.constantFrom(...cachePriorities),
      read: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.nat(100), fc.array(step, { maxLength: 60 }), (budget, steps) => {
        const cache = new OnlineCache<string>(budget);
        for (const { key, tokens, priority, read } of steps) {
          const before = new Map(cache.items().map((each) => [each.key, each.priority]));
          if (read) cache.get(key);
          const { evicted } = read ? { evicted: [] } : cache.put(item(key, tokens, priority));
          const rank = (name: string) => cachePriorities.indexOf(before.get(name) ?? 'CRITICAL');
          for (const name of evicted) expect(rank(name)).toBeGreaterThanOrEqual(cachePriorities.indexOf(priority));
          expect(cache.usedTokens).toBeLessThanOrEqual(budget);
          expect(cache.usedTokens).toBe(cache.items().reduce((sum, each) => sum + each.tokens, 0));
          expect(cache.size).toBe(cache.items().length);
        }
      }),
    );
  });

  it('answers in less than a millisecond with 10,000 items, and takes a hundred updates a second without lag [CX-10]', async () => {
    const cache = new OnlineCache<string>(100_000);
    for (let index = 0; index < 10_000; index++) cache.put(item(`key ${index}`, 10, 'MEDIUM'));
    const use = () => {
      for (let index = 0; index < 10_000; index++) {
        cache.get(`key ${(index * 7919) % 10_000}`);
        if (index % 10 === 0) cache.put(item(`more ${index}`, 10, 'MEDIUM'));
      }
    };
    expect((await processorTime(10_000, use)) / 10_000).toBeLessThan(1);
  });
});

describe('the budget of tokens (CX-10)', () => {
  it('is the table for mistral:7b and for qwen3:8b, and sums up to the window for any other [CX-10]', () => {
    expect(tokenBudgetFor({ contextTokens: 8192 })).toEqual(smallBudget);
    expect(tokenBudgetFor({ contextTokens: 32_768 })).toEqual(mediumBudget);
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 1_000_000 }), (contextTokens) => {
        const { total, context, ...parts } = tokenBudgetFor({ contextTokens });
        const all = [...Object.values(parts), ...Object.values(context)];
        expect(all.reduce((sum, tokens) => sum + tokens, 0)).toBe(total);
        expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
        expect(total).toBe(contextTokens);
      }),
    );
  });
});
