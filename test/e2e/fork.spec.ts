import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore, type EventType, projectTask, type StoredEvent, type TaskState } from '../../src/events/index.ts';
import { fold, replay } from '../../src/orchestrator/index.ts';
import { type CodingState } from '../../src/tasks/coding-state.ts';
import { type CodingTools, CodingWorkflow } from '../../src/tasks/coding-workflow.ts';
import { outcomeOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const sample = fileURLToPath(new URL('../../examples/text-statistics/', import.meta.url));
const task = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')) as Record<string, unknown>;

const goOn: readonly EventType[] = [
  'TASK_CREATED',
  'MODEL_CALL_REQUESTED',
  'MODEL_CALL_COMPLETED',
  'TEST_STARTED',
  'TEST_FAILED',
  'CORRECTION_STARTED',
  'MODULE_COMPLETE',
];

/** Tools that count: whatever a workflow would do goes through one of them. */
function countedTools(): { readonly workflow: CodingWorkflow; readonly used: string[] } {
  const used: string[] = [];
  const tools = new Proxy({} as CodingTools, {
    get: (_target, name) => {
      used.push(String(name));
      throw new Error(`${String(name)} was used`);
    },
  });
  return { workflow: new CodingWorkflow(tools), used };
}

const { workflow } = countedTools();

/** A state as text that two tasks share: every id of an event of the one is the other's at the same place. */
function comparable(
  state: CodingState | TaskState,
  own: readonly StoredEvent[],
  others: readonly StoredEvent[],
): string {
  let text = JSON.stringify(state, (_key, value: unknown) => (value instanceof Map ? [...value] : value));
  for (const [index, { eventId }] of own.entries()) text = text.replaceAll(eventId, others[index]?.eventId ?? '');
  return text;
}

describe('a recorded task', () => {
  let server: TestServer;
  let log: EventStore;
  let parent: readonly StoredEvent[];
  let before: string;

  beforeAll(async () => {
    server = await runServer({ LLM_PROVIDER: 'replay', LLM_RECORDING: join(sample, 'recording.jsonl') });
    log = server.app.get(EventStore);
    await request('POST', `${server.url}/tasks`, { ...task, taskId: 'parent' });
    expect(await outcomeOf(server.url, 'parent')).toMatchObject({ status: 'completed' });
    parent = await log.getEvents('parent');
    before = JSON.stringify(parent);
  }, 60_000);

  afterAll(() => server[Symbol.asyncDispose]());

  const fork = (body: object, id = 'parent') => request('POST', `${server.url}/tasks/${id}/fork`, body);
  const filesOf = async (id: string) =>
    (await request<{ files: object[] }>('GET', `${server.url}/tasks/${id}/files`)).body.files;

  it('is forked at every event, with the state and the files it had there, and stays as it is [OR-33]', async () => {
    // From the last of each of these it goes on to its end; from every event it would take minutes.
    const chosen = new Set(
      goOn.map((type) => parent.findLast(({ eventType }) => eventType === type)?.streamSequence ?? 0),
    );
    const running: string[] = [];
    for (const { streamSequence: at } of parent.slice(0, -1)) {
      const taskId = `fork ${at}`;
      const forked = await fork({ afterSequence: at, taskId });
      expect(forked).toMatchObject({ status: 201, body: { forkedFrom: { taskId: 'parent', sequence: at } } });
      const copies = await log.getEvents(taskId, { until: at });
      const then = parent.slice(0, at);
      expect((await log.getEvents(taskId, { until: at + 1 })).at(-1)?.eventType).toBe('TASK_FORKED');

      const state = fold(workflow, 'task', copies);
      expect(comparable(state, copies, then)).toBe(comparable(fold(workflow, 'task', then), then, then));
      expect([...state.files]).toEqual([...fold(workflow, 'task', then).files]);
      const projected = { ...projectTask('task', copies), sequence: 0, lastChange: null };
      const wanted = { ...projectTask('task', then), sequence: 0, lastChange: null };
      expect(comparable(projected, copies, then)).toBe(comparable(wanted, then, then));

      if (chosen.has(at)) running.push(taskId);
      else await request('DELETE', `${server.url}/tasks/${encodeURIComponent(taskId)}`);
    }
    expect(running.length).toBe(goOn.length);
    const files = await filesOf('parent');
    for (const taskId of running) {
      const { status, error, progress } = await outcomeOf(server.url, taskId, 120_000);
      expect({ taskId, status, error, progress }).toEqual({ taskId, status: 'completed', error: null, progress: 1 });
      expect(await filesOf(encodeURIComponent(taskId))).toEqual(files);
    }
    expect(JSON.stringify(await log.getEvents('parent'))).toBe(before);
    expect(await log.verifyLog()).toMatchObject({ intact: true });
  }, 240_000);

  it('is replayed over every prefix without any effect, in the program and over REST [OR-33]', async () => {
    const counted = countedTools();
    const last = await log.lastSequence();
    const decisions = parent.map((_, index) =>
      counted.workflow.decide(fold(counted.workflow, 'parent', parent.slice(0, index + 1))),
    );
    const replayed = [];
    for await (const { decision } of replay(counted.workflow, 'parent', log.read('parent'))) replayed.push(decision);
    expect(replayed).toEqual(decisions);
    expect(counted.used).toEqual([]);

    const steps = [];
    for (let afterSequence = 0; ;) {
      const { body } = await request<{
        steps: { sequence: number; decision: string; actions: string[] }[];
        nextAfterSequence: number;
      }>('GET', `${server.url}/tasks/parent/replay?afterSequence=${afterSequence}&limit=7`);
      steps.push(...body.steps);
      if (body.steps.length < 7) break;
      afterSequence = body.nextAfterSequence;
    }
    expect(steps.map(({ sequence }) => sequence)).toEqual(parent.map(({ streamSequence }) => streamSequence));
    expect(steps.map(({ decision, actions }) => [decision, actions])).toEqual(
      decisions.map((decision) => [
        decision.kind,
        decision.kind === 'act' ? decision.actions.map(({ key }) => key) : [],
      ]),
    );
    expect(steps.at(-1)).toMatchObject({ decision: 'done', outcome: 'completed', actions: [] });
    expect(await log.lastSequence()).toBe(last);
  });

  it('is not forked where it is over, nor beyond, and says where it can be [OR-33]', async () => {
    const last = parent.length - 1;
    for (const [body, asked] of [
      [{}, parent.length],
      [{ afterSequence: parent.length }, parent.length],
      [{ afterSequence: parent.length + 5 }, parent.length + 5],
    ] as const) {
      expect(await fork(body)).toMatchObject({
        status: 409,
        body: { code: 'TASK_FORK_POINT', details: { afterSequence: asked, lastForkable: last } },
      });
    }
  });
});
