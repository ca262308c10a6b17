import { posix } from 'node:path';

/** Named as the test runners look for tests: `test_words.py`, `words_test.py`, `words.test.ts`, `words.spec.ts`. */
export function isTestFile(path: string): boolean {
  const { name, ext } = posix.parse(path);
  return ext === '.py' ? /^test_|_test$/.test(name) : /\.(test|spec)$/.test(name);
}

const notCode: ReadonlySet<string> = new Set(
  '.md .mdx .txt .rst .json .jsonl .yaml .yml .toml .ini .cfg .conf .env .lock .csv .tsv .xml .svg .png .gitignore'.split(
    ' ',
  ),
);

/** What no test could show to work: documents, data, settings. */
export function isNoCode(path: string): boolean {
  const { base, ext } = posix.parse(path);
  return notCode.has((ext || base).toLowerCase());
}
