import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  answered,
  begun,
  correcting,
  created,
  failed,
  passed,
  planned,
  requested,
  source,
  started,
} from '../../test/support/coding-facts.ts';
import { file, fileHistories } from '../../test/support/file-histories.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { EventDraft, SourceFile, StoredEvent } from '../events/index.ts';
import { linesOf } from './diff-files.ts';
import { CodeExplanation, type LinesExplanation } from './explain-code.ts';
import { forkDrafts } from './fork-drafts.ts';

function explain(
  events: readonly StoredEvent[],
  path: string,
  { line, version = 99 }: { line?: number; version?: number } = {},
) {
  const code = new CodeExplanation(path, version);
  for (const event of events) code.add(event);
  return code.explain(line);
}

const idAt = (number: number) => `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** Each caused by the one before. */
const chained = (taskId: string, drafts: readonly EventDraft[]) =>
  storedEvents(taskId, drafts).map((event, index) => ({ ...event, causationId: index === 0 ? null : idAt(index) }));

const code = (content: string, callId: string | null, codeVersion: number): EventDraft => ({
  eventType: 'CODE_GENERATED',
  data: { module: 'a.js', files: [source('a.js', content)], codeHash: '', callId },
  codeVersion,
});
const correction = (content: string, callId: string, codeVersion: number): EventDraft => ({
  eventType: 'CORRECTION_COMPLETED',
  data: { module: 'a.js', iteration: 1, files: [source('a.js', content)], codeHash: '', callId },
  codeVersion,
});

const history: readonly EventDraft[] = [
  created({ files: [source('given.js', 'x\n')] }),
  started,
  requested('plan', 'PlanTask', null),
  answered('plan'),
  {
    ...planned({ path: 'a.js' }, { path: 'b.js' }),
    data: { ...planned({ path: 'a.js' }).data, callId: 'plan' },
  } as EventDraft,
  begun('a.js'),
  requested('tests', 'WriteTests', 'a.js'),
  answered('tests'),
  { eventType: 'TESTS_WRITTEN', data: { module: 'a.js', files: [file('a.test.js', 't\n', 'test')], callId: 'tests' } },
  requested('code', 'GenerateModule', 'a.js'),
  answered('code', 42),
  code('one\ntwo\nthree\n', 'code', 1),
  failed('a.js', 'a.test.js'),
  correcting('a.js', 1),
  requested('fix', 'CorrectModule', 'a.js'),
  failed('b.js', 'b.test.js'),
  answered('fix', 7),
  correction('one\nTWO\nthree\n', 'fix', 2),
  passed('b.js'),
  failed(null, 'a.test.js'),
  passed('a.js'),
  code('one\nTWO\nthree\nfour\n', null, 3),
];
const events = chained('task', history);
const placesOf = (explained: readonly LinesExplanation[] | null) =>
  explained?.map(({ from, to, change }) => [from, to, change.origin, change.version]);

describe('the explanation of a file', () => {
  it('names for each line the change that brought it [TK-11]', () => {
    expect(placesOf(explain(events, 'a.js'))).toEqual([
      [1, 1, 'generated', 1],
      [2, 2, 'corrected', 2],
      [3, 3, 'generated', 1],
      [4, 4, 'byHand', 3],
    ]);
    expect(placesOf(explain(events, 'a.js', { version: 1 }))).toEqual([[1, 3, 'generated', 1]]);
    expect(placesOf(explain(events, 'a.js', { line: 2 }))).toEqual([[2, 2, 'corrected', 2]]);
  });

  it('names the call, the plan and the tests behind a correction, of this module alone [TK-11]', () => {
    const [line] = explain(events, 'a.js', { line: 2 }) ?? [];
    expect(line?.lines).toEqual(['TWO']);
    expect(line?.change).toMatchObject({
      call: {
        callId: 'fix',
        signature: 'CorrectModule',
        by: 'ollama',
        requested: 15,
        answered: 17,
        usage: { inputTokens: 7 },
      },
      plan: { sequence: 5, source: 'model', module: { path: 'a.js' }, call: { callId: 'plan', signature: 'PlanTask' } },
      testsBefore: { sequence: 13, failed: [{ name: 'a.test.js works', message: '1 is not 2' }] },
      testsAfter: { sequence: 20 },
      testsPassed: { sequence: 21 },
    });
  });

  it('says of what a person gave that no model did', () => {
    const [byHand] = explain(events, 'a.js', { line: 4 }) ?? [];
    expect(byHand?.change).toMatchObject({ origin: 'byHand', call: null, plan: { sequence: 5 }, testsAfter: null });
    const [given] = explain(events, 'given.js') ?? [];
    expect(given?.change).toMatchObject({
      origin: 'given',
      sequence: 1,
      call: null,
      plan: null,
      testsBefore: null,
      testsAfter: null,
    });
    const [written] = explain(events, 'a.test.js') ?? [];
    expect(written?.change).toMatchObject({ origin: 'testsWritten', call: { signature: 'WriteTests' } });
  });

  it('takes the plan as it was then, and knows nothing of a file that an edit of it has removed', () => {
    const { plan } = (planned({ path: 'c.js' }) as EventDraft<'PLANNING_COMPLETE'>).data;
    const data = { plan, replaces: '', removed: ['a.js'], by: 'ada' };
    const edited: EventDraft = { eventType: 'PLAN_EDITED', data, codeVersion: 4 };
    const written: EventDraft = {
      eventType: 'CODE_GENERATED',
      data: { module: 'c.js', files: [source('c.js', 'c\n')], codeHash: '', callId: null },
      codeVersion: 5,
    };
    const longer = chained('task', [...history, edited, written]);
    expect(explain(longer, 'a.js')).toBeNull();
    expect(placesOf(explain(longer, 'a.js', { version: 3 }))).toHaveLength(4);
    const [line] = explain(longer, 'c.js') ?? [];
    expect(line?.change.plan).toMatchObject({ source: 'edited', module: { path: 'c.js' }, call: null });
    expect(explain(longer, 'a.js', { line: 2, version: 3 })?.[0]?.change.plan).toMatchObject({ source: 'model' });
  });

  it('leads from the prompt to the change, event by event', () => {
    const [line] = explain(events, 'a.js', { line: 2 }) ?? [];
    expect(line?.change.causes.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
    expect(line?.change.causes[0]).toMatchObject({ eventType: 'TASK_CREATED' });
  });

  it('is the same in a fork, whose causes go on before it was one [OR-33]', () => {
    // A call is named by its event.
    const named = chained(
      'parent',
      history.slice(0, 14).map((draft) => {
        const call = history.findIndex(
          (other) =>
            'callId' in draft.data &&
            'callId' in other.data &&
            other.eventType === 'MODEL_CALL_REQUESTED' &&
            other.data.callId === draft.data.callId,
        );
        return call < 0 ? draft : ({ ...draft, data: { ...draft.data, callId: idAt(call + 1) } } as EventDraft);
      }),
    );
    const drafts = forkDrafts(named, { now: Date.UTC(2026, 5, 1) });
    const copies = storedEvents('fork', drafts);
    const forked = copies.at(-1) as StoredEvent;
    const [after] = storedEvents('fork', [correction('one\nTWO\nthree\n', 'fix', 2)]);
    const fork = [
      ...copies,
      { ...(after as StoredEvent), streamSequence: 16, eventId: idAt(99), causationId: forked.eventId } as StoredEvent,
    ];
    const [one, two] = explain(fork, 'a.js') ?? [];
    expect(one?.change.call).toMatchObject({ signature: 'GenerateModule', by: 'ollama' });
    expect(two?.change.causes.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 16 }, (_, i) => i + 1));
    expect(two?.change.testsBefore).toMatchObject({ sequence: 13 });
  });

  it('ends where the causes of a foreign log run in a circle', () => {
    const circle = [
      { ...(events[0] as StoredEvent), causationId: idAt(12) },
      ...events.slice(1).map((event, index) => ({ ...event, causationId: index === 10 ? idAt(1) : event.causationId })),
    ];
    const [line] = explain(circle, 'a.js', { line: 1 }) ?? [];
    expect(line?.change.causes.map(({ sequence }) => sequence)).toEqual([1, 12]);
  });

  it('is nothing for a file that is not there, and empty for a line that is not [TK-11]', () => {
    expect(explain(events, 'b.js')).toBeNull();
    expect(explain(events, 'a.js', { version: 0 })).toBeNull();
    expect(explain(events, 'a.js', { line: 5 })).toEqual([]);
  });

  it('covers every line once, each with an event that holds it, for any history [TK-11]', () => {
    fc.assert(
      fc.property(fileHistories, fc.nat(), ({ events: all, versions }, number) => {
        const version = number % versions.length;
        for (const [path, content] of versions[version] ?? []) {
          const explained = explain(all, path, { version }) ?? [];
          expect(explained.flatMap(({ lines }) => lines)).toEqual(linesOf(content));
          let next = 1;
          for (const { from, to, lines, change } of explained) {
            expect([from, to - from + 1]).toEqual([next, lines.length]);
            next = to + 1;
            expect(change.version).toBeLessThanOrEqual(version);
            const event = all.find(({ streamSequence }) => streamSequence === change.sequence);
            const files = event && 'files' in event.data ? (event.data.files as readonly SourceFile[]) : [];
            const brought = files.find((brings) => brings.path === path);
            expect(linesOf(brought?.content ?? '')).toEqual(expect.arrayContaining([...lines]));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
