import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeOllama } from '../support/fake-ollama.ts';
import { LiveServer } from '../support/live-server.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly text: string;
  readonly taskId: string;
}

const wrong = (name: string) => `export function ${name}(date) {\n  return date.toISOString().slice(0, 10);\n}\n`;
const right = (name: string) =>
  `export function ${name}(date) {\n  return isNaN(date) ? 'unknown' : date.toISOString().slice(0, 10);\n}\n`;

const names: Readonly<Record<string, string>> = {
  first: 'dateLabel',
  second: 'invoiceDay',
  third: 'reportDay',
  fourth: 'orderDay',
};

describe('what one task has learned', () => {
  let ollama: FakeOllama;
  let server: LiveServer;

  beforeAll(async () => {
    ollama = await FakeOllama.start({
      respond: ({ messages }) => {
        const prompt = messages.at(-1)?.content ?? '';
        const path = [...prompt.matchAll(/"path": "([^"]+)"/g)].at(-1)?.[1] ?? '';
        const name = /src\/(\w+)\.js/.exec(path)?.[1] ?? '';
        const code = prompt.includes('## Failing tests') ? right(name) : wrong(name);
        return JSON.stringify({ path, code });
      },
    });
    server = await LiveServer.start({ LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await ollama.stop();
  });

  /** Runs a task whose code fails on an invalid date first, and answers the prompt of its correction. */
  async function correctionOf(taskId: string): Promise<string> {
    const name = names[taskId] ?? '';
    const test = [
      "import test from 'node:test';",
      "import assert from 'node:assert/strict';",
      `import { ${name} } from '../src/${name}.js';`,
      `test('prints a day', () => assert.equal(${name}(new Date(0)), '1970-01-01'));`,
      `test('says unknown for an invalid date', () => assert.equal(${name}(new Date(NaN)), 'unknown'));`,
    ];
    await request('POST', `${server.url}/tasks`, {
      taskId,
      prompt: `Write ${name} in src/${name}.js.`,
      language: 'javascript',
      modules: [{ path: `src/${name}.js`, description: `Exports ${name}.` }],
      files: [{ path: `test/${name}.test.js`, content: test.join('\n'), role: 'test' }],
    });
    expect((await outcomeOf(server.url, taskId)).status).toBe('completed');
    const calls = (await eventsOf(server.url, taskId)).filter(({ data }) => data.signature === 'CorrectModule');
    expect(calls).toHaveLength(1);
    const messages = calls[0]?.data.messages as { content: string }[];
    return messages.at(-1)?.content ?? '';
  }

  const fixes = async () =>
    (await request<{ entries: Entry[] }>('GET', `${server.url}/knowledge?kind=fix`)).body.entries;
  const learnedFrom = async (taskId: string) =>
    (await eventually(fixes, (entries) => entries.some((entry) => entry.taskId === taskId))).find(
      (entry) => entry.taskId === taskId,
    )?.id ?? '';

  it('is told to a later one that meets the same error, as people have put it right, until they have it forgotten [CX-11]', async () => {
    expect(await correctionOf('first')).not.toContain('From earlier tasks');
    const id = await learnedFrom('first');

    const second = await correctionOf('second');
    expect(second).toContain('From earlier tasks');
    expect(second).toContain('Invalid time value');
    expect(second).toContain("isNaN(date) ? 'unknown'");
    const context = await request('GET', `${server.url}/tasks/second/context`);
    expect(context.body).toMatchObject({
      rebuilt: 'same',
      parts: expect.arrayContaining([
        expect.objectContaining({ part: `knowledge ${id}`, layer: 'history', included: true }),
      ]) as unknown,
    });

    await request('DELETE', `${server.url}/knowledge/${await learnedFrom('second')}?by=ada`);
    const advice = 'Ask Number.isNaN(date.getTime()) before anything else.';
    expect((await request('PUT', `${server.url}/knowledge/${id}`, { text: advice, by: 'ada' })).status).toBe(200);
    const third = await correctionOf('third');
    expect(third).toContain(advice);
    expect(third).not.toContain("isNaN(date) ? 'unknown'");

    await request('DELETE', `${server.url}/knowledge/${await learnedFrom('third')}?by=ada`);
    await request('DELETE', `${server.url}/knowledge/${id}?by=ada`);
    expect(await correctionOf('fourth')).not.toContain('From earlier tasks');
    // What was told then stays what was told then.
    expect((await request('GET', `${server.url}/tasks/third/context`)).body).toMatchObject({ rebuilt: 'same' });
  }, 60_000);
});

describe('a recording that is replayed', () => {
  it('is told nothing of earlier tasks, which it would have no answers to [CX-11, LM-5]', async () => {
    const sample = fileURLToPath(new URL('../../examples/text-statistics/', import.meta.url));
    const task = JSON.parse(readFileSync(join(sample, 'task.json'), 'utf8')) as Record<string, unknown>;
    await using server = await LiveServer.start({
      LLM_PROVIDER: 'replay',
      LLM_RECORDING: join(sample, 'recording.jsonl'),
    });
    const told: string[] = [];
    for (const taskId of ['first', 'second']) {
      await request('POST', `${server.url}/tasks`, { ...task, taskId });
      expect((await outcomeOf(server.url, taskId)).status).toBe('completed');
      // The second has everything to be told: the very same was just done.
      const learned = () => request<{ entries: Entry[] }>('GET', `${server.url}/knowledge?limit=100`);
      await eventually(learned, ({ body }) => body.entries.some((entry) => entry.taskId === 'first'));
      const calls = (await eventsOf(server.url, taskId)).filter(({ data }) => data.messages !== undefined);
      expect(calls.length).toBeGreaterThan(0);
      told.push(JSON.stringify(calls.map(({ data }) => data.messages)));
    }
    expect(told.join('')).not.toContain('From earlier tasks');
    expect(told[1]).toBe(told[0]);
  }, 60_000);
});
