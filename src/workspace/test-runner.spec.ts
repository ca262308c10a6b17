import { afterAll, describe, expect, it } from '@jest/globals';
import { codingSamples } from '../../test/support/coding-samples.ts';
import { describeTiers, hasPytest, hasPython } from './sandbox-tiers.contract.ts';
import { RefusingSandbox } from './sandbox.refusing.ts';
import { TestRunner } from './test-runner.ts';
import {
  SandboxUnavailableError,
  TestFileMissingError,
  UnknownLanguageError,
  UnsafePathError,
} from './workspace.errors.ts';

type Files = Readonly<Record<string, string>>;

const itPython = hasPython ? it : it.skip;
const samples = codingSamples.slice(0, 4).filter(({ language }) => hasPython || language !== 'python');

const nodeTest = `import { describe, it, test } from 'node:test';\nimport assert from 'node:assert/strict';\n`;

const loadFailures = (
  [
    [
      'a syntax error in JavaScript',
      'javascript',
      { 'a.test.js': `${nodeTest}import './b.js';\ntest('x', () => {});`, 'b.js': 'let fine = 1;\nlet wrong = ;' },
      /b\.js:2[^]*SyntaxError: Unexpected token/,
    ],
    [
      'a missing module in JavaScript',
      'javascript',
      { 'a.test.js': `${nodeTest}import './c.js';\ntest('x', () => {});` },
      /Cannot find module 'c\.js' imported from a\.test\.js/,
    ],
    [
      'a missing export in JavaScript',
      'javascript',
      { 'a.test.js': `${nodeTest}import { nope } from './b.js';\ntest('x', () => {});`, 'b.js': 'export {};' },
      /a\.test\.js:3[^]*does not provide an export named 'nope'/,
    ],
    [
      'a syntax error in Python',
      'python',
      { 'a_test.py': 'import b\n', 'b.py': 'x = 1\ndef f(:\n' },
      /"b\.py", line 2[^]*SyntaxError/,
    ],
    [
      'a missing module in Python',
      'python',
      { 'a_test.py': 'import unittest\nimport missing_module\n' },
      /ModuleNotFoundError: No module named 'missing_module'\n {2}at a_test\.py:2/,
    ],
    [
      'an exit at import in Python',
      'python',
      { 'a_test.py': 'import b\n', 'b.py': 'import sys\nsys.exit(0)\n' },
      /ended the run by itself while it was loaded: exit code 0/,
    ],
  ] satisfies [string, string, Files, RegExp][]
).filter(([, language]) => hasPython || language !== 'python');

describeTiers(['bwrap', 'landlock', 'process'], ({ name, make }) => {
  const sandbox = make();
  const runner = new TestRunner(sandbox);
  afterAll(() => sandbox.close());

  const run = (language: string, files: Files, testFiles = Object.keys(files).slice(0, 1), timeoutMs = 15_000) =>
    runner.run({
      language,
      files: Object.entries(files).map(([path, content]) => ({ path, content })),
      testFiles,
      timeoutMs,
    });

  it.each(samples)('tells right code from wrong: $name in $language [TK-5]', async (sample) => {
    const { language, path, testPath, test, right, wrong } = sample;
    const passed = await run(language, { [testPath]: test, [path]: right });
    expect(passed).toMatchObject({ passed: true, exitCode: 0, isolation: name });
    expect(passed.problem).toBeUndefined();
    expect(passed.results.map(({ file, status }) => [file, status])).toEqual(
      passed.results.map(() => [testPath, 'passed']),
    );
    const failed = await run(language, { [testPath]: test, [path]: wrong });
    expect(failed.passed).toBe(false);
    expect(failed.results).toHaveLength(passed.results.length);
    expect(failed.results.some(({ status, message }) => status === 'failed' && message)).toBe(true);
  });

  it('tells each test of JavaScript by its full name, with what was expected and where it failed [TK-4]', async () => {
    const { results, passed } = await run('javascript', {
      'spec/thing.checks.mjs': `${nodeTest}
        describe('parser', () => {
          describe('numbers', () => {
            it('reads a sign', () => assert.equal(1, 1));
            it('reads a point', () => assert.equal(1 + 1, 3));
          });
          it.skip('later', () => {});
        });
        test('parts', async (t) => { await t.test('inner', () => { throw new TypeError('no such thing'); }); });`,
    });
    expect(passed).toBe(false);
    const told = results.map(({ name: told, status }) => `${status} ${told}`);
    expect(told).toEqual([
      'passed parser > numbers > reads a sign',
      'failed parser > numbers > reads a point',
      'skipped parser > later',
      'failed parts > inner',
    ]);
    expect(results[1]?.message).toMatch(/2 !== 3[^]*spec\/thing\.checks\.mjs:7:/);
    expect(results[3]?.message).toMatch(/^TypeError: no such thing\n.*spec\/thing\.checks\.mjs:11:/);
    for (const { durationMs } of results) expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  it('runs TypeScript as it is [TK-5]', async () => {
    const report = await run('typescript', {
      'spec/thing.test.ts': `${nodeTest}import { double, type Input } from '../src/double.ts';
        const input: Input = { value: 2 };
        test('doubles', (): void => assert.equal(double(input), 4));`,
      'src/double.ts': `export interface Input { readonly value: number }
        export const double = ({ value }: Input): number => value * 2;`,
    });
    expect(report).toMatchObject({ passed: true, results: [{ name: 'doubles', status: 'passed' }] });
  });

  itPython('tells each test of Python, with imports from the root, siblings and packages [TK-5]', async () => {
    const { results, passed, problem } = await run('python', {
      'tests/test_x.py': `
import unittest
import helper
from pkg.maths import half
from . import helper as same

class Halves(unittest.TestCase):
    def test_even(self):
        self.assertEqual(half(4), helper.TWO)

    def test_odd(self):
        self.assertEqual(half(3), 1, "rounded down")

    def test_many(self):
        for value in range(3):
            with self.subTest(value=value):
                self.assertLess(value, 2)

    @unittest.skip("not yet")
    def test_later(self):
        pass

    @unittest.expectedFailure
    def test_known(self):
        self.fail()

class Waits(unittest.IsolatedAsyncioTestCase):
    async def test_async(self):
        pass

def test_plain():
    assert same is not None
`,
      'tests/helper.py': 'TWO = 2\n',
      'pkg/__init__.py': '',
      'pkg/maths.py': 'def half(x):\n    return x / 2\n',
    });
    expect(problem).toBeUndefined();
    expect(passed).toBe(false);
    const told: Record<string, string> = Object.fromEntries(
      results.map(({ name: told, status }) => [told.split('.').at(-1) ?? '', status]),
    );
    expect(told).toEqual({
      ...{ test_even: 'passed', test_odd: 'failed', test_many: 'failed', test_later: 'skipped' },
      ...{ test_known: 'passed', test_async: 'passed', test_plain: 'passed' },
    });
    const message = (test: string) => results.find(({ name: told }) => told === test)?.message;
    expect(message('Halves.test_odd')).toMatch(/1\.5 != 1 : rounded down\n {2}at tests\/test_x\.py:12 in test_odd/);
    // Which part of a test it was is lost to pytest, which runs the file where it is installed.
    expect(message('Halves.test_many')).toMatch(hasPytest ? /^2 not less than 2/ : /^\(value=2\): 2 not less than 2/);
    expect(message('Halves.test_later')).toBe('not yet');
  });

  itPython('runs several test files, each on a fresh copy, whatever they are called [TK-5]', async () => {
    const test = (file: string) => `
import os, unittest
class Fresh(unittest.TestCase):
    def test_fresh(self):
        self.assertFalse(os.path.exists("left"))
        open("left", "w").close()
        self.assertTrue(__file__.endswith(${JSON.stringify(file)}))
`;
    const names = ['anagram_test.py', 'check me-2.py', 'test/test_y.py', 'json/test_z.py'];
    const report = await run('python', Object.fromEntries(names.map((file) => [file, test(file)])), names);
    expect(report).toMatchObject({ passed: true, exitCode: 0 });
    expect(report.results.map(({ file }) => file)).toEqual(names);
  });

  itPython('keeps what the test framework obeys out of the hands of the code under test [WS-3]', async () => {
    const content = `
import os, unittest
class Configuration(unittest.TestCase):
    def test_files(self):
        self.assertEqual([name for name in sorted(os.listdir()) if name != "a_test.py"], ["conftest.py", "pytest.ini"])
`;
    const files = [
      { path: 'a_test.py', content, role: 'test' },
      { path: 'conftest.py', content: '', role: 'fixture' },
      { path: 'pytest.ini', content: '', role: 'test' },
      { path: 'sitecustomize.py', content: '', role: 'source' },
      { path: 'sub/conftest.py', content: '' },
    ];
    const report = await runner.run({ language: 'python', files, testFiles: ['a_test.py'], timeoutMs: 15_000 });
    expect(report).toMatchObject({ passed: true });
  });

  it.each(loadFailures)('makes %s a failed result that says where [TK-4]', async (_what, language, files, message) => {
    const report = await run(language, files);
    expect(report.passed).toBe(false);
    expect(report.results).toMatchObject([{ status: 'failed', file: Object.keys(files)[0] }]);
    expect(report.results[0]?.message).toMatch(message);
    expect(report.results[0]?.message).not.toMatch(/taskloom-run|\/work\//);
  });

  it('ends tests that hang or eat memory, and says so [TK-4]', async () => {
    const hang = await run(
      'javascript',
      { 'a.test.js': `${nodeTest}test('ok', () => {}); test('x', () => { for (;;); });` },
      undefined,
      2000,
    );
    expect(hang).toMatchObject({ passed: false, exitCode: null });
    expect(hang.problem).toMatch(/^a\.test\.js ran longer than 2000 ms and was ended/);
    const small = new TestRunner(sandbox, { limits: { memoryBytes: 200 * 2 ** 20 } });
    const content = `${nodeTest}test('x', async () => { const kept = []; for (;;) {
      kept.push(Buffer.alloc(2 ** 24, 1)); await new Promise((resolve) => setTimeout(resolve, 5)); } });`;
    const files = [{ path: 'a.test.js', content }];
    const eats = await small.run({ language: 'javascript', files, testFiles: ['a.test.js'], timeoutMs: 15_000 });
    expect(eats.problem).toBe('a.test.js used more than 200 MiB of memory and was ended');
  });

  it('ends the other files when one hangs, and names the one that did [TK-4]', async () => {
    const hang = `${nodeTest}test('x', () => { for (;;); });`;
    const names = ['a.test.js', 'b.test.js', 'c.test.js', 'd.test.js', 'e.test.js', 'f.test.js'];
    const report = await run('javascript', Object.fromEntries(names.map((file) => [file, hang])), names, 2000);
    expect(report.problem).toMatch(/^[a-f]\.test\.js ran longer than 2000 ms/);
    expect(report.durationMs).toBeLessThan(5500);
  });

  it('ends the run when its caller gives up [WS-2]', async () => {
    const giveUp = new AbortController();
    const files = [
      {
        path: 'a.test.js',
        content: `${nodeTest}console.log('up'); test('x', () => new Promise((r) => setTimeout(r, 60_000)));`,
      },
    ];
    const report = await runner.run({
      ...{ language: 'javascript', files, testFiles: ['a.test.js'], timeoutMs: 30_000, signal: giveUp.signal },
      onOutput: () => giveUp.abort(new Error('cancelled')),
    });
    expect(report).toMatchObject({ passed: false, problem: 'a.test.js was ended before it was done' });
  });

  it('streams what tests print, keeps it up to a limit and says what was cut [WS-4]', async () => {
    const seen: string[] = [];
    const small = new TestRunner(sandbox, { limits: { outputBytes: 1000 } });
    const content = `${nodeTest}test('x', () => { console.log('begin'); console.log('x'.repeat(100_000)); });`;
    const report = await small.run({
      ...{
        language: 'javascript',
        files: [{ path: 'a.test.js', content }],
        testFiles: ['a.test.js'],
        timeoutMs: 15_000,
      },
      onOutput: (chunk) => seen.push(chunk),
    });
    expect(report.passed).toBe(true);
    expect(seen.join('')).toContain('begin');
    expect(report.output.length).toBeLessThanOrEqual(65_536 + 1);
    expect(report.outputBytesCut).toBeGreaterThan(30_000);
  });
});

describe('TestRunner', () => {
  const runner = new TestRunner(new RefusingSandbox('nothing works', 'Install something.'));
  const request = { files: [{ path: 'a.js', content: '' }], testFiles: ['a.js'], timeoutMs: 1000 };

  it('knows its languages and refuses others by name [TK-5]', async () => {
    expect(runner.languages).toEqual(['javascript', 'typescript', 'python']);
    const unknown = runner.run({ ...request, language: 'cobol' });
    await expect(unknown).rejects.toThrow(UnknownLanguageError);
    await expect(unknown).rejects.toThrow('"cobol" cannot be run: give one of javascript, typescript, python');
  });

  it('refuses test files that are not given, and paths that leave the workspace [WS-1]', async () => {
    const language = 'javascript';
    await expect(runner.run({ ...request, language, testFiles: ['b.js'] })).rejects.toThrow(TestFileMissingError);
    await expect(runner.run({ ...request, language, testFiles: ['../b.js'] })).rejects.toThrow(UnsafePathError);
  });

  it('runs nothing where the sandbox refuses [WS-3]', async () => {
    await expect(runner.run({ ...request, language: 'javascript' })).rejects.toThrow(SandboxUnavailableError);
  });

  it('counts a run without a test file as no pass [WS-3]', async () => {
    const report = await runner.run({ ...request, language: 'javascript', testFiles: [] });
    expect(report).toMatchObject({ passed: false, exitCode: null, problem: 'no test file was given' });
  });
});
