import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { pythonTestRunner } from './python-test-runner.ts';
import type { SandboxFile } from './sandbox.ts';

/**
 * How the tests of a language are run: one command for each test file, in a sandbox of its own. The command reads a
 * secret from its input, and writes to descriptor 3 a line for each test and one for the end, each behind the secret:
 * `{"kind":"test","name","status","durationMs","message"?}` and `{"kind":"end","tests","missing":[…]}`.
 */
export interface TestLanguage {
  readonly name: string;
  /** Files that go into `{tools}`. */
  tools(): Promise<readonly SandboxFile[]>;
  command(testFile: string): readonly [string, ...string[]];
  /** A file that helps tests but holds none, though it may be listed among the test files. */
  isSupport?(path: string): boolean;
  /** A file that the test framework obeys: only taken from those who give the tests, not from the code under test. */
  isConfiguration?(path: string): boolean;
}

const nodeTools = ['node-test-preload', 'node-test-reporter'].map((name) => `${name}${extname(import.meta.url)}`);

/** Shipped as they stand beside this file: as sources where those run, else as built. */
async function readNodeTools(): Promise<readonly SandboxFile[]> {
  const read = async (path: string) => ({ path, content: await readFile(new URL(path, import.meta.url), 'utf8') });
  const types = { path: 'package.json', content: '{"type":"module"}' };
  return [types, ...(await Promise.all(nodeTools.map(read)))];
}

function nodeCommand(...options: string[]): TestLanguage['command'] {
  const [preload, reporter] = nodeTools;
  return (testFile) => [
    'node',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
    ...options,
    `--import={tools}/${preload}`,
    ...[`--test-reporter={tools}/${reporter}`, '--test-reporter-destination=stdout'],
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    `./${testFile}`,
  ];
}

/** The languages whose tests can be run. */
export const testLanguages: readonly TestLanguage[] = [
  { name: 'javascript', tools: readNodeTools, command: nodeCommand() },
  { name: 'typescript', tools: readNodeTools, command: nodeCommand() },
  {
    name: 'python',
    tools: () => Promise.resolve([{ path: 'run_tests.py', content: pythonTestRunner }]),
    command: (testFile) => ['python3', '-P', '-B', '-X', 'utf8', '{tools}/run_tests.py', testFile],
    isConfiguration: (path) => /(^|\/)(conftest|sitecustomize|usercustomize)\.py$|(^|\/)pytest\.ini$/.test(path),
    isSupport: (path) => /(^|\/)(conftest|__init__)\.py$/.test(path),
  },
];
