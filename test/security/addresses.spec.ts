import { request as httpRequest } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { expect, it, jest } from '@jest/globals';
import { RawSocket } from '../support/raw-socket.ts';
import { eventually } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// A whole process on a machine that may be busy.
jest.setTimeout(60_000);

const CLIENT = '127.0.77.1';
const PROXY = '127.0.77.2';
const BEHIND_PROXY = '203.0.113.77';
/** Who comes by way of a proxy needs one. */
const KEY = 'a-key-that-is-in-no-line-of-the-log';
const PROMPT = 'a prompt about the quiet lighthouse';
const GUIDANCE = 'guidance about the loud harbour';

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

/** A request from an address of our choice. Resolves with the status. */
function ask(url: string, { method = 'GET', path, body, headers = {} }: Asked): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${url}${path}`, {
      method,
      localAddress: CLIENT,
      headers: {
        'content-type': 'application/json',
        'x-forwarded-for': BEHIND_PROXY,
        authorization: `Bearer ${KEY}`,
        ...headers,
      },
    });
    request.on('response', (response) => response.resume().on('end', () => resolve(response.statusCode)));
    request.on('error', reject).end(body);
  });
}

it('no address, prompt or guidance is in the log of a server that logs all it can [GW-10]', async () => {
  using directory = temporaryDirectory();
  await using server = await ServerProcess.start({
    DATA_DIR: join(directory.path, 'data'),
    LLM_PROVIDER: 'delegated',
    LOG_LEVEL: 'trace',
    SOCKET_MAX_PER_ADDRESS: '2',
    SOCKET_MAX_AGE_MS: '1000',
    TRUSTED_PROXIES: PROXY,
    API_KEYS: `operator:${KEY}`,
  });
  const create = JSON.stringify({ taskId: 'logged', prompt: PROMPT });
  expect(await ask(server.url, { method: 'POST', path: '/tasks', body: create })).toBe(201);
  expect(await ask(server.url, { method: 'POST', path: '/tasks', body: `{"prompt": "${PROMPT}` })).toBe(400);
  expect(await ask(server.url, { path: '/nowhere' })).toBe(404);
  expect(await ask(server.url, { path: '/tasks', headers: { host: 'evil.example' } })).toBe(403);

  const direct = { from: CLIENT };
  const proxied = { from: PROXY, key: KEY, headers: { 'x-forwarded-for': BEHIND_PROXY } };
  for (const options of [direct, proxied]) {
    const entered = await Promise.all(Array.from({ length: 3 }, () => RawSocket.enter(server.url, options)));
    const [first, ...others] = entered.filter((outcome) => outcome instanceof RawSocket);
    expect(others).toHaveLength(1);
    first?.send(`420["intervene",{"taskId":"logged","guidance":"${GUIDANCE}"}]`);
    first?.send(`421["nonsense","${GUIDANCE}"]`);
    first?.send('4this is no packet');
    others[0]?.send('42["subscribe",{"all":true}]');
    // One by what it sent, one by its age.
    await Promise.all([first?.closed, others[0]?.closed]);
  }
  await RawSocket.enter(server.url, { from: CLIENT, headers: { origin: 'http://evil.example' } });
  await new Promise((resolve) =>
    connectTcp({ port: Number(new URL(server.url).port), host: '127.0.0.1', localAddress: CLIENT })
      .on('close', resolve)
      .resume()
      .end('this is no HTTP\r\n\r\n'),
  );
  await eventually(
    () => Promise.resolve(server.printed),
    (printed) => printed.includes('/nowhere'),
  );
  await server.kill('SIGTERM');

  const lines = server.printed.split('\n').filter((line) => line.startsWith('{'));
  expect(lines.length).toBeGreaterThan(5);
  const told = [CLIENT, PROXY, BEHIND_PROXY, '127.0.0.1', '::1', PROMPT, GUIDANCE, KEY];
  expect(lines.filter((line) => told.some((words) => line.includes(words)))).toEqual([]);
});
