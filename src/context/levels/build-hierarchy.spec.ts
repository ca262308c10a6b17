import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateTokens } from '../../llm/index.ts';
import { buildHierarchy } from './build-hierarchy.ts';
import type { ContextPart, PartPriority } from './context-part.ts';
import { ContextTooLargeError } from './prepare-context.ts';

const room = (budgetTokens: number) => ({ budgetTokens, countTokens: estimateTokens });
const part = (name: string, priority: PartPriority, references: readonly string[] = [], text = `about ${name}`) => ({
  name,
  text,
  priority,
  why: 'a test',
  references,
});
const levels = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const;

describe('the context in levels', () => {
  it('is in the order of its levels, with references between them at both ends [CX-13]', () => {
    const { text } = buildHierarchy(
      [
        part('pattern', 'LOW'),
        part('cart', 'CRITICAL', ['price', 'gone']),
        part('price', 'HIGH', ['test of price']),
        part('test of price', 'MEDIUM'),
      ],
      room(1000),
    );
    expect(text).toBe(
      `# CRITICAL

## cart
about cart
[→ price]

# HIGH

## price
about price
[→ test of price] [← cart]

# MEDIUM

## test of price
about test of price
[← price]

# LOW

## pattern
about pattern`,
    );
  });

  it('leaves a fifth of the budget free [CX-13]', () => {
    const parts = Array.from({ length: 50 }, (_, index) => part(`part ${index}`, 'HIGH'));
    const { tokens, parts: shown } = buildHierarchy(parts, room(300));
    expect(tokens).toBeLessThanOrEqual(240);
    expect(tokens).toBeGreaterThan(220);
    expect(shown.length).toBeLessThan(50);
  });

  it('shows what there is, where nothing of it is critical [CX-13]', () => {
    const { text } = buildHierarchy([part('old', 'LOW'), part('older', 'LOW')], room(40));
    expect(text).toContain('## old');
    expect(buildHierarchy([part('old', 'LOW', [], 'a')], room(3)).text).toBe('');
    expect(buildHierarchy([], room(100)).text).toBe('');
  });

  it('breaks circles at the reference that closes them [CX-13]', () => {
    const { text } = buildHierarchy(
      [part('a', 'CRITICAL', ['b']), part('b', 'HIGH', ['c', 'b']), part('c', 'HIGH', ['a'])],
      room(1000),
    );
    expect(text).toContain('[→ b]');
    expect(text).toContain('[→ c]');
    expect(text).not.toContain('[→ a]');
  });

  it('cuts what is critical to its budget, and refuses what may not be cut [CX-13]', () => {
    const large: ContextPart = { ...part('module', 'CRITICAL', [], 'word and word\n'.repeat(500)), cutAs: 'text' };
    const context = buildHierarchy([large, part('high', 'HIGH')], room(1000));
    expect(context.tokens).toBeLessThanOrEqual(800);
    expect(context.text).toContain('word and word …');
    const whole = part('module', 'CRITICAL', [], 'word and word\n'.repeat(500));
    expect(() => buildHierarchy([whole], room(1000))).toThrow(ContextTooLargeError);
  });

  it('goes along a way of any length, and does not list endless references', () => {
    const long = Array.from({ length: 5000 }, (_, index) => part(`p${index}`, 'LOW', [`p${index + 1}`, 'p0'], ''));
    expect(buildHierarchy(long, room(1_000_000)).parts).toHaveLength(5000);
    const hub = Array.from({ length: 500 }, (_, index) => part(`p${index}`, 'LOW', ['hub'], ''));
    const { text } = buildHierarchy([part('hub', 'HIGH'), ...hub], room(1_000_000));
    expect(text.match(/\[←/g)?.length).toBe(12);
  });

  it('keeps its promises for any graph and any budget [CX-13]', () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'constructor', '__proto__');
    const anyPart = fc.record({
      name,
      priority: fc.constantFrom(...levels),
      text: fc.lorem({ maxCount: 60 }),
      references: fc.array(name, { maxLength: 4 }),
      mayCut: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 10 }), fc.integer({ min: 0, max: 600 }), (made, budget) => {
        const parts = made.map(({ mayCut, ...one }): ContextPart => ({
          ...one,
          why: 'a test',
          ...(mayCut ? { cutAs: 'text' as const } : {}),
        }));
        const build = () => buildHierarchy(parts, room(budget));
        const first = new Map([...parts].reverse().map((one) => [one.name, one]));
        const critical = [...first.values()].filter(({ priority }) => priority === 'CRITICAL');
        const context = triedTo(build);
        if (context === null) {
          expect(critical.length).toBeGreaterThan(0);
          return;
        }
        expect(estimateTokens(context.text)).toBeLessThanOrEqual(0.8 * budget);
        expect(build().text).toBe(context.text);
        const shown = context.parts.map((one) => one.name);
        for (const { name: must } of critical) expect(shown).toContain(must);
        const marks = [...context.text.matchAll(/\[[→←] ([^\]]+)\]/g)].map(([, mark = '']) => mark);
        for (const mark of marks) expect(shown).toContain(mark);
        expect(hasCircle(context.text)).toBe(false);
      }),
    );
  });
});

function triedTo<T>(build: () => T): T | null {
  try {
    return build();
  } catch (error) {
    expect(error).toBeInstanceOf(ContextTooLargeError);
    return null;
  }
}

/** Takes away again and again what refers to nothing any more. */
function hasCircle(text: string): boolean {
  const parts = text.split(/^## /m).slice(1);
  let open = parts.map((shown) => ({
    name: shown.split('\n')[0] ?? '',
    to: [...shown.matchAll(/\[→ ([^\]]+)\]/g)].map(([, name = '']) => name),
  }));
  for (let before = Infinity; open.length < before;) {
    before = open.length;
    open = open.filter(({ to }) => to.some((name) => open.some((other) => other.name === name)));
  }
  return open.length > 0;
}
