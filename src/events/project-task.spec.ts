import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventLog } from '../../test/support/event-log.ts';
import { storedEvent } from '../../test/support/stored-event.ts';
import type { CodeChange, TestOutcome } from './coding-events.ts';
import type { EventDraft, StoredEvent } from './event.ts';
import { evolveTaskState, projectTask, rebuild } from './project-task.ts';
import { initialTaskState } from './task-state.ts';

type Step = EventDraft & Partial<StoredEvent>;

const change = (module: string, codeHash: string): CodeChange => ({ module, files: [], codeHash, callId: null });
const outcome = (module: string | null, failed: number): TestOutcome => ({
  module,
  passed: 3,
  failed,
  results: failed ? [{ name: 'adds', file: 't', status: 'failed', durationMs: 1, message: 'expected 2' }] : [],
  durationMs: 5,
  isolation: 'process',
  exitCode: failed ? 1 : 0,
  output: '',
  outputBytesCut: 0,
});
const created: Step = {
  eventType: 'TASK_CREATED',
  data: {
    prompt: 'add numbers',
    answers: [],
    priority: 50,
    language: null,
    files: [],
    modules: null,
    limits: {},
    models: {},
    metadata: { team: 'core' },
  },
};
const planned: Step = {
  eventType: 'PLANNING_COMPLETE',
  data: {
    plan: {
      objective: 'add',
      language: 'typescript',
      modules: [
        { path: 'a.ts', description: '', dependsOn: [] },
        { path: 'b.ts', description: '', dependsOn: ['a.ts'] },
      ],
    },
    source: 'model',
    callId: null,
  },
};
const startedTask: Step = { eventType: 'TASK_STARTED', data: { brain: 'ollama' } };
const generated = (codeVersion: number, module = 'a.ts'): Step => ({
  eventType: 'CODE_GENERATED',
  data: change(module, `hash-${codeVersion}`),
  codeVersion,
});
const report = (codeVersion: number, vectorClock: Record<string, number>, codeHash: string | null = null): Step => ({
  eventType: 'BUG_REPORT_RECEIVED',
  data: { report: { description: 'wrong sum', codeVersion, vectorClock, codeHash } },
});

function stream(...steps: Step[]): StoredEvent[] {
  let codeVersion = 0;
  return steps.map((step, index) => {
    codeVersion = Math.max(codeVersion, step.codeVersion ?? 0);
    return storedEvent(index + 1, { codeVersion: step.codeVersion ?? codeVersion }, step);
  });
}
const project = (...steps: Step[]) => projectTask('task', stream(...steps));

const life: Step[] = [
  created,
  startedTask,
  planned,
  { eventType: 'MODULE_STARTED', data: { module: 'a.ts' } },
  generated(1),
  { eventType: 'TEST_STARTED', data: { module: 'a.ts', files: [] } },
  { eventType: 'TEST_FAILED', data: outcome('a.ts', 1) },
  { eventType: 'CORRECTION_STARTED', data: { module: 'a.ts', iteration: 1, failures: ['adds'] } },
  {
    eventType: 'CORRECTION_COMPLETED',
    data: { ...change('a.ts', 'hash-2'), iteration: 1 },
    codeVersion: 2,
    causationId: '01990000-0000-7000-8000-000000000008',
  },
  { eventType: 'TEST_PASSED', data: outcome('a.ts', 0) },
  { eventType: 'MODULE_ITERATION', data: { module: 'a.ts', iteration: 2 } },
  { eventType: 'MODULE_COMPLETE', data: { module: 'a.ts', iterations: 2 } },
  { eventType: 'USER_INTERVENTION', data: { guidance: 'use bigint', by: 'ada' } },
  { eventType: 'DEAD_CODE_ANALYSIS', data: { analyser: 'typescript', findings: [], findingsCut: 0 } },
  report(2, { p: 20 }, 'hash-2'),
  { eventType: 'TASK_COMPLETE', data: { summary: 'done' } },
];

describe('the state of a task', () => {
  it('is empty and initialised without events [EV-40]', () => {
    expect(projectTask('task', [])).toEqual(initialTaskState('task'));
    expect(initialTaskState('task')).toMatchObject({ status: 'created', codeVersion: 0, progress: 0, modules: {} });
  });

  it('follows a task from its prompt to its end [EV-40]', () => {
    const at = (count: number) => project(...life.slice(0, count));
    expect(at(1)).toMatchObject({ status: 'created', prompt: 'add numbers', metadata: { team: 'core' } });
    expect(at(2)).toMatchObject({ status: 'planning', brain: 'ollama' });
    expect(at(3)).toMatchObject({ status: 'running', progress: 0 });
    expect(Object.keys(at(3).modules)).toEqual(['a.ts', 'b.ts']);
    expect(at(4)).toMatchObject({ currentModule: 'a.ts', modules: { 'a.ts': { status: 'generating' } } });
    expect(at(5).modules['a.ts']).toMatchObject({ version: 1, codeHash: 'hash-1' });
    expect(at(7).modules['a.ts']).toMatchObject({
      status: 'failing',
      testsPassed: 3,
      testsFailed: 1,
      lastError: 'expected 2',
    });
    expect(at(8).modules['a.ts']).toMatchObject({ status: 'correcting', iteration: 1 });
    expect(at(9)).toMatchObject({ codeVersion: 2, modules: { 'a.ts': { version: 2, codeHash: 'hash-2' } } });
    expect(at(10).modules['a.ts']).toMatchObject({ status: 'passing', testsFailed: 0, lastError: null });
    expect(at(12)).toMatchObject({ progress: 0.5, modules: { 'a.ts': { status: 'complete', iteration: 2 } } });
    const end = at(16);
    expect(end).toMatchObject({
      status: 'completed',
      summary: 'done',
      progress: 1,
      currentModule: null,
      interventions: [{ guidance: 'use bigint', by: 'ada', streamSequence: 13 }],
      acceptedBugReports: [{ streamSequence: 15, decidedBy: 'hash' }],
      ignored: 0,
      warnings: [],
      eventCount: 16,
      streamSequence: 16,
      sequence: 16,
      createdAt: '2026-01-01T00:00:00.001Z',
      startedAt: '2026-01-01T00:00:00.002Z',
      finishedAt: '2026-01-01T00:00:00.016Z',
    });
    expect(end.countsByType).toMatchObject({ CODE_GENERATED: 1, TEST_FAILED: 1, TEST_PASSED: 1 });
  });

  it('knows how a task failed or was cancelled [EV-40]', () => {
    const failed = project(created, { eventType: 'TASK_FAILED', data: { code: 'TIMEOUT', reason: 'too slow' } });
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'TIMEOUT', reason: 'too slow' } });
    const cancelled = project(created, { eventType: 'TASK_CANCELLED', data: { by: 'ada', reason: '' } });
    expect(cancelled).toMatchObject({ status: 'cancelled', error: null });
  });

  it('goes by stream sequence, whatever the order of arrival and the times say [EV-40]', () => {
    const events = stream(...life);
    const backwards = events.map((event, index) => ({ ...event, timestamp: events.at(-1 - index)?.timestamp ?? '' }));
    const { createdAt, startedAt, finishedAt, ...rest } = projectTask('task', backwards.toReversed());
    expect(rest).toMatchObject({ status: 'completed', codeVersion: 2, warnings: [] });
    expect([createdAt, startedAt, finishedAt].every((time) => time !== null)).toBe(true);
  });

  it('ignores and counts bug reports that do not speak of the current code [EV-41]', () => {
    const state = project(
      created,
      planned,
      generated(1),
      generated(2),
      report(1, { p: 9 }),
      report(3, { p: 9 }),
      report(2, { p: 1 }),
      report(2, { p: 9 }),
    );
    expect(state.ignoredBugReports.map(({ decidedBy }) => decidedBy)).toEqual(['version', 'futureVersion', 'clock']);
    expect(state.acceptedBugReports).toHaveLength(1);
    expect(state.ignored).toBe(3);
  });

  it('lets the latest version of the code stand, and nothing that is not above it [EV-41]', () => {
    const state = project(created, planned, generated(1), generated(3), generated(2), generated(3));
    expect(state).toMatchObject({
      codeVersion: 3,
      ignored: 2,
      modules: { 'a.ts': { version: 3, codeHash: 'hash-3' } },
    });
  });

  it('ignores test results of an older version [EV-41]', () => {
    const state = project(created, planned, generated(1), generated(2), {
      eventType: 'TEST_FAILED',
      data: outcome('a.ts', 2),
      codeVersion: 1,
    });
    expect(state).toMatchObject({ ignored: 1, modules: { 'a.ts': { testsFailed: 0, lastError: null } } });
  });

  it('refuses a stream that holds a sequence twice [EV-41]', () => {
    const events = [storedEvent(1), storedEvent(2), storedEvent(2)];
    expect(() => projectTask('task', events)).toThrow(/stream sequence 2 comes after 2/);
    const state = projectTask('task', events.slice(0, 2));
    expect(() => evolveTaskState(state, storedEvent(1))).toThrow(
      expect.objectContaining({ code: 'EVENTS_REPEATED_SEQUENCE' }),
    );
  });

  it('keeps what is odd as warnings and goes on [EV-41]', () => {
    const state = project(
      created,
      planned,
      { eventType: 'CORRECTION_COMPLETED', data: { ...change('a.ts', 'h'), iteration: 1 }, codeVersion: 1 },
      { eventType: 'NEW_KIND', data: {} } as unknown as Step,
      { eventType: 'constructor', data: {} } as unknown as Step,
      { eventType: 'CODE_GENERATED', data: {}, codeVersion: 2 } as unknown as Step,
      { eventType: 'BUG_REPORT_RECEIVED', data: { report: { codeVersion: 1 } } } as unknown as Step,
      { eventType: 'PLANNING_COMPLETE', data: { plan: { modules: [null] } } } as unknown as Step,
      { eventType: 'NEW_KIND', data: {} } as unknown as Step,
    );
    expect(state.warnings.map(({ code, streamSequence }) => [code, streamSequence])).toEqual([
      ['correctionNotStarted', 3],
      ['missingCause', 3],
      ['unknownType', 4],
      ['unknownType', 5],
      ['invalidData', 6],
      ['invalidData', 7],
      ['invalidData', 8],
    ]);
    expect(state).toMatchObject({ codeVersion: 1, eventCount: 9, status: 'running', countsByType: { NEW_KIND: 2 } });
  });

  it('absorbs what comes after the end [EV-41]', () => {
    const state = project(
      created,
      { eventType: 'TASK_CANCELLED', data: { by: 'ada', reason: '' } },
      startedTask,
      generated(1),
    );
    expect(state).toMatchObject({
      status: 'cancelled',
      startedAt: null,
      codeVersion: 0,
      modules: {},
      streamSequence: 4,
    });
    expect(state.warnings.map(({ code }) => code)).toEqual(['afterEnd', 'afterEnd']);
  });

  it('survives any payload of any type, and modules called like a property of every object [EV-41]', () => {
    const types = [...life.map(({ eventType }) => eventType), 'OTHER'];
    const anything = fc.record({
      eventType: fc.constantFrom(...types),
      codeVersion: fc.nat(3),
      data: fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...life.map(({ data }) => data))),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 30 }), (steps) => {
        const events = stream(...(steps as unknown as Step[]));
        expect(projectTask('task', events).eventCount).toBe(events.length);
      }),
      { numRuns: 500 },
    );
    const odd = project(created, { eventType: 'MODULE_STARTED', data: { module: 'constructor' } });
    expect(odd.modules.constructor).toMatchObject({ path: 'constructor', status: 'generating' });
  });

  it('is the same, whether events are folded one by one, in pieces or all at once [EV-43]', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(life, { minLength: 0 }), fc.nat(16), (steps, cut) => {
        const events = stream(...steps);
        const whole = projectTask('task', events);
        expect(projectTask('task', events)).toStrictEqual(whole);
        expect(events.reduce(evolveTaskState, initialTaskState('task'))).toStrictEqual(whole);
        const head = projectTask('task', events.slice(0, cut));
        expect(events.slice(cut).reduce(evolveTaskState, head)).toStrictEqual(whole);
      }),
    );
  });

  it('leaves the state before alone and freezes the one after [EV-43]', () => {
    const before = project(...life.slice(0, 8));
    const copy = structuredClone(before);
    const after = evolveTaskState(
      before,
      storedEvent(9, {}, { eventType: 'MODULE_COMPLETE', data: { module: 'a.ts', iterations: 1 } }),
    );
    expect(before).toEqual(copy);
    expect(Object.isFrozen(after) && Object.isFrozen(after.modules) && Object.isFrozen(after.warnings)).toBe(true);
  });

  it('is rebuilt from a store, now and as it was at any position [EV-40]', async () => {
    const log = await eventLog();
    try {
      await log.events.append(
        'task',
        life.map(({ eventType, data, codeVersion }) => ({ eventType, data, codeVersion }) as EventDraft),
      );
      const events = await log.events.getEvents('task');
      expect(await rebuild(log.events, 'task')).toEqual(projectTask('task', events));
      for (const until of [0, 1, 5, 16, 99]) {
        const expected = projectTask('task', events.slice(0, until));
        expect(await rebuild(log.events, 'task', { until })).toEqual(expected);
      }
      expect(await rebuild(log.events, 'nobody')).toEqual(initialTaskState('nobody'));
    } finally {
      await log.close();
    }
  });
});
