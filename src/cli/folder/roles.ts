import type { FileRole } from '../../client/index.ts';

const extensions: Readonly<Record<string, string>> = {
  ...{ js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascript' },
  ...{ ts: 'typescript', mts: 'typescript', cts: 'typescript', tsx: 'typescript' },
  py: 'python',
};

/** The language that most files of a project are written in; null where none of them is in a known one. */
export function languageOfProject(paths: readonly string[]): string | null {
  const counts = new Map<string, number>();
  for (const path of paths) {
    const language = languageOf(path);
    if (language !== null) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? null;
}

/**
 * What a file of an existing project is to a task in a language. Tests that the server's runner can run are regression
 * tests; whatever else belongs to tests is data; everything else may be changed.
 */
export function roleOf(path: string, content: string, language: string | null): FileRole {
  const isPython = path.endsWith('.py');
  if (languageOf(path) !== null && isPython === (language === 'python') && isTest(path, content)) return 'regression';
  return isOfTests(path) ? 'fixture' : 'source';
}

function languageOf(path: string): string | null {
  return extensions[/\.(\w+)$/.exec(path)?.[1] ?? ''] ?? null;
}

/** Node's tests import its test runner, wherever they stand; Python's are found by their names. */
function isTest(path: string, content: string): boolean {
  if (path.endsWith('.py')) return /(^|\/)(test_[^/]*|[^/]*_test)\.py$/.test(path);
  return /['"]node:test['"]/.test(content);
}

function isOfTests(path: string): boolean {
  const directory = /(^|\/)(tests?|specs?|__tests__|__mocks__|fixtures)\//;
  const name = /(^|\/)([^/]*[._-](test|spec)\.\w+|test_[^/]*\.py|conftest\.py|pytest\.ini)$/;
  return directory.test(path) || name.test(path);
}
