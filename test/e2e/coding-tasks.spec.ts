import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '../../src/server.ts';
import {
  answerTo,
  type CodingSample,
  codingSamples,
  hasPython,
  runnableSamples,
  taskOf,
} from '../support/coding-samples.ts';
import { testConfiguration } from '../support/configuration.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { eventsOf, outcomeOf, request } from '../support/rest.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const directory = temporaryDirectory();
let ollama: FakeOllama;
let server: RunningServer;

beforeAll(async () => {
  ollama = await FakeOllama.start({ respond: ({ messages }) => answerTo(messages.at(-1)?.content ?? ''), parallel: 4 });
  server = await startServer(
    testConfiguration({
      DATA_DIR: directory.path,
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      LLM_CONTEXT_TOKENS: '8192',
    }),
  );
});

afterAll(async () => {
  await server?.close();
  await ollama?.stop();
  directory[Symbol.dispose]();
});

describe('a task of several modules', () => {
  it('has those that need nothing generated at the same time, and versions without gaps [TK-2, OR-31]', async () => {
    const names = ['one', 'two', 'three', 'four'];
    const allAsked = Promise.withResolvers<void>();
    let asked = 0;
    const before = ollama.respond;
    ollama.respond = ({ messages }) => {
      const name = /## The file (\w+)\.js/.exec(messages.at(-1)?.content ?? '')?.[1] ?? '';
      asked += 1;
      if (asked === names.length) allAsked.resolve();
      const text = JSON.stringify({ path: `${name}.js`, code: `export const name = '${name}';` });
      // Nobody is answered before all were asked: one after the other, this would never end.
      return { text, beforeFirstToken: () => allAsked.promise };
    };
    try {
      const { body } = await request('POST', `${server.url}/tasks`, {
        prompt: 'Name four modules.',
        modules: names.map((name) => ({ path: `${name}.js` })),
        files: names.map((name) => ({
          path: `${name}.test.js`,
          role: 'test',
          content: `import assert from 'node:assert/strict';\nimport test from 'node:test';\nimport { name } from './${name}.js';\ntest('its name', () => assert.equal(name, '${name}'));\n`,
        })),
      });
      const taskId = String(body.taskId);
      expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed', codeVersion: 4, progress: 1 });
      const events = await eventsOf(server.url, taskId);
      const versions = events.filter((event) => event.eventType === 'CODE_GENERATED').map((event) => event.codeVersion);
      expect(versions).toEqual([1, 2, 3, 4]);
    } finally {
      ollama.respond = before;
    }
  });

  it('records of every call what was asked of which model, with what in it, and what it cost [LM-5]', async () => {
    const [sample] = codingSamples;
    if (!sample) throw new Error('no sample');
    const { body } = await request('POST', `${server.url}/tasks`, taskOf(sample));
    await outcomeOf(server.url, String(body.taskId));
    const events = await eventsOf(server.url, String(body.taskId));
    const asked = events.filter((event) => event.eventType === 'MODEL_CALL_REQUESTED');
    expect(asked.map((event) => event.data)).toMatchObject([
      {
        signature: 'GenerateModule',
        model: 'mistral:7b',
        promptHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        manifest: expect.arrayContaining([expect.objectContaining({ part: sample.testPath, included: true })]),
      },
      {
        signature: 'CorrectModule',
        manifest: expect.arrayContaining([expect.objectContaining({ part: 'current code' })]),
      },
    ]);
    for (const { data } of events.filter((event) => event.eventType === 'MODEL_CALL_COMPLETED')) {
      expect(data).toMatchObject({ by: 'ollama', model: 'mistral:7b', attempts: 1 });
      const usage = data.usage as { inputTokens: number; outputTokens: number };
      expect(Math.min(usage.inputTokens, usage.outputTokens)).toBeGreaterThan(0);
    }
  });

  it('is given up with a report when the model goes round in circles, the larger one asked first [TK-3]', async () => {
    const [sample] = codingSamples;
    if (!sample) throw new Error('no sample');
    const before = ollama.respond;
    const models: string[] = [];
    ollama.respond = ({ model }) => {
      models.push(model);
      return JSON.stringify({ path: sample.path, code: sample.wrong });
    };
    try {
      const { body } = await request('POST', `${server.url}/tasks`, taskOf(sample));
      const task = await outcomeOf(server.url, String(body.taskId));
      expect(task).toMatchObject({ status: 'failed', codeVersion: 1, error: { code: 'NO_PROGRESS' } });
      expect(models).toEqual(['mistral:7b', 'mistral:7b', 'qwen3:8b', 'qwen3:8b']);
      const last = (await eventsOf(server.url, String(body.taskId))).at(-1);
      expect(last?.data.tried).toMatchObject([{ module: sample.path, failing: expect.arrayContaining(['case 1']) }]);
    } finally {
      ollama.respond = before;
    }
  });
});

/** Thirty are there; as many as fit the time of the suite, of each language the same. */
const SAMPLES = Number(process.env.CODING_SAMPLES ?? 12);

describe('tasks against a local Ollama, five at a time', () => {
  (hasPython ? it : it.skip)(
    'each fail first, are corrected and pass, in JavaScript and Python [TK-1, TK-4, TK-5, OR-11, LM-2]',
    () => failThenPass(codingSamples.slice(0, SAMPLES)),
    300_000,
  );
  if (!hasPython) {
    it(
      'each fail first, are corrected and pass, in JavaScript',
      () => failThenPass(runnableSamples.slice(0, SAMPLES)),
      300_000,
    );
  }

  async function failThenPass(samples: readonly CodingSample[]): Promise<void> {
    const chatsBefore = ollama.chats.length;
    const running = watchRunning();
    const tasks = await Promise.all(
      samples.map(async (sample) => {
        const answer = await request('POST', `${server.url}/tasks`, taskOf(sample));
        expect(answer.status).toBe(201);
        return { sample, taskId: String(answer.body.taskId) };
      }),
    );
    await Promise.all(tasks.map(({ taskId }) => outcomeOf(server.url, taskId, 240_000)));
    const mostRunning = running.stop();

    for (const { sample, taskId } of tasks) {
      const events = await eventsOf(server.url, taskId);
      const types = events.map((event) => event.eventType).filter((type) => type !== 'TEST_OUTPUT');
      expect({ sample: `${sample.name} ${sample.language}`, types }).toEqual({
        sample: `${sample.name} ${sample.language}`,
        types: [
          'TASK_CREATED',
          'TASK_STARTED',
          'PLANNING_COMPLETE',
          'MODULE_STARTED',
          'MODEL_CALL_REQUESTED',
          'MODEL_CALL_COMPLETED',
          'CODE_GENERATED',
          'TEST_STARTED',
          'TEST_FAILED',
          'CORRECTION_STARTED',
          'MODEL_CALL_REQUESTED',
          'MODEL_CALL_COMPLETED',
          'CORRECTION_COMPLETED',
          'MODULE_ITERATION',
          'TEST_STARTED',
          'TEST_PASSED',
          'MODULE_COMPLETE',
          'TEST_STARTED',
          'TEST_PASSED',
          'TASK_COMPLETE',
        ],
      });
      expect(events.map((event) => event.streamSequence)).toEqual(events.map((_, index) => index + 1));
      const versions = events.filter(({ eventType }) => /CODE_GENERATED|CORRECTION_COMPLETED/.test(eventType));
      expect(versions.map((event) => event.codeVersion)).toEqual([1, 2]);
      const file = await fetch(`${server.url}/tasks/${taskId}/files/${sample.path}`);
      expect(await file.text()).toBe(sample.right);
    }
    expect(mostRunning).toBeGreaterThan(1);
    expect(mostRunning).toBeLessThanOrEqual(5);
    const chats = ollama.chats.slice(chatsBefore);
    expect(chats).toHaveLength(2 * samples.length);
    for (const chat of chats) {
      expect(chat).toMatchObject({ options: { num_ctx: 8192 }, truncate: false, shift: false });
    }
  }
});

/** The most tasks that health saw running at once, asked ten times a second until `stop`. */
function watchRunning(): { stop(): number } {
  let most = 0;
  const timer = setInterval(() => {
    void request<{ parts: { workers: { detail: string } } }>('GET', `${server.url}/health`).then(({ status, body }) => {
      // A server that is too busy to answer for a part in time says so instead, and tells no number.
      if (status !== 200) return;
      most = Math.max(most, Number(/(\d+) tasks? running/.exec(body.parts.workers.detail)?.[1]));
    });
  }, 100);
  return {
    stop: () => {
      clearInterval(timer);
      return most;
    },
  };
}
