import { describe, expect, it, jest } from '@jest/globals';
import { outlineLimits } from './code-outline.ts';
import { outlineCode } from './outline-code.ts';

describe('an outline of hostile code', () => {
  it.each([
    ['brackets without end', '('.repeat(400_000)],
    ['brackets in each other', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['types in each other', 'a<'.repeat(200_000)],
    ['functions in each other', 'function a(){'.repeat(1000)],
    ['a line of ten megabytes', 'a'.repeat(10_000_000)],
    ['half characters and zeros', '\ud800\0"\'`'.repeat(2000)],
    ['a chain of calls', `a${'.b()'.repeat(3000)}`],
    ['only comments', '// a\n'.repeat(5000)],
  ])('of %s comes all the same, and the same each time', async (_what, code) => {
    for (const language of ['typescript', 'python', 'cobol']) {
      const outline = await outlineCode(code, language);
      expect(outline.functions.length).toBeLessThanOrEqual(outlineLimits.functions);
      expect(JSON.stringify(outline).length).toBeLessThan(5000);
      if (code.length < 100_000) expect(await outlineCode(code, language)).toEqual(outline);
    }
  });

  it('reads the beginning of what is too long, and says so', async () => {
    const code = `function first() {}\n${' \n'.repeat(outlineLimits.characters / 2)}function last() {}\n`;
    const outline = await outlineCode(code, 'javascript');
    expect(outline).toMatchObject({ cut: true, functions: [{ name: 'first' }] });
    expect(outline.lines).toBe(outlineLimits.characters / 2 + 2);
  });

  it('is read by line when it nests deeper than anybody writes', async () => {
    for (const [open, source] of [
      ['a<', 'text'],
      ['[', 'text'],
      ['a < b; // a comparison\n', 'syntaxTree'],
    ] as const) {
      expect(await outlineCode(open.repeat(outlineLimits.nesting + 2), 'typescript')).toMatchObject({ source });
    }
  });

  it('is read by line when a parser would spend too much on it', async () => {
    const garbage = `def first():\n    pass\n${'a => b\n'.repeat(6000)}`;
    expect(await outlineCode(garbage, 'python')).toMatchObject({ source: 'text', functions: [{ name: 'first' }] });
  });

  it('leaves the event loop its turns meanwhile', async () => {
    const turnsDuring = async (lines: number) => {
      let turns = 0;
      let next = setImmediate(function count() {
        turns++;
        next = setImmediate(count);
      });
      await outlineCode('export const value = call(1, 2);\n'.repeat(lines), 'typescript');
      clearImmediate(next);
      return turns;
    };
    await turnsDuring(1);
    // A few while it is parsed alone; 28 while the larger one is parsed, and 9 while its tree is walked.
    expect(await turnsDuring(300)).toBeGreaterThan(0);
    expect(await turnsDuring(3000)).toBeGreaterThan(32);
  });

  it('frees every tree and parser', async () => {
    const { Parser, Tree } = await import('web-tree-sitter');
    const parse = jest.spyOn(Parser.prototype, 'parse');
    const freeTree = jest.spyOn(Tree.prototype, 'delete');
    const freeParser = jest.spyOn(Parser.prototype, 'delete');
    const codes = ['function a() {}', 'function (', 'x = 1;\n'.repeat(5000)];
    await Promise.all(codes.map((code) => outlineCode(code, 'javascript')));
    const trees = parse.mock.results.filter(({ value }) => value !== null).length;
    const freed = [freeTree.mock.calls.length, freeParser.mock.calls.length];
    jest.restoreAllMocks();
    expect(trees).toBe(3);
    expect(freed).toEqual([3, 3]);
  });
});
