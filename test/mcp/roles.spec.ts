import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { McpServers } from '../../src/mcp/index.ts';
import { permits } from '../../src/policy/index.ts';
import { roles } from '../../src/kernel/roles.ts';
import { inSession, modern, postMcp } from '../support/mcp-http.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const keyOf = (role: string) => `test-key-of-the-${role}-0123456789`;
const shown = (role: string) => ({ authorization: `Bearer ${keyOf(role)}` });

let server: TestServer;
beforeAll(async () => {
  server = await runServer({
    LLM_PROVIDER: 'mcp',
    REQUIRE_KEYS: 'on',
    API_KEYS: roles.map((role) => `${role}:${keyOf(role)}`).join(','),
    RATE_LIMIT_PER_SECOND: '100000',
    RATE_LIMIT_BURST: '100000',
  });
});
afterAll(() => server[Symbol.asyncDispose]());

async function ask(role: string, method: string, params: Record<string, unknown> = {}, capabilities: object = {}) {
  const { body, headers } = modern(method, params, capabilities);
  return postMcp(server.url, body, { ...headers, ...shown(role) });
}

const denied = { status: 403, body: { jsonrpc: '2.0', id: 1, error: { data: { code: 'ACCESS_ROLE_DENIED' } } } };

describe('where keys are needed [MCP-3, PL-7]', () => {
  it('a request without one, or with a wrong one, is refused in any way that it can be sent', async () => {
    const { body, headers } = modern('tools/list');
    const wrong: Record<string, string>[] = [{}, { authorization: 'Bearer nonsense-nonsense-nonsense' }];
    for (const given of wrong) {
      const answer = await postMcp(server.url, body, { ...headers, ...given });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
    }
    for (const method of ['GET', 'DELETE', 'HEAD']) {
      expect((await fetch(`${server.url}/mcp`, { method, headers: inSession('x') })).status).toBe(401);
    }
  });

  it.each(roles)('each tool is open exactly to the roles it names: %s', async (role) => {
    for (const tool of server.app.get(McpServers).tools) {
      const answer = await ask(role, 'tools/call', { name: tool.name, arguments: {} });
      if (permits(role, tool.role)) expect({ tool: tool.name, answer }).toMatchObject({ answer: { status: 200 } });
      else expect({ tool: tool.name, answer }).toMatchObject({ answer: denied });
    }
  });

  it('a worker sees nothing but work, and a viewer changes nothing', async () => {
    const tasks = { extensions: { 'io.modelcontextprotocol/tasks': {} } };
    const seeing = [
      ['resources/list', {}],
      ['resources/templates/list', {}],
      ['resources/read', { uri: 'taskloom://tasks' }],
      ['subscriptions/listen', { notifications: { resourceSubscriptions: ['taskloom://tasks'] } }],
      [
        'completion/complete',
        { ref: { type: 'ref/resource', uri: 'taskloom://tasks/{id}' }, argument: { name: 'id', value: '' } },
      ],
      ['prompts/get', { name: 'be_the_model' }],
      ['tasks/get', { taskId: 'x' }],
    ] as const;
    for (const [method, params] of seeing) expect(await ask('worker', method, params, tasks)).toMatchObject(denied);
    for (const method of ['tasks/update', 'tasks/cancel']) {
      for (const role of ['worker', 'viewer']) {
        expect(await ask(role, method, { taskId: 'x', inputResponses: {} }, tasks)).toMatchObject(denied);
      }
    }
    expect(await ask('viewer', 'resources/read', { uri: 'taskloom://tasks' })).toMatchObject({ status: 200 });
    expect(await ask('worker', 'tools/list')).toMatchObject({ status: 200 });
  });

  it('who did something is recorded by the name of their key, not by what their client calls itself', async () => {
    await ask('operator', 'tools/call', { name: 'start_coding_task', arguments: { prompt: 'x', task_id: 'named' } });
    await ask('operator', 'tools/call', { name: 'send_intervention', arguments: { task_id: 'named', guidance: 'y' } });
    const { body } = await ask('viewer', 'tools/call', {
      name: 'list_events',
      arguments: { task_id: 'named', types: ['USER_INTERVENTION'] },
    });
    expect(body).toMatchObject({
      result: { structuredContent: { events: [{ data: { by: expect.not.stringMatching(/^bare$/) } }] } },
    });
  });

  it('a session is unknown to any other key than the one that has begun it', async () => {
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bare', version: '1' } },
    };
    const { headers } = await postMcp(server.url, initialize, shown('viewer'));
    const session = inSession(headers.get('mcp-session-id') ?? '');
    const list = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
    expect(await postMcp(server.url, list, { ...session, ...shown('viewer') })).toMatchObject({ status: 200 });
    for (const role of ['admin', 'operator', 'worker']) {
      expect(await postMcp(server.url, list, { ...session, ...shown(role) })).toMatchObject({ status: 404 });
    }
    const ended = await fetch(`${server.url}/mcp`, { method: 'DELETE', headers: { ...session, ...shown('admin') } });
    expect(ended.status).toBe(404);
    expect(await postMcp(server.url, list, { ...session, ...shown('viewer') })).toMatchObject({ status: 200 });
  });
});
