import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { McpHttp } from '../../src/mcp/mcp-http.service.ts';
import { askModern, inSession, modern, openSession, postMcp } from '../support/mcp-http.ts';
import { mcpClient } from '../support/mcp-client.ts';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const list = { jsonrpc: '2.0', id: 7, method: 'tools/list' };
const MAX_SESSIONS = 5;
const IDLE_MS = 1500;

let server: TestServer;
beforeAll(async () => {
  server = await runServer({
    LLM_PROVIDER: 'mcp',
    MCP_MAX_SESSIONS: String(MAX_SESSIONS),
    MCP_SESSION_IDLE_MS: String(IDLE_MS),
  });
});
afterAll(() => server[Symbol.asyncDispose]());

const sessions = () => server.app.get(McpHttp).sessions;
const endSession = (id: string) => fetch(`${server.url}/mcp`, { method: 'DELETE', headers: inSession(id) });

describe('what is no message of the protocol [MCP-1]', () => {
  it.each([
    ['malformed JSON', '{"jsonrpc": "2.0", ', 400, -32_700],
    ['an empty body', '', 400, -32_700],
    ['a poisoned prototype', '{"__proto__": {"x": 1}}', 400, -32_700],
    ['a batch', [list, list], 400, -32_600],
    ['a string', '"hello"', 400, -32_600],
    ['null', 'null', 400, -32_600],
    ['nesting without end', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400, -32_600],
    ['an object of another kind', { hello: 'world' }, 400, -32_600],
    ['a method that is no text', { jsonrpc: '2.0', id: 1, method: 5 }, 400, -32_600],
    ['more than 4 MiB', { ...list, params: { x: 'x'.repeat(4_200_000) } }, 413, -32_000],
  ])('is refused as JSON-RPC: %s', async (_what, body, status, code) => {
    const answer = await postMcp(server.url, body);
    expect(answer).toMatchObject({ status, body: { jsonrpc: '2.0', error: { code, message: expect.any(String) } } });
    expect(JSON.stringify(answer.body)).not.toMatch(/node_modules|\.ts:|\.js:/);
    expect(answer.headers.get('x-correlation-id')).toBeTruthy();
  });

  it('is refused by Host, Origin and type as at every other route, before it is read', async () => {
    for (const [headers, status] of [
      [{ origin: 'https://evil.example' }, 403],
      [{ origin: 'null' }, 403],
      [{ 'content-type': 'text/plain' }, 415],
    ] as const) {
      expect(await postMcp(server.url, list, headers)).toMatchObject({ status });
    }
    const { port } = new URL(server.url);
    const { raw } = await rawPost(Number(port), 'evil.example');
    expect(raw).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('is answered with the methods that there are where the method is another', async () => {
    expect(await request('PUT', `${server.url}/mcp`, {})).toMatchObject({ status: 405 });
    expect((await fetch(`${server.url}/mcp`)).status).toBe(400);
    expect((await fetch(`${server.url}/mcp`, { method: 'HEAD' })).status).toBe(400);
  });
});

describe('a call with the wrong input [MCP-2]', () => {
  const call = (name: string, given: unknown) => askModern(server.url, 'tools/call', { name, arguments: given });

  it.each([
    ['wrong types', 'get_task_status', { task_id: 5 }],
    ['a number beyond its limits', 'list_tasks', { limit: 1e9 }],
    ['half a surrogate pair', 'start_coding_task', { prompt: '\ud800' }],
    ['a wait without end', 'get_task_status', { task_id: 'x', wait_ms: 1e9 }],
    ['control characters in an id', 'start_coding_task', { prompt: 'x', task_id: 'a\u0000b' }],
    ['a path that leads out', 'start_coding_task', { prompt: 'x', files: [{ path: '../../etc/passwd', content: '' }] }],
    ['a key of the prototype', 'start_coding_task', { prompt: 'x', constructor: {} }],
    [
      'too many elements',
      'start_coding_task',
      { prompt: 'x', metadata: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [i, ''])) },
    ],
    ['a lease that is not ours', 'submit_work', { item_id: 'x', lease_token: 'y', answer: {} }],
    ['SQL', 'get_task_status', { task_id: "'; DROP TABLE events; --" }],
  ])('is an error that says so, and changes nothing: %s', async (_what, name, given) => {
    const { status, body } = await call(name, given);
    expect({ status, body }).toMatchObject({ status: 200, body: { result: { isError: true } } });
    expect(JSON.stringify(body)).not.toMatch(/node_modules|\.ts:|\.js:/);
    expect((await request('GET', `${server.url}/tasks`)).body).toMatchObject({ tasks: [] });
  });

  it('of an unknown tool, or with arguments that are no object, is an error of the protocol', async () => {
    expect(await call('rm_rf', {})).toMatchObject({ body: { error: { code: -32_602 } } });
    expect(await call('list_tasks', 'all')).toMatchObject({ body: { error: { code: -32_602 } } });
    expect(await askModern(server.url, 'tasks/list')).toMatchObject({
      status: 404,
      body: { error: { code: -32_601 } },
    });
  });

  it('with state that nobody has handed out is refused', async () => {
    const { body, headers } = modern('tools/call', { name: 'list_tasks', arguments: {}, requestState: 'forged' });
    expect(await postMcp(server.url, body, headers)).toMatchObject({ body: { error: { code: -32_602 } } });
  });

  it('is served beside a hundred others', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        index % 2 === 0 ? call('list_tasks', {}) : call('get_task_status', { task_id: `none-${index}` }),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(answers.filter(({ body }) => 'result' in body && JSON.stringify(body).includes('isError'))).toHaveLength(50);
  });
});

describe('sessions of 2025-11-25 [MCP-3]', () => {
  it('have ids that nobody can guess, are needed, end when asked to, and are unknown then', async () => {
    const ids = [await openSession(server.url), await openSession(server.url)];
    for (const id of ids) expect(id).toMatch(/^[\w-]{43}$/);
    const [id = ''] = ids;
    expect(await postMcp(server.url, list, inSession(id))).toMatchObject({ status: 200, body: { id: 7 } });
    expect(await postMcp(server.url, list)).toMatchObject({
      status: 400,
      body: { id: 7, error: { data: { code: 'MCP_SESSION_MISSING' } } },
    });
    const guessed = `${id.slice(0, -1)}${id.endsWith('A') ? 'B' : 'A'}`;
    expect(await postMcp(server.url, list, inSession(guessed))).toMatchObject({ status: 404 });

    expect((await endSession(id)).status).toBe(200);
    expect(await postMcp(server.url, list, inSession(id))).toMatchObject({
      status: 404,
      body: { error: { data: { code: 'MCP_SESSION_NOT_FOUND' } } },
    });
    expect((await endSession(id)).status).toBe(404);
  });

  it('are never more than allowed: the one that is idle the longest gives way, and none that is at work', async () => {
    await using working = await mcpClient(server.url, '2025-11-25');
    await eventually(
      () => working.call('list_tasks'),
      () => true,
    );
    const first = await openSession(server.url);
    for (let more = 0; more < MAX_SESSIONS; more++) await openSession(server.url);
    expect(sessions().count).toBe(MAX_SESSIONS);
    expect(await postMcp(server.url, list, inSession(first))).toMatchObject({ status: 404 });
    expect(await working.call('list_tasks')).toMatchObject({ tasks: [] });
  });

  it('are ended when they have been idle for too long, which one with an open stream never is', async () => {
    await using following = await mcpClient(server.url, '2025-11-25');
    await openSession(server.url);
    await eventually(
      () => Promise.resolve(sessions().count),
      (count) => count === 1,
    );
    expect(await following.call('list_tasks')).toMatchObject({ tasks: [] });
  });
});

/** Another Host than that of the address: fetch would not send it. */
async function rawPost(port: number, host: string): Promise<{ readonly raw: string }> {
  const { connect } = await import('node:net');
  const body = JSON.stringify(list);
  return new Promise((resolve, reject) => {
    let raw = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(
        `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      ),
    );
    socket.on('data', (chunk) => (raw += chunk.toString()));
    socket.on('end', () => resolve({ raw }));
    socket.on('error', reject);
  });
}
