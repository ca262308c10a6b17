import { describe, expect, it } from '@jest/globals';
import type { Change } from './change-history.ts';
import { CodeIndex } from './code-index.ts';
import { viewFrom } from './code-view.ts';
import { rankDefinitions } from './rank-definitions.ts';
import { type CodeSurvey, surveyCode } from './survey-code.ts';
import { placesToEdit } from './wanted-lines.ts';

async function surveyOf(texts: Readonly<Record<string, string>>, changes: readonly Change[] = []): Promise<CodeSurvey> {
  const files = Object.entries(texts).map(([path, text]) => ({ path, text }));
  const code = await new CodeIndex().link(files, {});
  return surveyCode(viewFrom(code, 0), changes, '');
}

describe('what learned weights prefer (CX-14)', () => {
  it('is, of places with the same words, the one in a file that changes with the current one', async () => {
    const same = 'export function f() {\n  total(items);\n  add(items);\n  price(items);\n}\n';
    const texts = { 'a.ts': 'export const total = price(add(items));\n', 'b.ts': same, 'c.ts': same, 'd.ts': same };
    const best = async (changes: readonly Change[]) => {
      const survey = await surveyOf(texts, changes);
      return survey.view.code.files[placesToEdit(survey)[0]?.file ?? -1]?.path;
    };
    expect(await best([{ time: 1, paths: ['a.ts', 'c.ts'] }])).toBe('c.ts');
    expect(await best([{ time: 1, paths: ['a.ts', 'd.ts'] }])).toBe('d.ts');
  });

  it('is a type that a needed signature names before a helper of its body', async () => {
    const survey = await surveyOf({
      'a.ts': "import { price } from './price.js';\nexport const total = price(items);\n",
      'price.ts':
        "import type { Money } from './money.js';\nimport { round } from './round.js';\nexport function price(items: Item[]): Money {\n  return round(items);\n}\n",
      'money.ts': 'export interface Money {\n  readonly amount: number;\n}\n',
      'round.ts': 'export function round(value) {\n  return value;\n}\n',
    });
    const names = rankDefinitions(survey, new Set()).map(({ item }) => survey.view.code.symbols[item]?.definition.name);
    expect(names[0]).toBe('price');
    expect(names.indexOf('Money')).toBeLessThan(names.indexOf('round'));
  });
});
