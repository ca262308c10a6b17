import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeOnEachDatabase, type TestDatabase } from '../../../test/support/each-database.ts';
import { promptWords } from './prompt-words.ts';
import { indexChanges, type TaskEntry } from './task-index-changes.ts';
import { TaskIndex } from './task-index.ts';

const NOW = Date.UTC(2026, 10, 27, 12);

describeOnEachDatabase('the index of tasks (API-1)', (open) => {
  let place: TestDatabase;
  let index: TaskIndex;
  let position = 0;

  beforeEach(async () => {
    place = await open();
    index = await TaskIndex.open(place.database);
    position = 0;
  });

  afterEach(() => place.close());

  async function add(...entries: readonly Partial<TaskEntry>[]): Promise<void> {
    const changes = entries.map((entry) => {
      position += 1;
      const task = { prompt: 'x', language: null, createdAt: NOW + position, metadata: {}, ...entry };
      return indexChanges.add(index.dialect, { position, taskId: `task-${position}` }, task);
    });
    await index.apply(changes.flat());
  }

  const found = async (query: Partial<Parameters<TaskIndex['find']>[0]>) =>
    (await index.find({ limit: 100, ...query })).map((task) => task.position);

  it('finds by phase, language and time, the newest first and page by page [API-1, EV-27]', async () => {
    await add({ language: 'python' }, {}, { language: 'python' }, { language: 'javascript' });
    await index.apply([
      indexChanges.move('task-2', 'running', 'python'),
      indexChanges.move('task-4', 'completed', null),
    ]);
    expect(await index.find({ language: 'python', before: 3, limit: 1 })).toEqual([{ position: 2, taskId: 'task-2' }]);
    expect(await found({ language: 'python' })).toEqual([3, 2, 1]);
    expect(await found({ phases: ['completed', 'running'] })).toEqual([4, 2]);
    expect(await found({ language: 'javascript', phases: ['completed'] })).toEqual([4]);
    expect(await found({ createdFrom: NOW + 2, createdTo: NOW + 3 })).toEqual([3, 2]);
    expect(await found({ phases: [] })).toEqual([]);
  });

  it('finds by metadata of any length, all of it and exactly [API-1, EV-27]', async () => {
    const long = '🧵'.repeat(512);
    await add(
      { metadata: { project: 'blog', [long]: `${long}1` } },
      { metadata: { project: 'blog', [long]: `${long}2` } },
      { metadata: { project: 'Blog', toString: 'a\0b', '': '' } },
    );
    expect(await found({ metadata: { project: 'blog' } })).toEqual([2, 1]);
    expect(await found({ metadata: { project: 'blog', [long]: `${long}2` } })).toEqual([2]);
    expect(await found({ metadata: { [long]: long } })).toEqual([]);
    expect(await found({ metadata: { toString: 'a\0b', '': '' } })).toEqual([3]);
    expect(await found({ metadata: { toString: 'a' } })).toEqual([]);
  });

  it('finds by all words of a prompt, the last one maybe its beginning, whatever they are [API-1, EV-27]', async () => {
    const word = fc.constantFrom(
      'write',
      'Writer',
      'prüfen',
      'PRUFEN',
      'e\u0301te',
      'OR',
      '3',
      'v2',
      '中文',
      'parse',
      'x',
    );
    const glue = fc.constantFrom(' ', '  ', '-', '/', '.', "'", '"', ' & ', ':*', '\\', '\n', '(', '\0');
    const text = fc.array(fc.tuple(word, glue), { maxLength: 6 }).map((parts) => parts.flat().join(''));
    const prompts: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), text, async (added, asked) => {
        await add(...added.map((prompt) => ({ prompt })));
        prompts.push(...added);
        const words = promptWords(asked);
        const last = words.at(-1) ?? '';
        const has = (prompt: string) => {
          const own = promptWords(prompt);
          return words.slice(0, -1).every((each) => own.includes(each)) && own.some((one) => one.startsWith(last));
        };
        const fitting = prompts.flatMap((prompt, at) => (words.length > 0 && has(prompt) ? [at + 1] : []));
        expect({ asked, found: await found({ text: asked, limit: 1000 }) }).toEqual({
          asked,
          found: fitting.reverse(),
        });
      }),
      { numRuns: 40 },
    );
  });

  it('takes prompts of any size and kind, and finds nothing by what has no words [API-1, EV-27]', async () => {
    const many = Array.from({ length: 150_000 }, (_, each) => `w${each.toString(36)}é—`).join(' ');
    await add({ prompt: '' }, { prompt: many }, { prompt: `start ${'é'.repeat(200_000)}` }, { prompt: '\0\ud800 odd' });
    expect(await found({ text: 'w0é w7p' })).toEqual([2]);
    expect(await found({ text: 'start' })).toEqual([3]);
    expect(await found({ text: 'ODD' })).toEqual([4]);
    for (const text of ['', ' ', '\u0301', '"', '🧵', "'); DROP TABLE task_index", '\ud800'])
      expect({ text, found: await found({ text }) }).toEqual({ text, found: [] });
  });

  it('moves on once, whoever of several is first [API-1, PL-9, EV-27]', async () => {
    const other = await TaskIndex.open(await place.another());
    const moves = await Promise.allSettled([index, other].map((each) => each.apply([indexChanges.moveCursor(0, 9)])));
    expect(moves.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect([await index.cursor(), await other.cursor()]).toEqual([9, 9]);
  });
});
