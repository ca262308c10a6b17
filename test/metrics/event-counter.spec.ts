import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventDraft } from '../../src/events/index.ts';
import '../../src/jobs/jobs.events.ts';
import { forkDrafts } from '../../src/tasks/fork-drafts.ts';
import '../../src/tasks/tasks.events.ts';
import { created, started } from '../support/coding-facts.ts';
import { eventLog, type EventLog } from '../support/event-log.ts';
import { type MetricFamily, readExposition, seriesIn, valueIn } from '../support/exposition.ts';
import { EventCounter } from '../../src/metrics/event-counter.ts';
import { Exposition } from '../../src/metrics/exposition.ts';
import { Instruments } from '../../src/metrics/instruments.ts';
import { ModelLabels } from '../../src/metrics/model-labels.ts';

let log: EventLog;
let counter: EventCounter;
let exposition: Exposition;
let counted = 0;

beforeEach(async () => {
  log = await eventLog();
  const instruments = new Instruments();
  exposition = new Exposition(instruments.all);
  counter = new EventCounter(log.events, instruments, new ModelLabels(['qwen3:8b']));
  counted = 0;
});

afterEach(() => log.close());

/** Appends facts and has them counted; answers what can be scraped then. */
async function happened(taskId: string, ...drafts: readonly EventDraft[]): Promise<ReadonlyMap<string, MetricFamily>> {
  await log.events.append(taskId, drafts);
  const batch = await log.events.readAll({ after: counted });
  for (const [index, event] of batch.entries()) {
    await counter.add(event, batch[index + 1]);
    counted = event.sequenceNumber;
  }
  return readExposition(await exposition.write('text'), 'text');
}

const at = (seconds: number) => ({ timestamp: new Date(Date.UTC(2026, 10, 27) + seconds * 1000).toISOString() });

const answered = (model: string | null, durationMs: number, costUsd?: number): EventDraft => ({
  eventType: 'MODEL_CALL_COMPLETED',
  data: {
    callId: 'c',
    answer: {},
    by: 'ollama',
    model,
    usage: { inputTokens: 30, outputTokens: 12 },
    durationMs,
    attempts: 1,
    ...(costUsd === undefined ? {} : { costUsd }),
  },
});

const ends: readonly (readonly [string, EventDraft])[] = [
  ['completed', { eventType: 'TASK_COMPLETE', data: { summary: '' } }],
  ['failed', { eventType: 'TASK_FAILED', data: { code: 'TASKS_GAVE_UP', reason: '' } }],
  ['timed_out', { eventType: 'TASK_FAILED', data: { code: 'TASK_TIMEOUT', reason: '' } }],
  ['cancelled', { eventType: 'TASK_CANCELLED', data: { by: 'ada', reason: '' } }],
];

const jobCreated: EventDraft<'JOB_CREATED'> = {
  eventType: 'JOB_CREATED',
  data: {
    intent: 'x',
    request: null,
    params: {},
    steps: null,
    priority: 20,
    maxRetries: 0,
    stepTimeoutMs: 1000,
    approvalTimeoutMs: 1000,
    backoffMs: 1,
    approvals: {},
    metadata: {},
  },
};

const stepFailed = (code: string, retryAt: string | null): EventDraft => ({
  eventType: 'STEP_FAILED',
  data: { step: 's', lease: null, agentId: null, code, reason: '', retryAt },
});

describe('counting the events of the log (PL-6)', () => {
  it('counts each end of a task under what came of it, with the time since its creation [PL-6]', async () => {
    let seen: ReadonlyMap<string, MetricFamily> = new Map();
    for (const [index, [outcome, end]] of ends.entries()) {
      seen = await happened(
        outcome,
        { ...created(), ...at(0) },
        { ...started, ...at(2) },
        { ...end, ...at(10 + index) },
      );
    }
    for (const [index, [outcome]] of ends.entries()) {
      expect(valueIn(seen, 'tasks_total', { outcome })).toBe(1);
      expect(valueIn(seen, 'task_duration_seconds_sum', { outcome })).toBe(10 + index);
    }
    expect(valueIn(seen, 'tasks_created_total')).toBe(4);
    expect(valueIn(seen, 'queue_wait_seconds_sum', { workflow: 'coding' })).toBe(8);
    expect(valueIn(seen, 'events_appended_total', { group: 'task' })).toBe(12);
  });

  it('counts a job that is retried as one that ends twice, each time from where it began [PL-6]', async () => {
    const seen = await happened(
      'job',
      { ...jobCreated, ...at(0) },
      { eventType: 'JOB_FAILED', data: { code: 'X', reason: '', steps: [] }, ...at(3) },
      { eventType: 'JOB_RETRIED', data: { by: 'ada', priority: 20 }, ...at(100) },
      { eventType: 'JOB_DONE', data: { summary: '' }, ...at(105) },
    );
    expect(valueIn(seen, 'jobs_created_total')).toBe(1);
    expect(valueIn(seen, 'jobs_total', { outcome: 'failed' })).toBe(1);
    expect(valueIn(seen, 'job_duration_seconds_sum', { outcome: 'failed' })).toBe(3);
    expect(valueIn(seen, 'jobs_total', { outcome: 'done' })).toBe(1);
    expect(valueIn(seen, 'job_duration_seconds_sum', { outcome: 'done' })).toBe(5);
  });

  it('tells attempts of steps apart: timeouts, retries, losses [PL-6]', async () => {
    const later = '2026-11-27T00:00:01.000Z';
    const done = { step: 's', lease: null, agentId: null, result: null, durationMs: 250 };
    const seen = await happened(
      'job',
      jobCreated,
      stepFailed('STEP_TIMEOUT', later),
      stepFailed('STEP_TIMEOUT', null),
      stepFailed('BROKEN', later),
      stepFailed('BROKEN', null),
      { eventType: 'STEP_LOST', data: { step: 's', lease: 'l', agentId: 'a', reason: '' } },
      { eventType: 'STEP_SKIPPED', data: { step: 't', because: ['s'] } },
      { eventType: 'STEP_DONE', data: done },
    );
    for (const outcome of ['timed_out_retried', 'timed_out', 'retried', 'failed', 'lost', 'skipped', 'done']) {
      expect([outcome, valueIn(seen, 'job_steps_total', { outcome })]).toEqual([outcome, 1]);
    }
    expect(valueIn(seen, 'job_step_duration_seconds_sum')).toBe(0.25);
  });

  it('tells of models what they took, and of answers by people that they are no model [PL-6]', async () => {
    const seen = await happened(
      't',
      created(),
      answered('qwen3:8b', 4200, 0.5),
      answered('qwen3:8b', 800),
      answered(null, 90_000),
    );
    const model = { model: 'qwen3:8b' };
    expect(valueIn(seen, 'llm_call_duration_seconds_sum', model)).toBe(5);
    expect(valueIn(seen, 'llm_call_duration_seconds_bucket', { ...model, le: '5' })).toBe(2);
    expect(valueIn(seen, 'llm_call_duration_seconds_bucket', { ...model, le: '1' })).toBe(1);
    expect(valueIn(seen, 'llm_call_duration_seconds_count', { model: 'delegated' })).toBe(1);
    expect(valueIn(seen, 'llm_tokens_total', { ...model, direction: 'output' })).toBe(24);
    expect(valueIn(seen, 'llm_cost_dollars_total', model)).toBe(0.5);
  });

  it('makes no series without bound of models that callers name, and writes any name so that it can be read [PL-6]', async () => {
    const hostile = ['a"b', 'back\\slash', 'two\nlines', 'x'.repeat(5000), '__proto__', ''];
    const names = [...hostile, ...Array.from({ length: 500 }, (_, index) => `evil-${index}`)];
    const seen = await happened('t', created(), ...names.map((name) => answered(name, 1)), answered('qwen3:8b', 1));
    const models = new Set(seriesIn(seen).filter((series) => series.startsWith('llm_call_duration_seconds_count')));
    expect(models.size).toBe(22);
    expect(valueIn(seen, 'llm_call_duration_seconds_count', { model: 'two\nlines' })).toBe(1);
    expect(valueIn(seen, 'llm_call_duration_seconds_count', { model: 'qwen3:8b' })).toBe(1);
    expect(valueIn(seen, 'llm_call_duration_seconds_count', { model: 'other' })).toBe(names.length - 20);
  });

  it('counts of a fork, and of a fork of that, only what is new in it [PL-6]', async () => {
    const first = await happened('parent', { ...created(), ...at(0) }, started, answered('qwen3:8b', 1000));
    const fork = forkDrafts(await log.events.getEvents('parent'), { now: Date.now() });
    const second = await happened('child', ...fork);
    const again = forkDrafts(await log.events.getEvents('child'), { now: Date.now() });
    const third = await happened('grandchild', ...again, answered('qwen3:8b', 500), ends[0]![1]);
    expect([first, second, third].map((seen) => valueIn(seen, 'tasks_created_total'))).toEqual([1, 2, 3]);
    const calls = (seen: typeof first) => valueIn(seen, 'llm_call_duration_seconds_count', { model: 'qwen3:8b' });
    expect([first, second, third].map(calls)).toEqual([1, 1, 2]);
    expect(valueIn(third, 'queue_wait_seconds_count', { workflow: 'coding' })).toBe(1);
    // From the fork on, not from what its parent began with.
    expect(valueIn(third, 'task_duration_seconds_sum', { outcome: 'completed' })).toBeLessThan(60);
  });

  it('knows a task that others follow for a new one, without a look at the log [PL-6]', async () => {
    const tasks = ['a', 'b', 'c'];
    for (const taskId of tasks) await log.events.append(taskId, [created()]);
    const batch = await log.events.readAll({ after: 0 });
    const instruments = new Instruments();
    const unread = { getEvents: () => Promise.reject(new Error('the log was read')) };
    const own = new EventCounter(unread, instruments, new ModelLabels([]));
    for (const [index, event] of batch.slice(0, -1).entries()) await own.add(event, batch[index + 1]);
    const seen = readExposition(await new Exposition(instruments.all).write('text'), 'text');
    expect(valueIn(seen, 'tasks_created_total')).toBe(tasks.length - 1);
  });

  it('takes whatever a log may hold, and still tells what can be read [PL-6]', async () => {
    const amount = fc.oneof(fc.constant(NaN), fc.constant(-1), fc.double(), fc.constant(1e308));
    await fc.assert(
      fc.asyncProperty(fc.string(), amount, amount, async (model, durationMs, costUsd) => {
        const instruments = new Instruments();
        const own = new EventCounter(log.events, instruments, new ModelLabels([]));
        const [event] = await log.events.append('odd', [started]);
        await own.add({ ...event!, ...answered(model, durationMs, costUsd) });
        readExposition(await new Exposition(instruments.all).write('text'), 'text');
      }),
      { numRuns: 50 },
    );
  });
});
