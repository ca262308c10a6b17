import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commentLines } from './comment-lines.ts';

const found = (text: string, grammar: Parameters<typeof commentLines>[1] = 'typescript') => [
  ...commentLines(text.split('\n'), grammar),
];

describe('lines that hold nothing but a comment', () => {
  it('are told from code that only begins alike', () => {
    const script = [
      '/** What it is', // 1
      ' * for. */', // 2
      'class A {', // 3
      '  #secret = 1; // kept', // 4
      '  *items() {}', // 5
      '  /* short */', // 6
      '  /* before */ code();', // 7
      '  // said', // 8
      '  a = 2', // 9
      '    * 3;', // 10
      '  /* of', // 11
      '  many */ code();', // 12
      '  /*/ still open', // 13
      '  closed */', // 14
      '}', // 15
    ].join('\n');
    expect(found(script)).toEqual([1, 2, 6, 8, 11, 13, 14]);
    expect(found('# said\nx = 1  # one\n"""doc"""\n  # more', 'python')).toEqual([1, 4]);
  });

  it('are none in a language that is not known', () => {
    expect(found('# title\n// text', null)).toEqual([]);
  });

  it('are found in any text, each once and in order', () => {
    const line = fc.stringMatching(/^[ /*#a]{0,8}$/);
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const numbers = [...commentLines(lines, 'javascript')];
        expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        for (const number of numbers) expect(number).toBeLessThanOrEqual(lines.length);
      }),
    );
  });
});
