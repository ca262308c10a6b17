import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CodeIndex } from './code-index.ts';
import { splitCode } from './split-code.ts';

describe('what is kept of code that was read (CX-9)', () => {
  it('reads a text once, whatever its path', async () => {
    const index = new CodeIndex();
    const first = await index.read({ path: 'a.ts', text: 'const a = 1;\n' });
    expect(await index.read({ path: 'b/c.ts', text: 'const a = 1;\n' })).toBe(first);
    expect(await index.read({ path: 'a.py', text: 'const a = 1;\n' })).not.toBe(first);
  });

  it('links a version once, and another one anew', async () => {
    const index = new CodeIndex();
    const files = [{ path: 'a.ts', text: 'const a = 1;\n' }];
    const first = await index.link(files, {});
    expect(await index.link(files, {})).toBe(first);
    expect(await index.link(files, { aliases: [['@/', 'src/']] })).not.toBe(first);
    expect(await index.link([{ path: 'b.ts', text: 'const a = 1;\n' }], {})).not.toBe(first);
  });

  it('forgets the longest unused when there is too much', async () => {
    const index = new CodeIndex({ maxCharacters: 25 });
    const [a, b] = [
      { path: 'a.ts', text: 'const a1 = 1;' },
      { path: 'a.ts', text: 'const b1 = 1;' },
    ] as const;
    const first = await index.read(a);
    await index.read(b);
    expect(await index.read(a)).not.toBe(first);
  });
});

describe('the pieces of a file', () => {
  it('cover every line once and end before a definition where there is one in reach', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('', 'a', 'b')), fc.integer({ min: 1, max: 9 }), (lines, most) => {
        const pieces = splitCode(lines, [], most);
        const covered = pieces.flatMap(({ firstLine, lastLine }) =>
          Array.from({ length: lastLine - firstLine + 1 }, (_, index) => firstLine + index),
        );
        expect(covered).toEqual(lines.map((_, index) => index + 1));
        expect(pieces.every(({ firstLine, lastLine }) => lastLine - firstLine < most)).toBe(true);
      }),
    );
    const definition = { name: 'f', kind: 'function', owner: null, firstLine: 6, headEnd: 6, lastLine: 9 } as const;
    expect(splitCode(Array<string>(9).fill('x'), [definition], 8)[0]).toEqual({ firstLine: 1, lastLine: 5 });
  });
});
