import { describe, expect, it } from '@jest/globals';
import { created, planned } from '../../../test/support/coding-facts.ts';
import { storedEvents } from '../../../test/support/stored-events.ts';
import type { FoundKnowledge, KnowledgeEntry } from '../../context/index.ts';
import { evolveCoding } from '../coding-evolve.ts';
import { initialCodingState } from '../coding-state.ts';
import type { QuestionDraft } from './question-draft.ts';
import { recall, recalledParts } from './recall.ts';

const state = storedEvents('t', [
  created(),
  planned({ path: 'a.js' }),
  { eventType: 'TASK_FORKED', data: { from: 'parent', atSequence: 2 } },
]).reduce(evolveCoding, initialCodingState('t'));
const draft = (...texts: readonly string[]): QuestionDraft => ({
  signature: 'CorrectModule',
  role: 'executor',
  module: 'a.js',
  parts: texts.map((text, index) => ({ name: `failure ${index}`, text, priority: 'CRITICAL', why: '' })),
  prompt: () => ({ messages: [], answerSchema: {} }),
});
const entry = (change: Partial<KnowledgeEntry>): KnowledgeEntry => ({
  id: 'fix-1',
  kind: 'fix',
  title: 'formats a date: RangeError: Invalid time value',
  text: 'Check isNaN(date) first',
  taskId: 'other',
  module: 'date.js',
  language: 'javascript',
  eventId: 'e',
  position: 1,
  correctedBy: null,
  ...change,
});
const knowing = (...entries: readonly KnowledgeEntry[]) => ({
  search: () => Promise.resolve(entries.map((each): FoundKnowledge => ({ entry: each, score: 1, foundBy: ['words'] }))),
});

describe('what earlier tasks have taught (CX-11)', () => {
  it('is told for an error that is alike', async () => {
    const alike = draft('prints a date: RangeError: Invalid time value at toISOString');
    const found = await recall(knowing(entry({})), alike, state);
    expect(found).toEqual([{ id: 'fix-1', kind: 'fix', title: entry({}).title, text: 'Check isNaN(date) first' }]);
    expect(recalledParts(found)).toMatchObject([{ name: 'knowledge fix-1', layer: 'history', priority: 'HIGH' }]);
  });

  it.each([
    ['only says what every test runner says', entry({ title: 'case 1: Expected values to be strictly equal' })],
    ['is another error', entry({ title: 'parses a number: SyntaxError: Unexpected token' })],
    ['is of the task itself', entry({ taskId: 't' })],
    ['is of the task that it was forked from', entry({ taskId: 'parent' })],
    ['is of another language', entry({ language: 'python' })],
  ])('is not told where what was found %s', async (_, found) => {
    const asked = draft('case 1: Expected values to be strictly equal: prints a date: Invalid time value');
    expect(await recall(knowing(found), asked, state)).toEqual([]);
  });

  it('is cut, and only the best of it is told', async () => {
    const entries = [1, 2, 3].map((number) => entry({ id: `fix-${number}`, text: 'x'.repeat(5000) }));
    const found = await recall(knowing(...entries), draft('formats a date: Invalid time value'), state);
    expect(found.map(({ id, text }) => [id, text.length])).toEqual([
      ['fix-1', 1600],
      ['fix-2', 1600],
    ]);
  });
});
