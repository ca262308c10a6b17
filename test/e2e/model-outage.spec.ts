import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningServer, startServer } from '../../src/server.ts';
import { answerTo, codingSamples, taskOf } from '../support/coding-samples.ts';
import { testConfiguration } from '../support/configuration.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let ollama: FakeOllama;
let server: RunningServer;
const sample = codingSamples[2]!;

beforeEach(async () => {
  directory = temporaryDirectory();
  ollama = await FakeOllama.start({ respond: ({ messages }) => answerTo(messages.at(-1)?.content ?? '') });
  server = await startServer(
    testConfiguration({ DATA_DIR: directory.path, LLM_PROVIDER: 'ollama', OLLAMA_BASE_URL: ollama.url }),
  );
});

afterEach(async () => {
  await server.close();
  await ollama.stop();
  directory[Symbol.dispose]();
});

describe('when Ollama is down', () => {
  it('health says so, tasks wait with the reason, and both go on when it is back [LM-2, API-6]', async () => {
    expect((await request('GET', `${server.url}/health`)).status).toBe(200);
    await ollama.stop();
    const health = await request('GET', `${server.url}/health`);
    expect(health.status).toBe(503);
    expect(JSON.stringify(health.body)).toContain('ollama');

    const { body } = await request('POST', `${server.url}/tasks`, taskOf(sample));
    const taskId = String(body.taskId);
    const parked = await eventually(
      () => request('GET', `${server.url}/tasks/${taskId}`),
      (answer) => answer.body.status === 'awaitingModel',
    );
    expect(parked.body.waitingFor).toMatchObject({ reason: 'modelUnavailable', until: expect.any(String) });

    await ollama.restart();
    expect(await outcomeOf(server.url, taskId)).toMatchObject({ status: 'completed', error: null });
    const types = (await eventsOf(server.url, taskId)).map((event) => event.eventType);
    expect(types).toContain('MODEL_CALL_FAILED');
    expect(types).toContain('WAIT_ELAPSED');
    expect(
      (
        await eventually(
          () => request('GET', `${server.url}/health`),
          ({ status }) => status === 200,
        )
      ).status,
    ).toBe(200);
  });

  it('a missing model is named with the line that pulls it [LM-2]', async () => {
    ollama.remove('mistral:7b');
    const { body } = await request('POST', `${server.url}/tasks`, taskOf(sample));
    const parked = await eventually(
      () =>
        request<{ status: string; waitingFor: { detail: string } }>(
          'GET',
          `${server.url}/tasks/${String(body.taskId)}`,
        ),
      (answer) => answer.body.status === 'awaitingModel',
    );
    expect(parked.body.waitingFor.detail).toContain('ollama pull mistral:7b');
    ollama.pull('mistral:7b');
    expect(await outcomeOf(server.url, String(body.taskId))).toMatchObject({ status: 'completed' });
  });

  it('a call that was open when the server started without a model becomes a work item [LM-1, LM-7, OR-16]', async () => {
    await ollama.stop();
    const { body } = await request('POST', `${server.url}/tasks`, taskOf(sample));
    const taskId = String(body.taskId);
    const waits = (reason: string) =>
      eventually(
        () => request<{ waitingFor: { reason: string } | null }>('GET', `${server.url}/tasks/${taskId}`),
        (answer) => answer.body.waitingFor?.reason === reason,
        10_000,
      );
    await waits('modelUnavailable');
    await server.close();
    server = await startServer(testConfiguration({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' }));
    await waits('awaitingModel');
    const items = await request<{ items: { kind: string }[] }>('GET', `${server.url}/work-items`);
    expect(items.body.items).toMatchObject([{ kind: 'GenerateModule' }]);
  });

  it('a cancel reaches the model server at once [LM-2, OR-32, TK-12]', async () => {
    ollama.respond = () => ({ text: '{}', beforeFirstToken: () => new Promise(() => undefined) });
    const { body } = await request('POST', `${server.url}/tasks`, taskOf(sample));
    await ollama.until(() => ollama.chats.length === 1);
    const cancelled = await request('DELETE', `${server.url}/tasks/${String(body.taskId)}`);
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    await ollama.until(() => ollama.disconnects === 1);
    const again = await request('DELETE', `${server.url}/tasks/${String(body.taskId)}`);
    expect(again).toMatchObject({ status: 200, body: { status: 'cancelled' } });
  });
});
