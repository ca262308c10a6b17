import { afterAll, describe, expect, it } from '@jest/globals';
import { hasPython } from '../../test/support/coding-samples.ts';
import { chooseSandbox } from './choose-sandbox.ts';
import { DeadCodeAnalyser } from './dead-code.ts';
import { RefusingSandbox } from './sandbox.refusing.ts';

const source = (path: string, ...lines: string[]) => ({ path, content: `${lines.join('\n')}\n`, role: 'source' });
const test = (path: string, ...lines: string[]) => ({ path, content: `${lines.join('\n')}\n`, role: 'test' });

describe('the analysis of dead code', () => {
  const chosen = chooseSandbox('auto', () => undefined);
  const analyse = async (request: Parameters<DeadCodeAnalyser['analyse']>[0]) =>
    new DeadCodeAnalyser(await chosen).analyse(request);

  afterAll(async () => (await chosen).close());

  it('names what nothing uses, in JavaScript and TypeScript, tests included in what uses [TK-10]', async () => {
    const { analyser, findings, problem } = await analyse({
      language: 'typescript',
      files: [
        source(
          'src/a.js',
          "import { join, dirname } from 'node:path';",
          "import main, { two } from './b.ts';",
          'function helper(unusedParameter, b) { return b; }',
          'function never() { return 1; }',
          'export function used(x) { return helper(1, x) + two; main(); }',
          "export const dead = () => join('a');",
        ),
        source(
          'src/b.ts',
          'export const two = 2;',
          'export default function main(): void {}',
          'export type Unused = string;',
        ),
        source('src/c.cjs', 'function x() {}', 'module.exports = { x };'),
        test(
          'a.test.js',
          "import { used } from './src/a.js';",
          "const { x } = require('./src/c.cjs');",
          'let unused;',
          'used(x);',
        ),
      ],
    });
    expect({ analyser, problem }).toEqual({ analyser: expect.stringMatching(/^typescript \d/), problem: undefined });
    expect(findings.map(({ path, line, name, kind }) => [path, line, name, kind])).toEqual([
      ['src/a.js', 1, 'dirname', 'import'],
      ['src/a.js', 4, 'never', 'function'],
      ['src/a.js', 5, 'main();', 'unreachable'],
      ['src/a.js', 6, 'dead', 'export of function'],
      ['src/b.ts', 3, 'Unused', 'export of type'],
    ]);
  });

  it('runs nothing of the workspace and takes no advice from it [TK-10, WS-2]', async () => {
    const { findings, problem } = await analyse({
      language: 'javascript',
      files: [
        source('typescript.cjs', "throw new Error('run');"),
        source('package.json', '{"type":"commonjs","imports":{"#x":"./y.js"}}'),
        source('tsconfig.json', '{"exclude":["**/*"],"compilerOptions":{"plugins":[{"name":"./evil.js"}]}}'),
        source('evil.js', "throw new Error('run');"),
        source('broken.js', 'export function half( {'),
        source('a.js', 'let unused = 1;', 'export {};'),
      ],
    });
    expect({ findings: findings.filter(({ path }) => path === 'a.js'), problem }).toEqual({
      findings: [{ path: 'a.js', name: 'unused', line: 1, kind: 'variable' }],
      problem: undefined,
    });
  });

  it('keeps 200 findings and counts the others', async () => {
    const lines = Array.from({ length: 250 }, (_, index) => `let unused${index};`);
    const report = await analyse({ language: 'javascript', files: [source('a.js', ...lines, 'export {};')] });
    expect([report.findings.length, report.findingsCut]).toEqual([200, 50]);
  });

  (hasPython ? it : it.skip)('finds it in Python, or says what is missing [TK-10]', async () => {
    const report = await analyse({
      language: 'python',
      files: [
        source('a.py', 'import os', '', 'def used():', '    return 1', '', 'def never():', '    return 2'),
        test('test_a.py', 'from a import used', 'def test_it():', '    assert used() == 1'),
        source('vulture.py', "raise RuntimeError('run')"),
        source('pyproject.toml', '[tool.vulture]', 'exclude = ["*"]'),
      ],
    });
    if (report.analyser === null) {
      expect(report).toMatchObject({ findings: [], problem: expect.stringContaining('apt-get install vulture') });
      return;
    }
    expect(report.findings.map(({ path, line, name, kind }) => [path, line, name, kind])).toEqual([
      ['a.py', 1, 'os', 'import'],
      ['a.py', 6, 'never', 'function'],
    ]);
  });

  it('says why it cannot be done: an unknown language, no isolation', async () => {
    expect(await analyse({ language: 'cobol', files: [] })).toMatchObject({
      analyser: null,
      problem: expect.stringContaining('cobol'),
    });
    const refusing = new DeadCodeAnalyser(new RefusingSandbox('none works', 'Install bubblewrap.'));
    expect(await refusing.analyse({ language: 'javascript', files: [] })).toMatchObject({
      analyser: null,
      problem: expect.stringContaining('Install bubblewrap.'),
    });
  });

  it('is given up when nobody wants it any more', async () => {
    const reason = new Error('the server goes down');
    await expect(analyse({ language: 'javascript', files: [], signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});
