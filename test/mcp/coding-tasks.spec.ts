import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
import { mcpClient, type McpClient, revisions } from '../support/mcp-client.ts';
import { request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

interface Task {
  readonly task_id: string;
  readonly status: string;
  readonly sequence: number;
  readonly code_version: number;
  readonly brain: string | null;
}

interface Claim {
  readonly item: {
    readonly item_id: string;
    readonly lease_token: string;
    readonly task_id: string;
    readonly messages: readonly { readonly content: string }[];
  } | null;
}

const sample = codingSamples.find(({ language }) => language === 'javascript')!;
const given = { ...taskOf(sample), modules: [{ path: sample.path, description: `Exports ${sample.name}.` }] };

let server: TestServer;
beforeAll(async () => {
  server = await runServer({ LLM_PROVIDER: 'mcp' });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Answers every question of a task until it is over. */
async function beTheModel(mcp: McpClient, taskId: string): Promise<Task> {
  for (;;) {
    const task = await mcp.call<Task>('get_task_status', { task_id: taskId });
    if (['completed', 'failed', 'cancelled'].includes(task.status)) return task;
    const { item } = await mcp.call<Claim>('claim_work', { wait_ms: 1000 });
    if (!item) continue;
    const answer = answerTo(item.messages.map(({ content }) => content).join('\n'));
    await mcp.call('submit_work', { item_id: item.item_id, lease_token: item.lease_token, answer });
  }
}

describe.each(revisions)('a client of protocol %s', (revision) => {
  it('drives a whole delegated coding task to completed, and so do REST and it see the same [MCP-1] [MCP-2]', async () => {
    await using mcp = await mcpClient(server.url, revision);
    const started = await mcp.call<Task>('start_coding_task', { ...given, idempotency_key: `key-${revision}` });
    const repeated = await mcp.call<Task>('start_coding_task', { ...given, idempotency_key: `key-${revision}` });
    expect(repeated.task_id).toBe(started.task_id);

    const task = await beTheModel(mcp, started.task_id);
    expect(task).toMatchObject({ status: 'completed', code_version: 2, brain: 'delegated' });

    const { body } = await request('GET', `${server.url}/tasks/${started.task_id}`);
    expect(body).toMatchObject({ status: 'completed', sequence: task.sequence });
    const files = await mcp.call<{ contents: unknown }>('get_task_files', {
      task_id: started.task_id,
      paths: [sample.path],
    });
    expect(files.contents).toEqual([{ path: sample.path, content: sample.right }]);
  });
});
