import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { McpHttp } from '../../src/mcp/mcp-http.service.ts';
import { mcpClient, type McpClient, revisions } from '../support/mcp-client.ts';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const ID = 'päth/to #1';
const uri = (part = '') => `taskloom://tasks/${encodeURIComponent(ID)}${part}`;

let server: TestServer;
let mcp: McpClient;
beforeAll(async () => {
  server = await runServer({ LLM_PROVIDER: 'mcp' });
  mcp = await mcpClient(server.url, '2026-07-28');
  const files = [{ path: 'data/in put.txt', content: 'größer', role: 'fixture' }];
  const { status } = await request('POST', `${server.url}/tasks`, {
    ...{ taskId: ID, prompt: 'Write add(a, b)', language: 'javascript', files },
    modules: [{ path: 'src/add.js' }],
  });
  expect(status).toBe(201);
});
afterAll(async () => {
  await mcp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const read = async (client: McpClient, what: string) => {
  const { contents } = await client.client.readResource({ uri: what });
  return contents.map((content) => ('text' in content ? content.text : ''));
};

describe.each(revisions)('resources over protocol %s [MCP-2]', (revision) => {
  it('are listed, templates too, and read whatever the id of the task is', async () => {
    await using client = await mcpClient(server.url, revision);
    const { resources } = await client.client.listResources();
    expect(resources.map((resource) => resource.uri)).toEqual(['taskloom://tasks', uri()]);
    const { resourceTemplates } = await client.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      'taskloom://tasks/{id}',
      'taskloom://tasks/{id}/plan',
      'taskloom://tasks/{id}/events',
      'taskloom://tasks/{id}/files',
      'taskloom://tasks/{id}/files/{+path}',
    ]);

    expect(await read(client, uri())).toEqual([expect.stringContaining(`"task_id":${JSON.stringify(ID)}`)]);
    expect(await read(client, uri('/events'))).toEqual([expect.stringContaining('"TASK_CREATED"')]);
    const [list = ''] = await read(client, uri('/files'));
    const { files } = JSON.parse(list) as { files: { uri: string }[] };
    expect(await read(client, files[0]?.uri ?? '')).toEqual(['größer']);
  });

  it('that do not exist are errors that name them', async () => {
    await using client = await mcpClient(server.url, revision);
    for (const wrong of [
      'taskloom://tasks/nowhere',
      uri('/files/none.txt'),
      uri('/nothing'),
      'taskloom://tasks/%ff',
      'file:///etc/passwd',
    ]) {
      await expect(client.client.readResource({ uri: wrong })).rejects.toMatchObject({
        code: -32_602,
        data: { uri: expect.any(String) },
      });
    }
  });

  it('tell of news to whoever has subscribed, whoever made them, and follow the log only while somebody has', async () => {
    await using client = await mcpClient(server.url, revision);
    const { news } = server.app.get(McpHttp);
    const heard = new Set<string>();
    client.client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.add(params.uri));
    const watched = [uri(), uri('/events')];
    const close = await follow(client, revision, watched);
    expect(news.isFollowing).toBe(true);
    await eventually(
      async () => {
        await request('POST', `${server.url}/tasks/${encodeURIComponent(ID)}/interventions`, { guidance: 'go on' });
        return heard.size;
      },
      (size) => size === 2,
    );
    expect([...heard].sort()).toEqual(watched.toSorted());
    await close();
    await eventually(
      () => Promise.resolve(news.isFollowing),
      (isFollowing) => !isFollowing,
    );
  });
});

/** Subscribes as the revision has it, and answers what ends that. */
async function follow({ client }: McpClient, revision: string, uris: string[]): Promise<() => Promise<void>> {
  if (revision === '2026-07-28') {
    const subscription = await client.listen({ resourceSubscriptions: uris });
    return () => subscription.close();
  }
  for (const each of uris) await client.subscribeResource({ uri: each });
  return async () => {
    for (const each of uris) await client.unsubscribeResource({ uri: each });
  };
}

describe('prompts and completions [MCP-2]', () => {
  it('say what to do, with what they are about', async () => {
    const { prompts } = await mcp.client.listPrompts();
    expect(prompts.map(({ name }) => name)).toEqual(['write_code', 'be_the_model', 'review_task', 'unblock_task']);
    const review = await mcp.client.getPrompt({ name: 'review_task', arguments: { task_id: ID } });
    expect(JSON.stringify(review.messages)).toContain('Write add(a, b)');
    await expect(
      mcp.client.getPrompt({ name: 'unblock_task', arguments: { task_id: 'nowhere' } }),
    ).rejects.toMatchObject({
      code: -32_602,
      data: { code: 'TASK_NOT_FOUND' },
    });
  });

  it('offer the ids of tasks for resources', async () => {
    const { completion } = await mcp.client.complete({
      ref: { type: 'ref/resource', uri: 'taskloom://tasks/{id}' },
      argument: { name: 'id', value: 'p' },
    });
    expect(completion.values).toEqual([encodeURIComponent(ID)]);
  });
});
