import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { answerRpn } from '../../broker/index.ts';
import type { Json } from '../../kernel/json.ts';
import { fillReferences } from '../graph/references.ts';
import { InvalidExpressionError } from '../jobs.errors.ts';
import { graphOfExpression, RESULT_STEP } from './expression-graph.ts';
import { MAX_EXPRESSION_CHARACTERS } from './expression-tokens.ts';
import { parseExpression } from './parse-expression.ts';

/** Runs the graph step by step with the real calculator, in the order of its batches. */
function worked(expression: string): { readonly value: number; readonly batches: readonly (readonly string[])[] } {
  const graph = graphOfExpression(expression);
  const results = new Map<string, Json>();
  for (const step of graph.batches().flat()) {
    results.set(step.id, answerRpn(fillReferences(step, (id) => results.get(id)).params));
  }
  const { value } = results.get(RESULT_STEP) as { value: number };
  return { value, batches: graph.batches().map((batch) => batch.map(({ id }) => id)) };
}

describe('the calculator', () => {
  it.each([
    ['(3 + 4) * 2 / 7', 2],
    ['three plus four times two', 11],
    ['Three PLUS four', 7],
    ['what is left is 5', null],
    ['7', 7],
    ['-3 + 5', 2],
    ['-(3 + 5) * 2', -16],
    ['2 - -3', 5],
    ['10 - 4 - 3', 3],
    ['24 / 4 / 2', 3],
    ['1,000 + 1', 1001],
    ['0.5 * .5', 0.25],
    ['1e3 × 2', 2000],
    ['7 ÷ 2 = ?', 3.5],
    ['3 x 4', 12],
    ['three multiplied by four divided by two', 6],
    ['the sum of 3, 4 and 5', 12],
    ['the difference between 9 and 4', 5],
    ['the product of two, three, and four times two', 48],
    ['the quotient of 9 and 2', 4.5],
    ['add 3 to 4', 7],
    ['subtract 2 from five', 3],
    ['multiply three by 4', 12],
    ['divide a hundred by 8', 12.5],
    ['half of ten plus twice 3', 11],
    ['seven squared minus 9', 40],
    ['two hundred and five thousand twelve', 205_012],
    ['twenty-three minus three', 20],
    ['twenty - three', 17],
    ['one million two hundred thousand', 1_200_000],
    ['three point one four times 2', 6.28],
    ['nineteen hundred', 1900],
  ])('works out %j [JB-3]', (expression, value) => {
    if (value === null) expect(() => worked(expression)).toThrow(InvalidExpressionError);
    else expect(worked(expression).value).toBeCloseTo(value, 10);
  });

  it('makes a step of each operation, so that several agents can work at the same time [JB-3, JB-12]', () => {
    expect(worked('(1 + 2) * (3 + 4) - (5 + 6)')).toEqual({
      value: 10,
      batches: [['add-1', 'add-2', 'add-4'], ['mul-3'], ['result']],
    });
    expect(graphOfExpression('three plus four times two').toJSON()).toMatchObject([
      { id: 'mul-1', action: 'rpn', params: { operation: 'mul', operands: [4, 2] } },
      {
        id: 'result',
        params: { operation: 'add', operands: [3, '{{steps.mul-1.result.value}}'] },
        dependsOn: [{ step: 'mul-1' }],
      },
    ]);
  });

  it('works out once what is squared [JB-3]', () => {
    expect(worked('(1 + 2) squared')).toEqual({ value: 9, batches: [['add-1'], ['result']] });
    expect(worked(`((1 + 2)${' squared'.repeat(5)})`).batches).toHaveLength(6);
  });

  type Tree = number | readonly [Tree, '+' | '-' | '*' | '/', Tree];
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.integer({ min: 0, max: 999 }),
      fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree')),
    ),
  }));
  const words = { '+': 'plus', '-': 'minus', '*': 'times', '/': 'divided by' } as const;
  const written = (of: Tree, inWords: boolean): string =>
    typeof of === 'number'
      ? String(of)
      : `(${written(of[0], inWords)} ${inWords ? words[of[1]] : of[1]} ${written(of[2], inWords)})`;
  const valueOf = (of: Tree): number => {
    if (typeof of === 'number') return of;
    const [left, right] = [valueOf(of[0]), valueOf(of[2])];
    if (of[1] === '+') return left + right;
    if (of[1] === '-') return left - right;
    if (of[1] === '*') return left * right;
    return right === 0 ? Number.NaN : left / right;
  };

  it('comes to what arithmetic comes to, in signs and in words [JB-3]', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (of, inWords) => {
        const value = valueOf(of);
        // A division by zero is the calculator's to refuse.
        fc.pre(Number.isFinite(value));
        expect(worked(written(of, inWords)).value).toBeCloseTo(value, 6);
      }),
      { numRuns: 200 },
    );
  });

  it('says of any number up to a trillion in words what it is [JB-3]', () => {
    const small = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven'];
    const teens = ['twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'];
    const tens = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
    const said = (value: number): string => {
      if (value < 20) return [...small, ...teens][value] ?? '';
      if (value < 100) return [tens[Math.floor(value / 10) - 2], said(value % 10)].filter(Boolean).join('-');
      if (value < 1000)
        return `${said(Math.floor(value / 100))} hundred ${value % 100 ? 'and ' : ''}${said(value % 100)}`;
      const [scale, name] = (
        [
          [1e9, 'billion'],
          [1e6, 'million'],
          [1000, 'thousand'],
        ] as const
      ).find(([of]) => value >= of) ?? [1, ''];
      return `${said(Math.floor(value / scale))} ${name} ${said(value % scale)}`.trim();
    };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999_999 }), (value) => {
        expect(parseExpression(said(value))).toBe(value);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['', 'it is empty'],
    ['3 +', 'the end stands where a number would be right'],
    ['3 4', '"4" at character 3 stands where an operation such as plus, or the end would be right'],
    ['(3 + 4', 'the end stands where a closing bracket would be right'],
    ['3 + cats', '"cats" at character 5 is neither a number nor an operation'],
    ['process.exit(1)', '"process" at character 1 is neither'],
    ['2 ^ 3', '"^" at character 3 is neither'],
    ['3,5 + 1', '3,5 at character 1 is unclear'],
    ['1.2.3', '1.2.3 at character 1 is unclear'],
    ['the sum of 3', 'stands where and with a second number would be right'],
    ['the capital of France', '"capital" at character 5 is neither'],
    ['three point plus', 'digits after point'],
    ['1e999', '1e999 at character 1 is too large'],
  ])('refuses %j and says where and why [JB-3]', (expression, problem) => {
    expect(() => parseExpression(expression)).toThrow(problem);
    expect(() => parseExpression(expression)).toThrow(InvalidExpressionError);
  });

  it.each([
    ['deep brackets', `${'('.repeat(60)}1${')'.repeat(60)}`, 'nested deeper than 50'],
    ['many signs', `${'-'.repeat(1000)}1`, 'nested deeper than 50'],
    ['many operations', `1${' + 1'.repeat(201)}`, 'more than 200 operations'],
    ['a long text', '1'.repeat(MAX_EXPRESSION_CHARACTERS + 1), 'it has 2001 characters'],
  ])('refuses %s [JB-3]', (_what, expression, problem) => {
    expect(() => parseExpression(expression)).toThrow(problem);
  });

  it('is quick whatever it is given, and throws nothing but its own error [JB-3]', () => {
    const word = fc.constantFrom(
      'three',
      'plus',
      'hundred',
      'and',
      'point',
      'sum',
      'of',
      '(',
      ')',
      '-',
      '7',
      ',',
      'half',
      'x',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word, { maxLength: 60 }).map((parts) => parts.join(' ')),
        ),
        (text) => {
          try {
            parseExpression(text);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidExpressionError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
