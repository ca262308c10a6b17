import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { FakeOllama } from '../support/fake-ollama.ts';
import { outcomeOf } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

jest.setTimeout(90_000);

/** Each place has a canary of its own, so that one that is found says where it got in. */
const canaries = new Map<string, string>();
function canary(place: string): string {
  const letters = [...place].map((letter) => letter.charCodeAt(0).toString(36)).join('');
  const known = canaries.get(place) ?? `ghp_${`A1b2C3${letters}${'zY9xW8'.repeat(8)}`.slice(0, 40)}`;
  canaries.set(place, known);
  return known;
}

const CONFIGURED = 'swordfish+of/atlantis';

describe('canary secrets that are sent through every door', () => {
  const directory = temporaryDirectory();
  const data = join(directory.path, 'data');
  let ollama: FakeOllama;
  let server: ServerProcess;
  let socket: Socket;
  /** Everything that anybody was told. */
  const heard: string[] = [];

  async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const init = typeof body === 'string' ? { body } : body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...init,
    });
    const text = await answer.text();
    heard.push(text, JSON.stringify([...answer.headers]));
    return { status: answer.status, body: text };
  }

  const ask = async (name: string, message: unknown) => {
    const answer: unknown = await socket.timeout(5000).emitWithAck(name, message);
    heard.push(JSON.stringify(answer));
  };

  beforeAll(async () => {
    // A model that gives a key away, in code that works.
    const code = `// ${canary('model answer')} ${CONFIGURED}\nexport const one = () => 1;\n`;
    ollama = await FakeOllama.start({ respond: () => ({ text: JSON.stringify({ path: 'one.js', code }) }) });
    server = await ServerProcess.start({
      DATA_DIR: data,
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      LLM_RECORD: join(data, 'recording.jsonl'),
      OPENAI_API_KEY: canary('environment'),
      SECRET_VALUES: CONFIGURED,
      LOG_LEVEL: 'debug',
    });
    socket = io(server.url, { transports: ['websocket'] });
    socket.onAny((...message: unknown[]) => {
      heard.push(JSON.stringify(message));
      const acknowledge = message.at(-1);
      if (typeof acknowledge === 'function') (acknowledge as () => void)();
    });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
  });

  afterAll(async () => {
    socket.close();
    await server.kill('SIGTERM');
    await ollama.stop();
    directory[Symbol.dispose]();
  });

  it('are found nowhere: not in any file, not in the log, not in an answer, not on a socket [PL-3]', async () => {
    await ask('subscribe', { all: true });
    const test = `// ${canary('given test')}\nimport { test } from 'node:test';\nimport { one } from './one.js';
console.log('printed', ['${canary('test output').slice(0, 20)}', '${canary('test output').slice(20)}'].join(''));
test('one', () => { if (one() !== 1) throw new Error('no'); });\n`;
    const created = await call(
      'POST',
      '/tasks',
      {
        taskId: 'canaries',
        prompt: `Write one.js. My key is ${canary('prompt')}, the password ${CONFIGURED}.`,
        answers: [canary('answers')],
        modules: [{ path: 'one.js', description: canary('description') }],
        files: [{ path: 'one.test.js', role: 'test', content: test }],
        metadata: { [canary('metadata key')]: canary('metadata value') },
      },
      {
        'idempotency-key': canary('idempotency key'),
        'x-correlation-id': canary('correlation id'),
      },
    );
    expect(created.status).toBe(201);
    expect(await outcomeOf(server.url, 'canaries')).toMatchObject({ status: 'completed' });

    // While a model is thinking, guidance and reasons come in.
    const held = Promise.withResolvers<void>();
    ollama.respond = () => ({ text: '{}', beforeFirstToken: () => held.promise });
    await call('POST', '/tasks', { taskId: 'second', prompt: 'x', modules: [{ path: 'two.js' }] });
    await call('POST', '/tasks/second/interventions', { guidance: canary('guidance'), by: canary('author') });
    await ask('intervene', { taskId: 'second', guidance: canary('socket guidance'), by: canary('socket author') });
    await ask('cancel', { taskId: 'second', reason: canary('socket reason'), by: canary('socket canceller') });
    held.resolve();

    // What is refused is repeated to nobody.
    const authorization = `Bearer ${canary('authorization')}`;
    expect((await call('GET', '/tasks', undefined, { authorization })).status).toBe(401);
    expect((await call('POST', '/tasks', { taskId: canary('task id'), prompt: 'x' })).status).toBe(400);
    expect((await call('POST', '/tasks', { prompt: 'x', modules: [{ path: `${canary('path')}.js` }] })).status).toBe(
      400,
    );
    expect((await call('POST', '/tasks', { prompt: 'x' }, { 'x-submitter': canary('submitter') })).status).toBe(400);
    await call('POST', '/tasks', `{"prompt": "${canary('malformed body')}`);
    await call('POST', '/tasks', { prompt: 'x', [canary('unknown field')]: 1, priority: canary('priority') });
    await call('GET', `/tasks/${canary('unknown task')}?status=${canary('query string')}`);
    await call('GET', `/tasks?status=${canary('wrong status')}`);
    await call('GET', `/${canary('unknown route')}`);
    await call('POST', '/work-items/claim', { by: canary('claimant') });
    await call('POST', '/work-items/x/answer', { leaseToken: canary('lease token'), answer: canary('work answer') });
    await ask('subscribe', { taskId: canary('socket task'), [canary('socket field')]: 1 });
    await ask('getState', { taskId: canary('state of') });
    await ask(canary('unknown message').slice(0, 60), { text: canary('unknown payload') });
    for (const path of ['', '/events', '/state', '/files', '/files/one.js', '/plan', '/files/one.test.js']) {
      await call('GET', `/tasks/canaries${path}`);
    }
    for (const path of ['/tasks', '/work-items', '/health', '/tasks/second/events']) await call('GET', path);
    await server.kill('SIGTERM');

    const files = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const kept = files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name), 'latin1')] as const);
    const everything = [...kept, ['the log', server.printed] as const, ['answers', heard.join('\n')] as const];
    expect(everything.map(([name]) => name)).toEqual(
      expect.arrayContaining(['taskloom.db', 'recording.jsonl', 'one.js', 'one.test.js']),
    );
    const forms = (secret: string) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')];
    const found = [...canaries, ['configured', CONFIGURED] as const].flatMap(([place, secret]) =>
      everything.flatMap(([name, text]) =>
        forms(secret).some((form) => text.includes(form)) ? [`${place} in ${name}`] : [],
      ),
    );
    expect(found).toEqual([]);
    expect(canaries.size).toBeGreaterThan(30);
    // They did get in, and were taken out.
    const log = kept.find(([name]) => name === 'taskloom.db')?.[1] ?? '';
    expect(log).toContain('My key is [redacted github token], the password [redacted secret].');
    expect(readFileSync(join(data, 'workspaces/canaries/one.js'), 'utf8')).toContain('// [redacted github token]');
    expect(heard.join('\n')).toContain('printed');
  });
});
