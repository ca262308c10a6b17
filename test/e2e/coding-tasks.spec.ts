import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startServer, type RunningServer } from '../../src/server.ts';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
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

describe('thirty tasks against a local Ollama, five at a time', () => {
  it('each fail first, are corrected and pass, in JavaScript and Python [TK-1, TK-4, TK-5, OR-11, LM-2]', async () => {
    const mostRunning = { value: 0 };
    const watch = setInterval(() => {
      void request<{ orchestrator?: { running: number } }>('GET', `${server.url}/health`).then(({ body }) => {
        const running = JSON.stringify(body).match(/"running":(\d+)/)?.[1];
        mostRunning.value = Math.max(mostRunning.value, Number(running ?? 0));
      });
    }, 100);
    const tasks = await Promise.all(
      codingSamples.map(async (sample) => {
        const answer = await request('POST', `${server.url}/tasks`, taskOf(sample));
        expect(answer.status).toBe(201);
        return { sample, taskId: String(answer.body.taskId) };
      }),
    );
    await Promise.all(tasks.map(({ taskId }) => outcomeOf(server.url, taskId, 240_000)));
    clearInterval(watch);

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
    expect(mostRunning.value).toBeLessThanOrEqual(5);
    expect(ollama.chats).toHaveLength(60);
    for (const chat of ollama.chats) {
      expect(chat).toMatchObject({ options: { num_ctx: 8192 }, truncate: false, shift: false });
    }
  }, 300_000);
});
