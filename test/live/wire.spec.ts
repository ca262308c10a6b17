import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type * as client from '../../src/client/index.ts';
import { connect, TaskloomError } from '../../src/client/index.ts';
import type { TaskState } from '../../src/events/index.ts';
import type { Message } from '../../src/gateway/message.ts';
import type { RequestOf } from '../../src/gateway/requests.ts';
import { requests } from '../../src/gateway/requests.ts';
import type { FileView, NewTask, TaskPage, TaskView, WorkItemView } from '../../src/tasks/index.ts';
import { ask, bareSocket, LiveServer } from '../support/live-server.ts';

type Extends<Given, Wanted> = Given extends Wanted ? true : false;
type Same<A, B> = Extends<keyof A, keyof B> & Extends<keyof B, keyof A>;

/** The compiler holds these: what the client library says of the wire is what the server puts there. */
const agreed: readonly true[] = [
  true satisfies Same<Message, client.Message>,
  true satisfies Extends<
    client.SubscribeRequest & { taskId: string; all?: never; types?: string[] },
    RequestOf<'subscribe'>
  >,
  true satisfies Extends<TaskView, Omit<client.Task, 'websocketUrl' | 'links'>>,
  true satisfies Extends<TaskState, client.TaskState>,
  true satisfies Extends<{ version: number; files: readonly FileView[] }, client.FileList>,
  true satisfies Extends<WorkItemView, client.WorkItem>,
  true satisfies Extends<TaskPage['nextBefore'], client.TaskPage['nextBefore']>,
  true satisfies Extends<keyof client.NewTask, keyof NewTask>,
];

let server: LiveServer;

beforeAll(async () => {
  server = await LiveServer.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('the client library', () => {
  it('and the server agree on what goes over the socket [GW-2]', async () => {
    expect(agreed).not.toContain(false);
    const request: client.SubscribeRequest = { taskId: 'x', afterStreamSequence: 1, types: ['A'], wait: true };
    expect(requests.subscribe.safeParse(request).success).toBe(true);
    expect(requests.subscribe.safeParse({ all: true } satisfies client.SubscribeRequest).success).toBe(true);

    await server.say('agreed', 1);
    using socket = await bareSocket(server.url);
    const arrived = new Promise<client.EventsFrame>((resolve) => socket.once('events', resolve));
    const answer = await ask(socket, 'subscribe', { taskId: 'agreed' });
    expect(Object.keys(answer).toSorted()).toEqual(['ok', 'state', 'streamSequence', 'subscriptionId', 'version']);
    const frame = await arrived;
    expect(Object.keys(frame)).toEqual(['subscriptionId', 'from', 'to', 'messages']);
    expect(Object.keys(frame.messages[0] ?? {})).toEqual([
      'type',
      'taskId',
      'version',
      'sequence',
      'streamSequence',
      'timestamp',
      'data',
    ]);
  });

  it('does over REST all that a task needs, with problems as typed errors [API-4]', async () => {
    const api = connect({ url: `${server.url}/` });
    const task = await api.createTask(
      {
        prompt: 'Write a.js',
        language: 'javascript',
        modules: [{ path: 'a.js' }],
        files: [{ path: 'd/ü b.txt', content: 'ö\n' }],
      },
      { idempotencyKey: 'once' },
    );
    expect(
      (
        await api.createTask(
          {
            prompt: 'Write a.js',
            language: 'javascript',
            modules: [{ path: 'a.js' }],
            files: [{ path: 'd/ü b.txt', content: 'ö\n' }],
          },
          { idempotencyKey: 'once' },
        )
      ).taskId,
    ).toBe(task.taskId);
    expect(await api.getTask(task.taskId)).toMatchObject({ taskId: task.taskId, prompt: 'Write a.js' });
    expect((await api.listTasks({ limit: 1 })).tasks.map(({ taskId }) => taskId)).toEqual([task.taskId]);
    expect((await api.files(task.taskId)).files).toMatchObject([{ path: 'd/ü b.txt', size: 3 }]);
    expect(await api.file(task.taskId, 'd/ü b.txt')).toBe('ö\n');

    const item = await api.claimWork({ by: 'ada', waitMs: 10_000 });
    expect(item).toMatchObject({ taskId: task.taskId, claimedBy: 'ada' });
    expect((await api.listWork()).map(({ id }) => id)).toEqual([item?.id]);
    const lease = { leaseToken: item?.leaseToken ?? '' };
    await expect(api.answerWork(item?.id ?? '', { ...lease, answer: { nonsense: true } })).rejects.toMatchObject({
      name: 'TaskloomError',
      status: 422,
      code: 'WORK_ITEM_ANSWER_REFUSED',
    });
    await api.releaseWork(item?.id ?? '', lease);
    await expect(api.releaseWork(item?.id ?? '', lease)).rejects.toMatchObject({ status: 409 });

    expect((await api.plan(task.taskId)).modules).toMatchObject([{ path: 'a.js' }]);
    expect((await api.intervene(task.taskId, { guidance: 'short', by: 'ada' })).taskId).toBe(task.taskId);
    expect(await api.state(task.taskId, { until: 1 })).toMatchObject({ streamSequence: 1, status: 'created' });
    expect((await api.cancelTask(task.taskId, { reason: 'enough' })).status).toBe('cancelled');
    const page = await api.events(task.taskId, {
      afterSequence: 1,
      limit: 2,
      types: ['TASK_STARTED', 'TASK_CANCELLED'],
    });
    expect(page.events.map(({ eventType }) => eventType)).toEqual(['TASK_STARTED', 'TASK_CANCELLED']);

    const wrong = await api.createTask({ prompt: ' ' }).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(TaskloomError);
    expect(wrong).toMatchObject({ status: 400, code: 'INVALID_INPUT', errors: [{ path: 'prompt' }] });
    await expect(api.getTask('no/such task')).rejects.toMatchObject({ status: 404, code: 'TASK_NOT_FOUND' });
  });
});
