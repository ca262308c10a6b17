import { existsSync } from 'node:fs';
import type { NewTask } from '../../src/tasks/index.ts';

/** A small problem with a first attempt that its tests refuse and a second one that they accept. */
export interface CodingSample {
  readonly name: string;
  readonly language: 'javascript' | 'python';
  /** The module that is to be written. */
  readonly path: string;
  readonly testPath: string;
  readonly test: string;
  readonly wrong: string;
  readonly right: string;
}

interface Problem {
  /** In snake_case; JavaScript uses the same name. */
  readonly name: string;
  readonly cases: readonly (readonly [args: readonly unknown[], result: unknown])[];
  readonly javascript: readonly [wrong: string, right: string];
  readonly python: readonly [wrong: string, right: string];
}

/** Bodies of one-parameter functions (or two: `a`, `b`), wrong and right. */
const problems: readonly Problem[] = [
  {
    name: 'reverse_text',
    cases: [
      [['abc'], 'cba'],
      [[''], ''],
    ],
    javascript: ['return a;', "return [...a].reverse().join('');"],
    python: ['return a', 'return a[::-1]'],
  },
  {
    name: 'is_even',
    cases: [
      [[4], true],
      [[7], false],
      [[0], true],
    ],
    javascript: ['return a % 2 === 1;', 'return a % 2 === 0;'],
    python: ['return a % 2 == 1', 'return a % 2 == 0'],
  },
  {
    name: 'add',
    cases: [
      [[2, 3], 5],
      [[-1, 1], 0],
    ],
    javascript: ['return a - b;', 'return a + b;'],
    python: ['return a - b', 'return a + b'],
  },
  {
    name: 'count_vowels',
    cases: [
      [['banana'], 3],
      [['xyz'], 0],
      [['AEIOU'], 5],
    ],
    javascript: ['return (a.match(/[aeiou]/g) ?? []).length;', 'return (a.match(/[aeiou]/gi) ?? []).length;'],
    python: ["return sum(c in 'aeiou' for c in a)", "return sum(c in 'aeiou' for c in a.lower())"],
  },
  {
    name: 'factorial',
    cases: [
      [[0], 1],
      [[5], 120],
    ],
    javascript: ['return a * factorial(a - 1 || 0);', 'return a <= 1 ? 1 : a * factorial(a - 1);'],
    python: ['return 0 if a == 0 else a * factorial(a - 1)', 'return 1 if a <= 1 else a * factorial(a - 1)'],
  },
  {
    name: 'is_palindrome',
    cases: [
      [['level'], true],
      [['Level'], true],
      [['abc'], false],
    ],
    javascript: [
      "return a === [...a].reverse().join('');",
      "const t = a.toLowerCase();\n  return t === [...t].reverse().join('');",
    ],
    python: ['return a == a[::-1]', 'return a.lower() == a.lower()[::-1]'],
  },
  {
    name: 'largest',
    cases: [
      [[[3, 9, 4]], 9],
      [[[-5, -2]], -2],
    ],
    javascript: ['return a[0];', 'return Math.max(...a);'],
    python: ['return a[0]', 'return max(a)'],
  },
  {
    name: 'unique',
    cases: [
      [[[1, 1, 2]], [1, 2]],
      [[[]], []],
    ],
    javascript: ['return a;', 'return [...new Set(a)];'],
    python: ['return a', 'return list(dict.fromkeys(a))'],
  },
  {
    name: 'clamp_to_100',
    cases: [
      [[150], 100],
      [[-3], 0],
      [[42], 42],
    ],
    javascript: ['return Math.min(100, a);', 'return Math.max(0, Math.min(100, a));'],
    python: ['return min(100, a)', 'return max(0, min(100, a))'],
  },
  {
    name: 'word_count',
    cases: [
      [['a b  c'], 3],
      [[''], 0],
    ],
    javascript: ["return a.split(' ').length;", "return a.split(' ').filter(Boolean).length;"],
    python: ["return len(a.split(' '))", 'return len(a.split())'],
  },
  {
    name: 'gcd',
    cases: [
      [[12, 18], 6],
      [[7, 5], 1],
    ],
    javascript: ['return Math.min(a, b);', 'return b === 0 ? a : gcd(b, a % b);'],
    python: ['return min(a, b)', 'return a if b == 0 else gcd(b, a % b)'],
  },
  {
    name: 'flatten_once',
    cases: [[[[[1], [2, 3]]], [1, 2, 3]]],
    javascript: ['return a;', 'return a.flat();'],
    python: ['return a', 'return [x for part in a for x in part]'],
  },
  {
    name: 'to_roman_tens',
    cases: [
      [[40], 'XL'],
      [[90], 'XC'],
      [[30], 'XXX'],
    ],
    javascript: ["return 'X'.repeat(a / 10);", "return { 40: 'XL', 90: 'XC' }[a] ?? 'X'.repeat(a / 10);"],
    python: ["return 'X' * (a // 10)", "return {40: 'XL', 90: 'XC'}.get(a, 'X' * (a // 10))"],
  },
  {
    name: 'is_anagram',
    cases: [
      [['listen', 'silent'], true],
      [['ab', 'abb'], false],
    ],
    javascript: ['return [...a].every((c) => b.includes(c));', 'return [...a].sort().join() === [...b].sort().join();'],
    python: ['return set(a) == set(b)', 'return sorted(a) == sorted(b)'],
  },
  {
    name: 'initials',
    cases: [
      [['ada lovelace'], 'AL'],
      [['Alan Mathison Turing'], 'AMT'],
    ],
    javascript: [
      "return a.split(' ').map((word) => word[0]).join('');",
      "return a.split(' ').map((word) => word[0].toUpperCase()).join('');",
    ],
    python: ["return ''.join(w[0] for w in a.split())", "return ''.join(w[0].upper() for w in a.split())"],
  },
];

/** Thirty samples: every problem in JavaScript and in Python. */
export const codingSamples: readonly CodingSample[] = problems.flatMap((problem) => [
  javascript(problem),
  python(problem),
]);

/** Whether there is a Python that a sandbox would take. */
export const hasPython = ['/usr/bin/python3', '/usr/local/bin/python3'].some((path) => existsSync(path));

/** Those of them that this machine can run. */
export const runnableSamples = codingSamples.filter(({ language }) => hasPython || language !== 'python');

/** The sample as POST /tasks takes it: its module and its test are given, no plan is asked for. */
export function taskOf(sample: CodingSample): NewTask {
  return {
    prompt: `Write the function ${sample.name} in ${sample.path}.`,
    language: sample.language,
    files: [{ path: sample.testPath, content: sample.test, role: 'test' }],
    modules: [{ path: sample.path, description: `Exports ${sample.name}.`, dependsOn: [] }],
  };
}

/** What a model answers: the wrong code when asked to generate, the right one when asked to correct. */
export function answerTo(prompt: string): string {
  // What the answer is to be about stands at the end; other samples may be spoken of before.
  const asked = [...prompt.matchAll(/"path": "([^"]+)"/g)].at(-1)?.[1];
  const sample = codingSamples.find(({ path }) => path === asked);
  if (!sample) throw new Error(`No sample fits the prompt: ${prompt.slice(0, 200)}`);
  return JSON.stringify({ path: sample.path, code: prompt.includes('Failing tests') ? sample.right : sample.wrong });
}

function javascript({ name, cases, javascript: [wrong, right] }: Problem): CodingSample {
  const parameters = cases[0]?.[0].length === 2 ? 'a, b' : 'a';
  const code = (body: string) => `export function ${name}(${parameters}) {\n  ${body}\n}\n`;
  const checks = cases.map(
    ([args, result], index) =>
      `test('case ${index + 1}', () => assert.deepEqual(${name}(${args.map((arg) => JSON.stringify(arg)).join(', ')}), ${JSON.stringify(result)}));`,
  );
  return {
    name,
    language: 'javascript',
    path: `src/${name}_js.js`,
    testPath: `spec/${name}.checks.js`,
    test: `import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { ${name} } from '../src/${name}_js.js';\n\n${checks.join('\n')}\n`,
    wrong: code(wrong),
    right: code(right),
  };
}

function python({ name, cases, python: [wrong, right] }: Problem): CodingSample {
  const parameters = cases[0]?.[0].length === 2 ? 'a, b' : 'a';
  const code = (body: string) => `def ${name}(${parameters}):\n    ${body}\n`;
  const checks = cases.map(
    ([args, result], index) =>
      `    def test_case_${index + 1}(self):\n        self.assertEqual(${name}(${args.map(pythonLiteral).join(', ')}), ${pythonLiteral(result)})\n`,
  );
  return {
    name,
    language: 'python',
    path: `${name}_py.py`,
    testPath: `${name}_py_test.py`,
    test: `import unittest\n\nfrom ${name}_py import ${name}\n\n\nclass Checks(unittest.TestCase):\n${checks.join('\n')}`,
    wrong: code(wrong),
    right: code(right),
  };
}

function pythonLiteral(value: unknown): string {
  return JSON.stringify(value)
    .replace(/\btrue\b/g, 'True')
    .replace(/\bfalse\b/g, 'False');
}
