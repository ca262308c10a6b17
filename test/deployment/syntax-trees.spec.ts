import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const dist = new URL('../../dist/context/index.js', import.meta.url).href;

/** Outlines a function in every grammar, in a process of its own that stands elsewhere, and prints what it found. */
const program = `
  const { outlineCode } = await import(${JSON.stringify(dist)});
  const found = [];
  for (const [language, code, path] of [
    ['javascript', 'function add(a, b) {}', 'a.js'],
    ['typescript', 'function add(a: number) {}', 'a.ts'],
    ['typescript', 'const add = () => <b />;', 'a.tsx'],
    ['python', 'def add(a): pass', 'a.py'],
  ]) {
    const { source, hasSyntaxErrors, functions } = await outlineCode(code, language, path);
    found.push([source, hasSyntaxErrors, functions[0]?.name]);
  }
  console.log(JSON.stringify(found));
`;

describe('the built server', () => {
  it('reads syntax trees with the grammars of its packages, wherever it is started [CX-9]', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      cwd: '/',
    });
    expect(JSON.parse(stdout)).toEqual(Array.from({ length: 4 }, () => ['syntaxTree', false, 'add']));
  });
});
