import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CodeFacts, factLimits } from './code-facts.ts';
import { grammarOf, readFacts } from './read-facts.ts';

const read = (path: string, code: string) => readFacts(code, grammarOf(path));

const placesOf = ({ definitions }: CodeFacts) =>
  definitions.map(({ name, kind, owner, firstLine, headEnd, lastLine }) => {
    const outer = owner === null ? '' : `${definitions[owner]?.name}.`;
    return `${kind} ${outer}${name} ${firstLine}-${headEnd}-${lastLine}`;
  });

describe('the facts of a file (CX-9)', () => {
  it('finds definitions of TypeScript with the lines of their signatures and bodies', async () => {
    const facts = await read(
      'a.ts',
      [
        'export interface Shape {',
        '  readonly area: number;',
        '  grow(by: number): void;',
        '}',
        'export type Id = string;',
        'export const total = (',
        '  shapes: Shape[],',
        '): number => {',
        '  function inner() {}',
        '  return inner();',
        '};',
        'class Store extends Base {',
        '  constructor(private readonly id: Id) {}',
        '  async find(',
        '    id: Id,',
        '  ): Promise<Shape> {',
        '    return this.read(id);',
        '  }',
        '  handler = () => {',
        '    total([]);',
        '  };',
        '}',
      ].join('\n'),
    );
    expect(placesOf(facts)).toEqual([
      'type Shape 1-4-4',
      'field Shape.area 2-2-2',
      'method Shape.grow 3-3-3',
      'type Id 5-5-5',
      'value total 6-8-11',
      'class Store 12-12-22',
      'method Store.constructor 13-13-13',
      'field Store.id 13-13-13',
      'method Store.find 14-16-18',
      'method Store.handler 19-19-21',
    ]);
  });

  it('takes for the signature of a value what a function has that a call is given first', async () => {
    const facts = await read(
      'a.ts',
      [
        'export const card = memo(',
        '  (',
        '    props: Props,',
        '    place: Place,',
        '  ): Element => {',
        '    draw(props);',
        '  },',
        '  same,',
        ');',
      ].join('\n'),
    );
    expect(placesOf(facts)).toEqual(['value card 1-5-9']);
  });

  it('finds definitions of Python, decorated and nested ones included', async () => {
    const facts = await read(
      'a.py',
      [
        'LIMIT = 3',
        'class Reader(Base):',
        '    """Reads."""',
        '    name: str = "x"',
        '    @property',
        '    def size(',
        '        self,',
        '    ) -> int:',
        '        """How much."""',
        '        return self._size',
        'async def run(reader: Reader):',
        '    def inner(): pass',
        '    await reader.read()',
      ].join('\n'),
    );
    expect(placesOf(facts)).toEqual([
      'value LIMIT 1-1-1',
      'class Reader 2-2-10',
      'field Reader.name 4-4-4',
      'method Reader.size 6-8-10',
      'function run 11-11-13',
    ]);
  });

  it('tells what is used where, and not what is declared or imported', async () => {
    const { references, definitions } = await read(
      'a.ts',
      "import { stat } from 'fs';\nfunction first(a: Id) {\n  return store.find(a).then(stat);\n}\n",
    );
    expect(definitions.map(({ name }) => name)).toEqual(['first']);
    expect(references.filter(({ name }) => name !== 'a')).toEqual([
      { name: 'Id', line: 2, isMember: false, object: null, within: 0 },
      { name: 'store', line: 3, isMember: false, object: null, within: 0 },
      { name: 'find', line: 3, isMember: true, object: 'store', within: 0 },
      { name: 'then', line: 3, isMember: true, object: null, within: 0 },
      { name: 'stat', line: 3, isMember: false, object: null, within: 0 },
    ]);
  });

  it.each([
    [
      'a.ts',
      "import a, { type b, c as d } from './x.js';",
      [
        ['default', 'a'],
        ['b', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a.ts', "import * as all from './x.js';", [['*', 'all']]],
    ['a.ts', "export * from './x.js';", [['*', '*']]],
    ['a.ts', "export { a as b } from './x.js';", [['a', 'b']]],
    [
      'a.js',
      "const { a, b: c } = require('./x.js');",
      [
        ['a', 'a'],
        ['b', 'c'],
      ],
    ],
    ['a.js', "const x = await import('./x.js');", [['*', 'x']]],
    [
      'a.py',
      'from .x import (a, b as c)',
      [
        ['a', 'a'],
        ['b', 'c'],
      ],
    ],
    ['a.py', 'from .x import *', [['*', '*']]],
    ['a.py', 'import x.y as z', [['*', 'z']]],
  ])('knows the names that an import binds: %s %s', async (path, code, names) => {
    const { imports } = await read(path, code);
    expect(imports.flatMap((found) => found.names.map(({ imported, local }) => [imported, local]))).toEqual(names);
  });

  it('keeps the definitions around a syntax error', async () => {
    const { source, definitions } = await read('a.ts', 'function a() {}\nfunction b( { ]]\nclass C {}\nconst d = 1;\n');
    expect(source).toBe('syntaxTree');
    expect(definitions.map(({ name }) => name)).toEqual(expect.arrayContaining(['a', 'b', 'C']));
  });

  it('reads other languages by line', async () => {
    const facts = await read('a.rb', 'class Store\n  def find(id)\n  end\nend\n');
    expect(facts.source).toBe('text');
    expect(facts.definitions.map(({ name }) => name)).toEqual(['Store', 'find']);
  });

  it.each([
    ['deep', '('.repeat(100_000)],
    ['huge', 'const a = b;\n'.repeat(60_000)],
    ['one endless name', `function ${'x'.repeat(400_000)}() {}`],
  ])('is bounded on hostile code: %s', async (_, code) => {
    const { definitions, references } = await read('a.ts', code);
    expect(definitions.length).toBeLessThanOrEqual(factLimits.definitions);
    expect(references.length).toBeLessThanOrEqual(factLimits.references);
    expect(definitions.every(({ name }) => name.length <= factLimits.nameCharacters)).toBe(true);
  });

  it('gives places inside the file whatever the text is', async () => {
    const word = fc.constantFrom(
      'class',
      'def',
      'function',
      'a',
      '(',
      ')',
      '{',
      '}',
      ':',
      '\n',
      '    ',
      '=',
      '=>',
      '"',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word), fc.constantFrom('a.ts', 'a.py', 'a.js', 'a.go'), async (words, path) => {
        const code = words.join(' ');
        const lines = code.split('\n').length;
        const { definitions, references } = await read(path, code);
        for (const { firstLine, headEnd, lastLine } of definitions) {
          expect(firstLine).toBeGreaterThanOrEqual(1);
          expect(headEnd).toBeGreaterThanOrEqual(firstLine);
          expect(lastLine).toBeGreaterThanOrEqual(headEnd);
          expect(lastLine).toBeLessThanOrEqual(lines);
        }
        for (const { line } of references) expect(line).toBeLessThanOrEqual(lines);
      }),
      { numRuns: 60 },
    );
  });
});
