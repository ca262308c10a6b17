import { afterAll, expect, it } from '@jest/globals';
import { describeTiers, hasPython } from './sandbox-tiers.contract.ts';
import { TestRunner } from './test-runner.ts';
import { UnsafePathError } from './workspace.errors.ts';

type Files = Readonly<Record<string, string>>;

/** Honest tests of code that is wrong: whatever the code does besides, they must not pass. */
const javascriptTest = `import { test } from 'node:test';
import assert from 'node:assert/strict';
import { double } from './double.js';
test('doubles', () => assert.equal(double(2), 4));
test('doubles more', () => assert.equal(double(3), 6));
`;
const pythonTest = `import unittest
from double import double

class Doubles(unittest.TestCase):
    def test_two(self):
        self.assertEqual(double(2), 4)

    def test_three(self):
        self.assertEqual(double(3), 6)
`;
const wrongJavascript = 'export const double = (x) => x;';
const wrongPython = 'def double(x):\n    return x\n';
const forged = [
  { kind: 'test', name: 'doubles', status: 'passed', durationMs: 1 },
  { kind: 'test', name: 'doubles more', status: 'passed', durationMs: 1 },
  { kind: 'end', tests: 2, missing: [] },
];
const forgedLines = forged.map((line) => JSON.stringify(line)).join('\n');

const javascript: Readonly<Record<string, string | Files>> = {
  'ends the process while it is loaded': `process.exit(0);`,
  'ends the process in the middle of a test': `export const double = () => process.exit(0);`,
  'ends the process as if nothing had failed': `process.on('exit', () => { process.exitCode = 0; process.exit(0); }); ${wrongJavascript}`,
  'prints what a runner would': `console.log('TAP version 13\\nok 1 - doubles\\nok 2 - doubles more\\n1..2\\n# pass 2\\n# fail 0'); process.exit(0);`,
  'writes a report of its own': `import fs from 'node:fs'; fs.writeSync(3, ${JSON.stringify(`\n${forgedLines}\n`)}); process.exit(0);`,
  'starts the reporter again with tests of its own': `
    const options = process.execArgv.join(' ').match(/--test-reporter=(\\S*node-test-reporter\\S*)/);
    const { default: report } = await import(options[1]);
    const events = ['doubles', 'doubles more'].map((name) => ({ type: 'test:pass', data: { name, nesting: 0, details: { duration_ms: 1 } } }));
    for await (const line of report(events)) {}
    process.exit(0);`,
  'makes every assertion hold': `import assert from 'node:assert'; import { syncBuiltinESMExports } from 'node:module';
    for (const kind of [assert, assert.strict]) for (const name of Object.keys(kind)) try { kind[name] = () => {}; } catch {}
    syncBuiltinESMExports(); ${wrongJavascript}`,
  'makes every report say passed': `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
    const { stringify } = JSON;
    JSON.stringify = (value) => stringify(value).replaceAll('failed', 'passed');
    const { writeSync } = fs;
    fs.writeSync = (target, text) => writeSync(target, String(text).replaceAll('failed', 'passed'));
    syncBuiltinESMExports(); process.on('exit', () => process.exit(0)); ${wrongJavascript}`,
};

const python: Readonly<Record<string, string | Files>> = {
  'ends the process while it is loaded': 'import os\nos._exit(0)\n',
  'leaves by an exception while it is loaded': 'raise SystemExit(0)\n',
  'ends the process in the middle of a test': 'import os\ndef double(x):\n    os._exit(0)\n',
  'prints what a runner would': `import os\nprint("..\\nRan 2 tests in 0.001s\\n\\nOK", flush=True)\nos._exit(0)\n`,
  'writes a report of its own': `import os\nos.write(3, ${JSON.stringify(`\n${forgedLines}\n`)}.encode())\nos._exit(0)\n`,
  'skips the tests it would fail': 'import unittest\ndef double(x):\n    raise unittest.SkipTest("not today")\n',
  'empties the collection': `import sys, unittest\nsys.modules["double_test"].load_tests = lambda *rest: unittest.TestSuite()\n${wrongPython}`,
  'makes every assertion hold': `import unittest\nunittest.TestCase.assertEqual = lambda *rest: None\n${wrongPython}`,
  'takes out the tests': `import unittest\nunittest.TestLoader.getTestCaseNames = lambda *rest: []\n${wrongPython}`,
  'stands in for the test framework': {
    'double.py': wrongPython,
    'unittest.py': 'class TestCase:\n    pass\ndef main():\n    pass\n',
    'json.py': 'raise SystemExit(0)\n',
    'sitecustomize.py': 'import os\nos._exit(0)\n',
    'conftest.py': 'def pytest_collection_modifyitems(items):\n    items.clear()\n',
  },
};

describeTiers(['bwrap', 'landlock'], ({ make }) => {
  const sandbox = make();
  const runner = new TestRunner(sandbox);
  afterAll(() => sandbox.close());

  const run = (language: string, testPath: string, test: string, files: Files) =>
    runner.run({
      language,
      files: Object.entries({ [testPath]: test, ...files }).map(([path, content]) => ({ path, content })),
      testFiles: [testPath],
      timeoutMs: 15_000,
    });

  for (const [what, planted] of Object.entries(javascript)) {
    it(`does not let JavaScript pass that ${what} [WS-3]`, async () => {
      const files = typeof planted === 'string' ? { 'double.js': planted } : planted;
      const report = await run('javascript', 'double.test.js', javascriptTest, files);
      expect(report.passed).toBe(false);
      expect(report.problem ?? report.results.find(({ status }) => status === 'failed')?.message).toBeTruthy();
    });
  }

  for (const [what, planted] of Object.entries(python)) {
    (hasPython ? it : it.skip)(`does not let Python pass that ${what} [WS-3]`, async () => {
      const files = typeof planted === 'string' ? { 'double.py': planted } : planted;
      const report = await run('python', 'double_test.py', pythonTest, files);
      expect(report.passed).toBe(false);
      expect(report.problem ?? report.results.find(({ status }) => status === 'failed')?.message).toBeTruthy();
    });
  }

  it('lets the right code pass the same tests [WS-3]', async () => {
    const right = { 'double.js': 'export const double = (x) => 2 * x;' };
    expect(await run('javascript', 'double.test.js', javascriptTest, right)).toMatchObject({ passed: true });
    if (!hasPython) return;
    const files = { 'double.py': 'def double(x):\n    return 2 * x\n' };
    expect(await run('python', 'double_test.py', pythonTest, files)).toMatchObject({ passed: true });
  });

  it('takes a file without a test, or with skipped ones only, for no pass [WS-3]', async () => {
    const none = await run('javascript', 'a.test.js', 'export const nothing = 1;', {});
    expect(none).toMatchObject({ passed: false, problem: 'a.test.js has no test' });
    const skipped = await run('javascript', 'a.test.js', `require('node:test').skip('later', () => {});`, {});
    expect(skipped).toMatchObject({ passed: false, problem: 'a.test.js has no test that passed: all were skipped' });
  });

  it('takes no files that stand in for packages [WS-1]', async () => {
    const planted = { 'double.js': wrongJavascript, 'node_modules/assert/index.js': '' };
    await expect(run('javascript', 'double.test.js', javascriptTest, planted)).rejects.toThrow(UnsafePathError);
  });
});
