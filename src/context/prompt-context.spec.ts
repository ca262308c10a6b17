import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ContextPart, ContextTooLargeError, prepareContext } from './prompt-context.ts';

const words = (text: string) => text.split(/\s+/).filter(Boolean).length;
const part = (name: string, size: number, priority: ContextPart['priority']): ContextPart => ({
  name,
  text: 'word '.repeat(size - 1),
  priority,
  why: 'a test',
});

describe('prepareContext', () => {
  it('keeps what is critical and then the best that fits, in the order offered', () => {
    const low = part('low', 3, 'LOW');
    const must = part('must', 4, 'CRITICAL');
    const high = part('high', 5, 'HIGH');
    const context = prepareContext([low, must, high], 10, words);
    expect(context.parts).toEqual([must, high]);
    expect(context.tokens).toBe(9);
    expect(context.manifest.map((line) => [line.part, line.tokens, line.included])).toEqual([
      ['low', 3, false],
      ['must', 4, true],
      ['high', 5, true],
    ]);
  });

  it('refuses with both numbers when the critical part alone does not fit', () => {
    expect(() => prepareContext([part('must', 11, 'CRITICAL')], 10, words)).toThrow(ContextTooLargeError);
    expect(() => prepareContext([part('must', 11, 'CRITICAL')], 10, words)).toThrow(/11 tokens and 10 fit/);
  });

  it('is never over the budget and never leaves out what is critical, whatever is offered', () => {
    const anyPart = fc.record({
      size: fc.integer({ min: 1, max: 40 }),
      priority: fc.constantFrom<ContextPart['priority']>('CRITICAL', 'HIGH', 'MEDIUM', 'LOW'),
    });
    fc.assert(
      fc.property(fc.array(anyPart), fc.integer({ min: 0, max: 200 }), (sizes, budget) => {
        const parts = sizes.map(({ size, priority }, index) => part(`part${index}`, size, priority));
        const critical = parts.filter(({ priority }) => priority === 'CRITICAL');
        const needed = critical.reduce((sum, { name, text }) => sum + words(`${name}\n${text}`), 0);
        if (needed > budget) {
          expect(() => prepareContext(parts, budget, words)).toThrow(ContextTooLargeError);
          return;
        }
        const context = prepareContext(parts, budget, words);
        expect(context.tokens).toBeLessThanOrEqual(budget);
        for (const must of critical) expect(context.parts).toContain(must);
      }),
    );
  });
});
