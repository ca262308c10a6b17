/** What code and tests of a language look like in a workspace: short enough to stand in every prompt. */
export interface LanguageRules {
  readonly code: string;
  readonly tests: string;
}

const rules: Readonly<Record<string, LanguageRules>> = {
  javascript: {
    code: 'JavaScript as ES modules on Node.js 24: import and export, never require. Only the standard library.',
    tests:
      "Use node:test and node:assert/strict: import test from 'node:test'; import assert from 'node:assert/strict';",
  },
  typescript: {
    code:
      'TypeScript as ES modules on Node.js 24, run without a build: relative imports end in .ts, types are imported with ' +
      '`import type`, no enums, no namespaces, no parameter properties. Only the standard library.',
    tests:
      "Use node:test and node:assert/strict: import test from 'node:test'; import assert from 'node:assert/strict';",
  },
  python: {
    code: 'Python 3. Only the standard library.',
    tests: 'Use unittest: one class that extends unittest.TestCase, one method test_… for each case.',
  },
};

/** The languages that are known without configuration. */
export const knownLanguages = Object.keys(rules) as [string, ...string[]];

export function languageRules(language: string): LanguageRules {
  return rules[language] ?? { code: `Language: ${language}.`, tests: `Use the usual test runner of ${language}.` };
}
