import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { outlineCode } from '../outline/outline-code.ts';
import type { ContextPart } from './context-part.ts';
import { ContextTooLargeError, prepareContext } from './prepare-context.ts';

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

const modulePath = 'src/shapes.ts';
const code = `import { pi } from './numbers.ts';

export class Circle {
  constructor(readonly radius: number) {}
  area(): number {
    const square = this.radius * this.radius;
    return pi * square;
  }
  scale(by: number): Circle {
    if (by <= 0) throw new RangeError('by');
    return new Circle(this.radius * by);
  }
}

export function diameter(circle: Circle): number {
  const radius = circle.radius;
  return radius + radius;
}
`;

describe('a critical part that is too large alone', () => {
  const cut = async (budget: number) => {
    const cutAs = await outlineCode(code, 'typescript', modulePath);
    const offered: ContextPart = { name: 'module', text: code, priority: 'CRITICAL', why: 'a test', cutAs };
    return prepareContext([part('task', 5, 'CRITICAL'), offered, part('high', 9, 'HIGH')], budget, words);
  };

  it('is cut at its definitions, the later ones first, and says so [CX-13]', async () => {
    const context = await cut(65);
    const [task, shown] = context.parts;
    expect(task?.text).toBe('word '.repeat(4));
    expect(shown?.text).toContain('const square = this.radius * this.radius;');
    expect(shown?.text).toContain("import { pi } from './numbers.ts';");
    expect(shown?.text).toMatch(/function diameter\(circle: Circle\): number \[… 4 lines cut\]/);
    expect(context.tokens).toBeLessThanOrEqual(65);
    expect(context.manifest.map(({ part: name, cut: isCut }) => [name, isCut])).toEqual([
      ['task', undefined],
      ['module', true],
      ['high', undefined],
    ]);
  });

  it('keeps the heads of all definitions where no body fits [CX-13]', async () => {
    const [, shown] = (await cut(42)).parts;
    for (const head of ['constructor(', 'area(): number', 'scale(by: number): Circle', 'diameter(']) {
      expect(shown?.text).toContain(head);
    }
    expect(shown?.text).not.toContain('const square');
  });

  it('is refused where what is left of it would say nothing [CX-13]', async () => {
    await expect(cut(20)).rejects.toThrow(ContextTooLargeError);
  });

  it('is cut like all others that may be, each to the same size [CX-13]', () => {
    const long = (name: string, size: number): ContextPart => ({ ...part(name, size, 'CRITICAL'), cutAs: 'text' });
    const context = prepareContext([long('one', 400), long('two', 40), long('three', 300)], 200, words);
    expect(context.tokens).toBeLessThanOrEqual(200);
    expect(context.manifest.map(({ cut: isCut = false }) => isCut)).toEqual([true, false, true]);
    for (const shown of context.parts) expect(words(shown.text)).toBeGreaterThan(30);
  });
});
