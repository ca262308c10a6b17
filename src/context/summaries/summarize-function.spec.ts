import { describe, expect, it } from '@jest/globals';
import { noModel, ollamaSummarizer } from '../../../test/support/summarizer.ts';
import { estimateTokens } from '../../llm/index.ts';
import { summarizeFunction } from './summarize-function.ts';

const code = `import { writeFile } from 'node:fs/promises';

export function other() {}

/** Keeps the count of a text. */
export async function keep(path: string, text: string): Promise<number> {
  if (text === '') throw new RangeError('empty');
  const count = text.split(' ').length;
  await writeFile(path, String(count));
  return count;
}
`;
const keep = { name: 'keep', language: 'typescript', code, dependencies: ['node:fs/promises'] };
const said = {
  purpose: 'Keeps the number of words of a text in a file.',
  inputs: 'path: string, text: string',
  outputs: 'Promise<number>: the number of words',
  sideEffects: 'Writes the file at path.',
  summary: 'Counts the words of text, writes the number to path and gives it back.',
};

describe('the summary of a function by a model', () => {
  it('has every field, made from the lines of that function alone [LM-4]', async () => {
    await using asked = await ollamaSummarizer(JSON.stringify(said));
    const summary = await summarizeFunction(keep, asked.options());
    expect(summary).toEqual({ ...said, source: 'model', model: 'qwen3:4b', failure: null, sampled: null, cut: [] });
    expect(asked.question()).toContain('await writeFile(path');
    expect(asked.question()).not.toContain('function other');
    expect(asked.question()).toContain('- node:fs/promises');
    expect(Object.keys(summary).sort()).toEqual(Object.keys(await summarizeFunction(keep, noModel)).sort());
  });

  it('is cut at the end of a sentence when it is over its tokens [LM-4]', async () => {
    const summary = 'It counts the words of a text that is given. '.repeat(20);
    await using asked = await ollamaSummarizer(JSON.stringify({ ...said, summary }));
    const cut = await summarizeFunction(keep, asked.options());
    expect(cut.summary).toMatch(/given\. …$/);
    expect(estimateTokens(cut.summary)).toBeLessThanOrEqual(100);
    expect(cut.cut).toEqual(['summary']);
  });

  it('comes of a sample when the function is longer than the context [LM-4]', async () => {
    await using asked = await ollamaSummarizer(JSON.stringify(said));
    const long = `function keep(text) {\n${'  text = text.trim();\n'.repeat(10_000)}  return text;\n}\n`;
    const summary = await summarizeFunction({ ...keep, language: 'javascript', code: long }, asked.options());
    expect(summary).toMatchObject({ source: 'model', sampled: expect.stringContaining('of 10003, and 1 of 1') });
    expect(asked.question()).toContain('function keep(text) {');
    expect(asked.question()).toContain('return text;');
  });
});

describe('the summary of a function without a usable model', () => {
  it('is made from the syntax tree [LM-4]', async () => {
    expect(await summarizeFunction(keep, noModel)).toEqual({
      purpose: 'Keeps the count of a text.',
      inputs: 'path: string, text: string',
      outputs: 'Promise<number>; throws RangeError',
      sideEffects: 'writes files',
      summary:
        'Keeps the count of a text. async function keep(path: string, text: string): Promise<number>. ' +
        'Returns Promise<number>; throws RangeError. It writes files. ' +
        'Calls RangeError, text.split, writeFile, String.',
      source: 'syntaxTree',
      model: null,
      failure: null,
      sampled: null,
      cut: [],
    });
  });

  it('says why when there is a model that fails [LM-4]', async () => {
    await using asked = await ollamaSummarizer({ status: 500, error: 'out of memory' });
    expect(await summarizeFunction(keep, asked.options())).toMatchObject({
      source: 'syntaxTree',
      inputs: said.inputs,
      failure: { code: 'LLM_UNAVAILABLE' },
    });
  });

  it.each([
    [
      'a method on its own',
      'typescript',
      'Counter.add',
      '  add(by: number): void {\n    this.n += by;\n  }\n',
      'by: number',
      'changes its own object',
    ],
    [
      'an indented one',
      'python',
      'add',
      '    def add(self, by):\n        self.n += by\n',
      'self, by',
      'changes its own object',
    ],
    ['an arrow', 'javascript', 'add', 'const add = (a, b) => a + b;', 'a, b', 'none found in its syntax'],
    ['a broken one', 'javascript', 'add', 'function add(a, b { return a + b', 'a, b', 'none found in its syntax'],
  ])('knows %s [LM-4]', async (_what, language, name, source, inputs, sideEffects) => {
    expect(await summarizeFunction({ name, language, code: source }, noModel)).toMatchObject({
      source: 'syntaxTree',
      inputs: expect.stringContaining(inputs),
      sideEffects,
    });
  });

  it('says so when the function does not stand in the code', async () => {
    const summary = await summarizeFunction({ ...keep, name: 'lost', code: 'let a = 1;\n' }, noModel);
    expect(summary.purpose).toBe('lost is not declared in the code as far as its syntax shows');
  });

  it('is "No code yet" without a call when there is none [LM-4]', async () => {
    await using asked = await ollamaSummarizer(JSON.stringify(said));
    expect(await summarizeFunction({ ...keep, code: ' \n' }, asked.options())).toMatchObject({
      purpose: 'No code yet',
      summary: 'No code yet',
      source: 'none',
    });
    expect(asked.ollama.chats).toHaveLength(0);
  });
});
