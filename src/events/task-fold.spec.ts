import { describe, expect, it } from '@jest/globals';
import { eventLog } from '../../test/support/event-log.ts';
import { storedEvent } from '../../test/support/stored-event.ts';
import { storedEvents } from '../../test/support/stored-events.ts';
import type { Plan, TestOutcome } from './coding-events.ts';
import type { EventDraft } from './event.ts';
import { projectTask, rebuild } from './project-task.ts';

const generated = (codeVersion: number, module = 'a.ts'): EventDraft => ({
  eventType: 'CODE_GENERATED',
  data: { module, files: [], codeHash: `hash-${codeVersion}`, callId: null },
  codeVersion,
});
const planned = (...paths: string[]): EventDraft => {
  const modules = paths.map((path) => ({ path, description: '', dependsOn: [] }));
  const plan: Plan = { objective: 'add', language: 'typescript', modules };
  return { eventType: 'PLANNING_COMPLETE', data: { plan, source: 'model', callId: null } };
};
const failed = (more: Partial<TestOutcome> = {}): EventDraft => ({
  eventType: 'TEST_FAILED',
  data: {
    module: 'a.ts',
    passed: 1,
    failed: 1,
    results: [{ name: 'adds', file: 't', status: 'failed', durationMs: 1, message: 'expected 2' }],
    durationMs: 5,
    isolation: 'process',
    exitCode: 1,
    output: '',
    outputBytesCut: 0,
    ...more,
  },
});
const started: EventDraft = { eventType: 'TASK_STARTED', data: { brain: 'ollama' } };
const project = (...drafts: EventDraft[]) => projectTask('task', storedEvents('task', drafts));

describe('folding a task', () => {
  it('keeps the time of the first start, and the status of a task that has a plan when it is started again [EV-40]', () => {
    const events = storedEvents('task', [started, planned('a.ts'), started]);
    expect(projectTask('task', events)).toMatchObject({ status: 'running', startedAt: events[0]?.timestamp });
  });

  it('knows the place of its last event in the whole log, not only in the stream [EV-40]', () => {
    const events = [storedEvent(1, { sequenceNumber: 70 }), storedEvent(2, { sequenceNumber: 95 })];
    expect(projectTask('task', events)).toMatchObject({ sequence: 95, streamSequence: 2, eventCount: 2 });
  });

  it('ignores and counts a test that began with an older version of the code [EV-41]', () => {
    const begun: EventDraft = { eventType: 'TEST_STARTED', data: { module: 'a.ts', files: [] }, codeVersion: 1 };
    const state = project(generated(2), { eventType: 'MODULE_STARTED', data: { module: 'a.ts' } }, begun);
    expect(state).toMatchObject({ ignored: 1, modules: { 'a.ts': { status: 'generating' } } });
  });

  it('forgets the last error of a module that is complete [EV-40]', () => {
    const complete: EventDraft = { eventType: 'MODULE_COMPLETE', data: { module: 'a.ts', iterations: 1 } };
    expect(project(generated(1), failed()).modules['a.ts']?.lastError).toBe('expected 2');
    expect(project(generated(1), failed(), complete).modules['a.ts']).toMatchObject({
      status: 'complete',
      lastError: null,
    });
  });

  it('names the problem of a run that came to no result before any single test [EV-40]', () => {
    const state = project(generated(1), failed({ problem: 'the runner has crashed' }));
    expect(state.modules['a.ts']?.lastError).toBe('the runner has crashed');
  });

  it('keeps what was done for modules that a new plan holds too, and drops the others [EV-40]', () => {
    const state = project(planned('a.ts', 'b.ts'), generated(1), generated(2, 'b.ts'), planned('a.ts', 'c.ts'));
    expect(Object.keys(state.modules)).toEqual(['a.ts', 'c.ts']);
    expect(state.modules['a.ts']).toMatchObject({ version: 1, codeHash: 'hash-1', status: 'testing' });
    expect(state.modules['c.ts']).toMatchObject({ version: 0, status: 'pending' });
  });

  it('takes in what was found in the code after the end, the newest of it, and nothing else [TK-10]', () => {
    const analysis = (name: string): EventDraft => ({
      eventType: 'DEAD_CODE_ANALYSIS',
      data: {
        analyser: 'typescript 6',
        findings: [{ path: 'a.ts', name, line: 2, kind: 'import' }],
        findingsCut: 1,
      },
    });
    const ended: EventDraft = { eventType: 'TASK_COMPLETE', data: { summary: 'done' } };
    const of = (...drafts: EventDraft[]) => project(planned('a.ts'), generated(1), ended, ...drafts);
    const state = of(analysis('one'), analysis('two'));
    expect(state.deadCode).toEqual({
      analyser: 'typescript 6',
      findings: [{ path: 'a.ts', name: 'two', line: 2, kind: 'import' }],
      findingsCut: 1,
      problem: null,
      codeVersion: 1,
      streamSequence: 5,
    });
    expect(state).toMatchObject({ status: 'completed', summary: 'done', progress: 1, warnings: [] });
    const odd = { eventType: 'DEAD_CODE_ANALYSIS', data: { findings: [{ line: 1 }] } } as unknown as EventDraft;
    expect(of(odd)).toMatchObject({ deadCode: null, warnings: [{ code: 'invalidData' }] });
    expect(of(generated(2))).toMatchObject({ codeVersion: 1, warnings: [{ code: 'afterEnd' }] });
  });

  it('keeps at most 100 warnings, however odd a stream is [EV-41]', () => {
    const odd = Array.from({ length: 150 }, (_, index) => ({ eventType: `KIND_${index}`, data: {} }));
    const state = project(...(odd as unknown as EventDraft[]));
    expect(state.warnings).toHaveLength(100);
    expect(state).toMatchObject({ eventCount: 150, streamSequence: 150 });
  });

  it('is rebuilt from 10,000 events in less than 5 seconds, under either spelling of its id, also as it was at a moment [EV-40]', async () => {
    const log = await eventLog();
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const at = (index: number) => new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
    const drafts = Array.from({ length: 10_000 }, (_, index): EventDraft => ({
      ...generated(index + 1),
      timestamp: at(index),
    }));
    await log.events.append(composed, drafts);
    const begun = performance.now();
    const state = await rebuild(log.events, decomposed);
    const before = await rebuild(log.events, composed, { until: at(8999) });
    expect(performance.now() - begun).toBeLessThan(2 * 5000);
    expect(state).toEqual(projectTask(composed, await log.events.getEvents(composed)));
    expect(state).toMatchObject({ taskId: composed, eventCount: 10_000, codeVersion: 10_000 });
    expect(before).toMatchObject({ codeVersion: 9000, streamSequence: 9000 });
    await log.close();
  });
});
