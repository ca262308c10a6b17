import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkAnswer, readAnswer } from './answer.ts';
import { answerSchemaOf } from './signature.ts';
import { generateModule } from './signatures/generate-module.ts';
import { planTask } from './signatures/plan-task.ts';

const moduleSchema = answerSchemaOf(generateModule, {
  objective: 'Count words',
  language: 'javascript',
  module: { path: 'src/count.js', description: 'export function count(text)' },
  dependencies: [],
  tests: [],
  guidance: [],
});
const planSchema = answerSchemaOf(planTask, { prompt: 'Count words', answers: [], language: null, files: [] });

const code = 'export const count = (text) => text.split(/ /).length;\n';
const answer = JSON.stringify({ path: 'src/count.js', code });

function issuesOf(text: string, schema = moduleSchema) {
  const reading = readAnswer(schema, text);
  return reading.ok ? [] : reading.issues.map(({ path, message }) => `${path}: ${message}`);
}

describe('reading an answer', () => {
  it.each([
    ['bare', answer],
    ['in a fence', `\`\`\`json\n${answer}\n\`\`\``],
    ['with prose around it', `Sure! Here is {the file} you asked for:\n\n${answer}\n\nI hope it helps {you}.`],
    ['after its thoughts', `<think>\nMaybe {"path":"wrong"}?\n</think>\n${answer}`],
    ['with code in a fence', JSON.stringify({ path: 'src/count.js', code: `\`\`\`js\n${code}\`\`\`` })],
    [
      'with prose around code in a fence',
      JSON.stringify({
        path: 'src/count.js',
        code: `Here is the file:\n\n\`\`\`js\n${code}\`\`\`\n\nIt splits at blanks.`,
      }),
    ],
  ])('finds it %s [LM-3]', (_where, text) => {
    expect(readAnswer(moduleSchema, text)).toEqual({ ok: true, value: { path: 'src/count.js', code } });
  });

  it('finds any JSON object between prose without braces', () => {
    const prose = fc.string().map((text) => text.replace(/[{}"]/g, ''));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), prose, prose, (value, before, after) => {
        const plain = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
        expect(readAnswer({}, before + JSON.stringify(value) + after)).toEqual({ ok: true, value: plain });
      }),
    );
  });

  it('takes every proper beginning of an answer for cut or empty, never for an answer [LM-3]', () => {
    for (let length = 0; length < answer.length; length++) {
      const reading = readAnswer(moduleSchema, answer.slice(0, length));
      expect(reading).toMatchObject({ ok: false, cut: length > 0 });
    }
  });

  it('does not take a whole part of a cut answer for the answer [LM-3]', () => {
    expect(readAnswer({}, '{"modules": [{"path": "src/a.js"}, {"path": "src/b')).toMatchObject({
      ok: false,
      cut: true,
    });
    expect(readAnswer({}, 'Here it is:\n{"module": {"path": "src/a.js"}, "code": "')).toMatchObject({
      ok: false,
      cut: true,
    });
  });

  it('names a wrong file name together with the right one [LM-3]', () => {
    expect(issuesOf(JSON.stringify({ path: 'count.js', code }))).toEqual(['path: must be "src/count.js"']);
  });

  it('recognises code that is cut off inside its fence [LM-3]', () => {
    expect(issuesOf(JSON.stringify({ path: 'src/count.js', code: '```js\nexport const count = (' }))).toEqual([
      'code: opens a code fence that is never closed: the code is cut off, give all of it',
    ]);
  });

  it('leaves fences inside the code alone', () => {
    const markdown = 'const help = `\n```js\ncount()\n```\n`;\n';
    const reading = readAnswer(moduleSchema, JSON.stringify({ path: 'src/count.js', code: markdown }));
    expect(reading).toMatchObject({ ok: true, value: { code: markdown } });
  });

  it('tells code without JSON from no answer at all [LM-3]', () => {
    expect(issuesOf(`\`\`\`js\n${code}\`\`\``)).toEqual([': is a code block, not the JSON object with the code in it']);
    expect(issuesOf('I cannot do that.')).toEqual([': holds no JSON object']);
    expect(issuesOf('')).toEqual([': holds no JSON object']);
  });

  it('lists everything that is wrong, each with its path [LM-3]', () => {
    const plan = {
      objective: '',
      language: 'cobol',
      modules: [
        { path: 3, description: 'x', dependsOn: ['a'], testCases: [] },
        { path: 'b.js', extra: true },
      ],
    };
    expect(issuesOf(JSON.stringify(plan), planSchema).sort()).toEqual([
      'language: must be "javascript" or "typescript" or "python"',
      'modules[0].path: must be string',
      'modules[0].testCases: must NOT have fewer than 1 items',
      'modules[1].dependsOn: is missing',
      'modules[1].description: is missing',
      'modules[1].testCases: is missing',
      'modules[1]: must not have the property "extra"',
      'objective: must NOT have fewer than 1 characters',
    ]);
  });

  it('judges by the schema as it was stored, without the code that made it', () => {
    const stored = JSON.parse(JSON.stringify(moduleSchema)) as typeof moduleSchema;
    expect(stored).toEqual(moduleSchema);
    expect(checkAnswer(stored, { path: 'src/count.js', code })).toEqual({
      ok: true,
      value: { path: 'src/count.js', code },
    });
    expect(checkAnswer(stored, { path: 'src/count.js' })).toMatchObject({ ok: false, issues: [{ path: 'code' }] });
  });

  it('stays fast on a text of nothing but braces', () => {
    const startedAt = performance.now();
    expect(readAnswer(moduleSchema, '{'.repeat(200_000))).toMatchObject({ ok: false });
    expect(readAnswer(moduleSchema, '{}'.repeat(100_000))).toMatchObject({ ok: false });
    // By the square of the length it would take a minute.
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
