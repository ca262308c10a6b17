import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { workspaceName } from '../../src/workspace/workspaces.ts';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
import { describeOnPostgres, temporaryPostgres } from '../support/postgres.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

jest.setTimeout(60_000);

interface WorkItem {
  readonly id: string;
  readonly messages: readonly { readonly content: string }[];
  readonly leaseToken: string;
}

const sample = codingSamples[0]!;

describeOnPostgres('servers with directories of their own on one PostgreSQL (PL-9)', () => {
  const closing: (() => PromiseLike<void>)[] = [];
  let servers: readonly [TestServer, TestServer];
  const environment = (url: string) => ({
    DATABASE_URL: url,
    WEBHOOK_SECRET_KEY: 'a text of at least thirty-two bytes',
    WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8',
  });
  let url: string;

  beforeEach(async () => {
    const place = await temporaryPostgres();
    closing.push(() => place[Symbol.asyncDispose]());
    ({ url } = place);
    const start = async () => {
      const server = await runServer(environment(url));
      closing.push(() => server[Symbol.asyncDispose]());
      return server;
    };
    servers = [await start(), await start()];
  });

  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** What a task's directory at a server holds of the module; null: nothing. */
  const codeAt = ({ dataDir }: TestServer, taskId: string): string | null => {
    try {
      return readFileSync(join(dataDir, 'workspaces', workspaceName(taskId), sample.path), 'utf8');
    } catch {
      return null;
    }
  };

  async function answerNext(server: TestServer): Promise<void> {
    const by = { by: 'test', waitMs: 20_000 };
    const { body } = await request<{ item: WorkItem }>('POST', `${server.url}/work-items/claim`, by);
    const { id, messages, leaseToken } = body.item;
    const answer: unknown = JSON.parse(answerTo(messages.at(-1)?.content ?? ''));
    const { status } = await request('POST', `${server.url}/work-items/${id}/answer`, { leaseToken, answer });
    expect(status).toBe(200);
  }

  it('finish what another one had begun, with all its files from the log, and send on to its webhooks [OR-17, WS-1]', async () => {
    const [one, two] = servers;
    await using receiver = await WebhookReceiver.start();
    const hook = { url: receiver.url, eventTypes: ['TEST_FAILED', 'TASK_COMPLETE'] };
    expect((await request('POST', `${one.url}/webhooks`, hook)).status).toBe(201);
    const { body } = await request('POST', `${one.url}/tasks`, taskOf(sample));
    const taskId = String(body.taskId);
    await answerNext(two);
    const tested = await eventually(
      () => eventsOf(two.url, taskId),
      (events) => events.some(({ eventType }) => eventType === 'TEST_FAILED'),
    );
    expect(tested.at(0)?.eventType).toBe('TASK_CREATED');
    await eventually(
      () => Promise.resolve(receiver.types),
      (types) => types.length === 1,
    );
    const [had, other] = codeAt(one, taskId) === null ? [two, one] : [one, two];
    expect([codeAt(had, taskId) !== null, codeAt(other, taskId)]).toEqual([true, null]);
    await had.close();
    rmSync(join(had.dataDir, 'workspaces'), { recursive: true });
    await answerNext(other);
    expect(await outcomeOf(other.url, taskId)).toMatchObject({ status: 'completed' });
    expect(codeAt(other, taskId)).toBe(sample.right);
    await eventually(
      () => Promise.resolve(receiver.types),
      (types) => types.length === 2,
    );
    expect(receiver.types).toEqual(['TEST_FAILED', 'TASK_COMPLETE']);
  });
});
