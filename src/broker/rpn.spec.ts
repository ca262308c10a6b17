import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../kernel/json.ts';
import { answerRpn, evaluateRpn } from './rpn.ts';

/** An expression as a tree: evaluated by going down it, which is another way than a stack of tokens. */
type Tree = number | { readonly operator: keyof typeof reference; readonly a: Tree; readonly b: Tree };

const reference = {
  '+': (a: number, b: number) => a + b,
  '-': (a: number, b: number) => a - b,
  '*': (a: number, b: number) => a * b,
  '/': (a: number, b: number) => a / b,
};

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    fc.record({ operator: fc.constantFrom('+', '-', '*', '/'), a: tie('tree'), b: tie('tree') }),
  ),
}));

function written(node: Tree): string {
  return typeof node === 'number' ? String(node) : `${written(node.a)} ${written(node.b)} ${node.operator}`;
}

/** The value, or the code of the first thing that is wrong with it, in the order of the tokens. */
function expected(node: Tree): number | string {
  if (typeof node === 'number') return node;
  const a = expected(node.a);
  if (typeof a === 'string') return a;
  const b = expected(node.b);
  if (typeof b === 'string') return b;
  if (node.operator === '/' && b === 0) return 'RPN_DIVISION_BY_ZERO';
  const value = reference[node.operator](a, b);
  return Number.isFinite(value) ? value : 'RPN_OUT_OF_RANGE';
}

function outcome(expression: string): number | string {
  try {
    return evaluateRpn(expression);
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('an expression in reverse Polish notation', () => {
  it('comes to the same as a tree that is evaluated from its root [BR-4]', () => {
    fc.assert(
      fc.property(tree, (node) => {
        const value = expected(node);
        // JSON has no -0.
        expect(outcome(written(node))).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 1000 },
    );
  });

  it('never ends in anything but a number or an error of its own, whatever is written [BR-4]', () => {
    const token = fc.oneof(fc.constantFrom('1', '-2.5', '.5', '1e3', '+', '-', '*', '/', 'ADD', 'div'), fc.string());
    fc.assert(
      fc.property(fc.array(token), (tokens) => {
        const result = outcome(tokens.join(' '));
        if (typeof result === 'number') expect(Number.isFinite(result)).toBe(true);
        else expect(result).toMatch(/^(RPN_[A-Z_]+|INVALID_INPUT)$/);
      }),
    );
  });

  it.each([
    ['3 4 + 2 *', 14],
    ['  5\t1 2 + 4 * +\n3 - ', 14],
    ['3 4 add 2 MUL', 14],
    ['-3', -3],
    ['0 -1 *', 0],
    ['1e308 1e308 -', 0],
  ])('%s is %d [BR-4]', (expression, value) => expect(evaluateRpn(expression)).toBe(value));

  it.each([
    ['1 0 /', 'RPN_DIVISION_BY_ZERO'],
    ['1 2 2 - /', 'RPN_DIVISION_BY_ZERO'],
    ['1 +', 'RPN_TOO_FEW_OPERANDS'],
    ['*', 'RPN_TOO_FEW_OPERANDS'],
    ['1 2', 'RPN_LEFTOVERS'],
    ['1 x +', 'RPN_UNKNOWN_TOKEN'],
    ['0x10', 'RPN_UNKNOWN_TOKEN'],
    ['Infinity', 'RPN_UNKNOWN_TOKEN'],
    ['constructor', 'RPN_UNKNOWN_TOKEN'],
    ['1e309', 'RPN_OUT_OF_RANGE'],
    ['1e308 10 *', 'RPN_OUT_OF_RANGE'],
    ['', 'INVALID_INPUT'],
    [' \n', 'INVALID_INPUT'],
  ])('%j is refused as %s [BR-4]', (expression, code) => expect(outcome(expression)).toBe(code));
});

describe('a message to the calculator', () => {
  it.each<[Json, number]>([
    [{ operation: 'add', operands: [3, 4] }, 7],
    [{ operation: 'sub', operands: [10, 3, 2] }, 5],
    [{ operation: 'mul', operands: [3, 4] }, 12],
    [{ operation: '/', operands: [8, 2] }, 4],
    [{ expression: '3 4 +' }, 7],
    ['3 4 +', 7],
  ])('%j comes to %d [BR-4]', (payload, value) => expect(answerRpn(payload)).toEqual({ value }));

  it.each<[Json, string, string]>([
    [{ operation: 'div', operands: [1, 0] }, 'RPN_DIVISION_BY_ZERO', ''],
    [{ operation: 'add', operands: [1] }, 'RPN_TOO_FEW_OPERANDS', ''],
    [{ operation: 'mul', operands: [1e308, 1e308] }, 'RPN_OUT_OF_RANGE', ''],
    [{ operation: 'pow', operands: [1, 2] }, 'INVALID_INPUT', 'payload.operation'],
    [{ operation: 'add', operands: [1, '2'] }, 'INVALID_INPUT', 'payload.operands[1]'],
    [{ operation: 'add' }, 'INVALID_INPUT', 'payload.operands'],
    [{ operation: 'add', operands: [1, 2], expression: '1' }, 'INVALID_INPUT', 'payload.expression'],
    [7, 'INVALID_INPUT', 'payload'],
    [null, 'INVALID_INPUT', 'payload'],
    [[1, 2], 'INVALID_INPUT', 'payload'],
  ])('%j is refused as %s %s [BR-4]', (payload, code, path) => {
    expect(() => answerRpn(payload)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(path) }));
  });
});
