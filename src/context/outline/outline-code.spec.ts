import { describe, expect, it } from '@jest/globals';
import type { CodeOutline } from './code-outline.ts';
import { outlineCode } from './outline-code.ts';

function functionOf(outline: CodeOutline, name: string) {
  const found = outline.functions.find((candidate) => candidate.name === name);
  if (!found) throw new Error(`no ${name} in ${outline.functions.map((other) => other.name).join(', ')}`);
  return found;
}

const script = `// Copyright 2026 Somebody, MIT licence.

/**
 * Counts words and keeps the counts.
 *
 * @module
 */
import fs, { readFile as read } from 'node:fs';
import type { Store } from './store.ts';

const cache = new Map();
let total = 0;

/**
 * How many words
 * a text has.
 * @param text the text
 */
export async function count(text: string, out: string[] = []): Promise<number> {
  const words = text.split(' ');
  words.sort();
  out.push('seen');
  cache.set(text, 1);
  total += 1;
  if (!text) throw new RangeError('empty');
  console.log(process.env.HOME, Date.now());
  const asked = (part: Part) => { part.x = 1; return fetch(part.url); };
  return words.length;
}
// Adds
// two numbers.
export const add = (a: number, b: number): number => a + b;

@Injectable()
export class Counter<T> extends Base {
  private n = 0;
  constructor(private readonly store: Store) { super(); this.n = 1; }
  /** Adds to it. */
  async add(by = 1): Promise<void> { this.n += by; await fs.promises.rename('a', 'b'); }
  handler = () => { delete this.n; };
}
interface Shape { area(): number }
export type Id = string | number;
export { total as sum };
export * from './more.ts';
test('a name', () => { function helper() {} });
`;

describe('the outline of JavaScript and TypeScript', () => {
  it('names what a file is about, needs and offers [CX-9]', async () => {
    const outline = await outlineCode(script, 'typescript');
    expect(outline).toMatchObject({ source: 'syntaxTree', hasSyntaxErrors: false, cut: false, lines: 46 });
    expect(outline.doc).toBe('Counts words and keeps the counts.');
    expect(outline.imports).toEqual([
      { from: 'node:fs', names: ['fs', 'readFile'] },
      { from: './store.ts', names: ['Store'] },
      { from: './more.ts', names: [] },
    ]);
    expect(outline.exports).toEqual(['count', 'add', 'Counter', 'Id', 'sum']);
    expect(outline.types.map(({ kind, name, exported }) => [kind, name, exported])).toEqual([
      ['class', 'Counter', true],
      ['interface', 'Shape', false],
      ['type', 'Id', true],
    ]);
    expect(outline.functions.map(({ name, exported }) => [name, exported])).toEqual([
      ['count', true],
      ['add', true],
      ['Counter.constructor', true],
      ['Counter.add', true],
      ['Counter.handler', true],
      ['helper', false],
    ]);
  });

  it('says what a function takes, gives, calls, throws and changes [CX-9]', async () => {
    const outline = await outlineCode(script, 'typescript');
    expect(functionOf(outline, 'count')).toEqual({
      name: 'count',
      signature: 'async function count(text: string, out: string[] = []): Promise<number>',
      parameters: 'text: string, out: string[] = []',
      returns: 'Promise<number>',
      givesValue: true,
      doc: 'How many words a text has.',
      exported: true,
      firstLine: 19,
      lastLine: 29,
      calls: ['text.split', 'words.sort', 'out.push', 'cache.set', 'RangeError', 'console.log', 'Date.now', 'fetch'],
      throws: ['RangeError'],
      sideEffects: [
        'reads the environment',
        'changes its argument out',
        'changes cache',
        'prints',
        'reads the clock',
        'uses the network',
        'changes total',
      ],
    });
    expect(functionOf(outline, 'add')).toMatchObject({ doc: 'Adds two numbers.', givesValue: true, sideEffects: [] });
    expect(functionOf(outline, 'Counter.constructor').sideEffects).toEqual([]);
    expect(functionOf(outline, 'Counter.add').sideEffects).toEqual(['writes files', 'changes its own object']);
    expect(functionOf(outline, 'Counter.handler').sideEffects).toEqual(['changes its own object']);
  });

  it('knows CommonJS and JSX', async () => {
    const old = `const fs = require('fs');
exports.load = function (path) { return fs.readFileSync(path); };
function save() {}
module.exports = { save, store: 1 };`;
    const outline = await outlineCode(old, 'javascript');
    expect(outline.imports).toEqual([{ from: 'fs', names: [] }]);
    expect(outline.exports).toEqual(['load', 'save', 'store']);
    expect(functionOf(outline, 'load').sideEffects).toEqual(['reads files']);
    expect(functionOf(outline, 'save').exported).toBe(true);
    const view = 'export const View = ({ name }: Props) => <b onClick={() => go(name)}>{name}</b>;\n';
    const jsx = await outlineCode(view, 'typescript', 'src/view.tsx');
    expect(jsx).toMatchObject({ hasSyntaxErrors: false, exports: ['View'] });
    expect(functionOf(jsx, 'View').calls).toEqual(['go']);
  });
});

describe('the outline of Python', () => {
  const python = `#!/usr/bin/env python3
"""Counts words.

More about it."""
import os.path as p, sys
from .text import split as s, join

total = 0

class Counter(Base):
    """A counter."""
    def __init__(self, n: int = 0) -> None:
        self.n = n

    @property
    async def add(self, items: list[int], *args):
        """Adds to it.

        :param items: what to add
        """
        global total
        total = 1
        items.append(1)
        self.n += 1
        local = {}
        local['a'] = 3
        for item in items:
            print(item)
        with open('x') as file:
            file.write_text('y')
        if not items:
            raise ValueError('none')
        return len(items)

# Says nothing.
def _hidden():
    pass
`;

  it('names what a file is about, needs and offers [CX-9]', async () => {
    const outline = await outlineCode(python, 'python');
    expect(outline).toMatchObject({ source: 'syntaxTree', doc: 'Counts words.', hasSyntaxErrors: false });
    expect(outline.imports).toEqual([
      { from: 'os.path', names: [] },
      { from: 'sys', names: [] },
      { from: '.text', names: ['split', 'join'] },
    ]);
    expect(outline.types).toMatchObject([
      { kind: 'class', name: 'Counter', doc: 'A counter.', signature: 'class Counter(Base)' },
    ]);
    expect(outline.exports).toEqual(['Counter']);
    expect(functionOf(outline, '_hidden')).toMatchObject({ doc: 'Says nothing.', exported: false });
  });

  it('says what a function takes, gives, calls, throws and changes [CX-9]', async () => {
    const outline = await outlineCode(python, 'python');
    expect(functionOf(outline, 'Counter.__init__')).toMatchObject({ returns: 'None', sideEffects: [] });
    expect(functionOf(outline, 'Counter.add')).toMatchObject({
      signature: 'async def add(self, items: list[int], *args)',
      doc: 'Adds to it.',
      givesValue: true,
      firstLine: 16,
      lastLine: 33,
      calls: ['items.append', 'print', 'open', 'file.write_text', 'ValueError', 'len'],
      throws: ['ValueError'],
      sideEffects: [
        'changes its argument items',
        'prints',
        'opens files',
        'writes files',
        'changes total',
        'changes its own object',
      ],
    });
  });
});

describe('the outline of code with syntax errors', () => {
  it.each([
    [
      'typescript',
      'import a from "./a.ts";\nfunction one(x: number {\n  return x +;\n}\nexport function two(y) { return y; }\n',
    ],
    [
      'javascript',
      'import a from "./a.ts";\nfunction one(x) { if (x { return }\nclass { \nexport function two(y) { return y; }\n',
    ],
    ['python', 'import a\nfrom "./a.ts" import b\ndef one(x:\n    return x\n\ndef two(y): return y\n'],
  ])('of %s still names every function [LM-4] [CX-9]', async (language, code) => {
    const outline = await outlineCode(code, language);
    expect(outline).toMatchObject({ source: 'syntaxTree', hasSyntaxErrors: true });
    expect(outline.functions.map(({ name }) => name)).toEqual(['one', 'two']);
    expect(outline.imports.length).toBeGreaterThan(0);
  });
});

describe('the outline of other languages', () => {
  it.each([
    [
      'go',
      '// Package text counts.\npackage text\n\nimport "strings"\n\n// Count counts.\nfunc (c *Counter) Count(s string) int {\n}\ntype Counter struct {\n}\n',
      'Count',
      'Counter',
    ],
    [
      'rust',
      'use std::fs;\n/// Counts.\npub fn count(s: &str) -> usize {\n}\npub struct Counter {\n}\n',
      'count',
      'Counter',
    ],
    [
      'java',
      'import java.util.List;\npublic class Counter {\n  public static int count(String s) {\n    return 0;\n  }\n}\n',
      'count',
      'Counter',
    ],
    [
      'c',
      '#include <stdio.h>\n/* Counts. */\nint count(const char *s) {\n  if (s) {\n  }\n}\nstruct counter {\n',
      'count',
      'counter',
    ],
    ['ruby', "require 'set'\nclass Counter\n  # Counts.\n  def count(text)\n  end\nend\n", 'count', 'Counter'],
  ])('is read by line, as of %s', async (language, code, name, type) => {
    const outline = await outlineCode(code, language);
    expect(outline).toMatchObject({ source: 'text', functions: [{ name }], types: [{ name: type }] });
    expect(outline.imports.length).toBeGreaterThan(0);
  });
});
