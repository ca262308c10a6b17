import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { deepFreeze, plainJsonIssue } from './json.ts';

const nested = (levels: number): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

describe('plainJsonIssue', () => {
  it('accepts whatever JSON.parse can give', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value: unknown = JSON.parse(text);
        return plainJsonIssue(value) === null || text.includes('__proto__');
      }),
    );
  });

  it('lets nothing through that does not come back the same from JSON [EV-4]', () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withSparseArray: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        fc.pre(plainJsonIssue(value) === null && value !== undefined && !hasMinusZero(value));
        expect(JSON.parse(JSON.stringify(value))).toEqual(value);
      }),
    );
  });

  const cycle: { self?: unknown } = {};
  cycle.self = { back: [cycle] };

  it.each([
    ['a function', { run: () => 1 }, 'data.run', 'function'],
    ['a symbol', [Symbol('s')], 'data[0]', 'symbol'],
    ['a BigInt', { n: 1n }, 'data.n', 'bigint'],
    ['NaN', { n: [1, Number.NaN] }, 'data.n[1]', 'NaN'],
    ['an infinity', { n: -Infinity }, 'data.n', '-Infinity'],
    ['undefined in an array', { list: [undefined] }, 'data.list[0]', 'null'],
    // eslint-disable-next-line no-sparse-arrays -- the hole is the point
    ['a hole in an array', { list: [1, , 3] }, 'data.list[1]', 'null'],
    ['a cycle', cycle, 'data.self.back[0]', 'cycles'],
    ['a date', { at: new Date(0) }, 'data.at', 'class instance'],
    ['a map', new Map(), 'data', 'class instance'],
    ['an array of a class', new (class extends Array {})(), 'data', 'subclass of Array'],
    ['an own key __proto__', JSON.parse('{"a":{"__proto__":{"admin":true}}}'), 'data.a.__proto__', '__proto__'],
    ['501 levels', nested(501), `data${'[0]'.repeat(500)}`, '500 levels'],
  ])('refuses %s and says where it stands [EV-4]', (_, value, path, words) => {
    const issue = plainJsonIssue(value);
    expect(issue?.path).toBe(path);
    expect(issue?.message).toContain(words);
  });

  it('runs neither getters nor toJSON of what it looks at [EV-4]', () => {
    let ran = 0;
    const count = () => ++ran;
    const owner = Object.defineProperty({}, 'trap', { enumerable: true, get: count });
    const list = Object.defineProperty([1], 0, { enumerable: true, get: count });
    expect(plainJsonIssue(owner)).toEqual({ path: 'data.trap', message: 'is a getter: give its value' });
    expect(plainJsonIssue(list)?.path).toBe('data[0]');
    expect(plainJsonIssue({ toJSON: count })?.path).toBe('data.toJSON');
    expect(ran).toBe(0);
  });

  it('accepts absent properties, objects without a prototype, 500 levels, and one value in two places', () => {
    const shared = { a: 1 };
    expect(plainJsonIssue({ gone: undefined, twice: [shared, shared] })).toBeNull();
    expect(plainJsonIssue(Object.assign(Object.create(null), { a: [null, true, 'ü', 0.5] }))).toBeNull();
    expect(plainJsonIssue(nested(500))).toBeNull();
  });

  it('names the path it was given', () => {
    expect(plainJsonIssue([Number.NaN], 'answer')?.path).toBe('answer[0]');
  });
});

describe('deepFreeze', () => {
  it('makes every level of any JSON unchangeable and leaves its value as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const before = JSON.stringify(value);
        const frozen = deepFreeze(value);
        expect(frozen).toBe(value);
        expect(JSON.stringify(frozen)).toBe(before);
        expect(everyLevelIsFrozen(frozen)).toBe(true);
      }),
    );
  });

  it('goes on below what is frozen already', () => {
    const value = deepFreeze(Object.freeze({ inner: { list: [1] } }));
    expect(() => value.inner.list.push(2)).toThrow(TypeError);
  });

  it('comes to an end on a value that holds itself', () => {
    const value: { list: unknown[] } = { list: [] };
    value.list.push(Object.freeze([value]), value);
    expect(everyLevelIsFrozen([deepFreeze(value).list])).toBe(false);
    expect(Object.isFrozen(value) && Object.isFrozen(value.list)).toBe(true);
  });
});

function everyLevelIsFrozen(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || depth > 20) return true;
  return Object.isFrozen(value) && Object.values(value).every((part) => everyLevelIsFrozen(part, depth + 1));
}

function hasMinusZero(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Object.is(value, -0);
  return Object.values(value).some(hasMinusZero);
}
