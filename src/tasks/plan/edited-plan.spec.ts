import { describe, expect, it } from '@jest/globals';
import { editedPlan } from './edited-plan.ts';
import { planOf } from './plan-modules.ts';
import { planToMarkdown } from './plan-to-markdown.ts';
import { readPlan } from './read-plan.ts';

const withFile = (path: string) =>
  planOf(
    readPlan({
      language: 'javascript',
      overview: { objective: 'Count' },
      agents: [{ tasks: [{ name: 'Words', description: 'Exports words', files: [path] }] }],
    }),
  );
const current = withFile('a.js');
const other = withFile('b.js');
const shortOf = ({ objective, language, modules }: typeof current) => ({ objective, language, modules });
const otherDocument = other.document ?? '';

describe('an edit of a plan', () => {
  it('by a document has its modules, also where it came with the modules of before [EP-4]', () => {
    expect(editedPlan({ document: otherDocument }, current, [])).toEqual(other);
    expect(editedPlan({ document: planToMarkdown(readPlan(otherDocument)) }, current, [])).toEqual(other);
    expect(editedPlan({ plan: { ...current, document: otherDocument } }, current, [])).toEqual(other);
    expect(editedPlan({ plan: { ...other, document: otherDocument } }, current, [])).toEqual(other);
  });

  it('by modules has no document, also where it came with the one of before [EP-4]', () => {
    expect(editedPlan({ plan: shortOf(other) }, current, [])).toEqual(shortOf(other));
    expect(editedPlan({ plan: { ...current, ...shortOf(other) } }, current, [])).toEqual(shortOf(other));
  });

  it('that changes nothing is the plan as it was [EP-4]', () => {
    expect(editedPlan({ plan: current }, current, [])).toBe(current);
    expect(editedPlan({ plan: shortOf(current) }, current, [])).toBe(current);
  });

  it('is refused when it says nothing, or two things [EP-3, EP-4]', () => {
    const third = withFile('c.js');
    for (const edit of [
      {},
      { plan: shortOf(other), document: otherDocument },
      { plan: { ...third, document: otherDocument } },
      { document: {} },
    ]) {
      expect(() => editedPlan(edit, current, [])).toThrow(/^plan|^document/);
    }
  });
});
