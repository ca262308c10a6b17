import { describe, expect, it } from '@jest/globals';
import { answerTo, runnableSamples, taskOf } from '../support/coding-samples.ts';
import { FakeOllama } from '../support/fake-ollama.ts';
import { eventsOf, eventually, outcomeOf, request } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** More kills for a longer look: CRASH_ROUNDS=50. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 4);
const tasksPerRound = 3;

describe('a server that is killed in the middle of its work', () => {
  it('loses nothing it acknowledged, repeats no recorded step, and ends every task [EV-25, TK-10, OR-16, PL-7]', async () => {
    using directory = temporaryDirectory();
    await using ollama = await FakeOllama.start({
      respond: ({ messages }) => answerTo(messages.at(-1)?.content ?? ''),
      parallel: 4,
    });
    const environment = {
      DATA_DIR: directory.path,
      LLM_PROVIDER: 'ollama',
      OLLAMA_BASE_URL: ollama.url,
      DEAD_CODE_ANALYSIS: 'on',
    };
    await using server = await ServerProcess.start(environment);
    const accepted: string[] = [];
    const seen = new Map<string, readonly string[]>();

    for (let round = 0; round < rounds; round++) {
      for (let index = 0; index < tasksPerRound; index++) {
        const sample = runnableSamples[(round * tasksPerRound + index) % runnableSamples.length];
        if (!sample) throw new Error('no sample');
        const answer = await request('POST', `${server.url}/tasks`, {
          ...taskOf(sample),
          taskId: `round ${round} task ${index}`,
        });
        expect(answer.status).toBe(201);
        accepted.push(String(answer.body.taskId));
      }
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 1500));
      // Whatever a client has been shown must be there, unchanged, in the next life.
      const last = accepted.slice(-tasksPerRound);
      for (const taskId of last)
        seen.set(
          taskId,
          (await eventsOf(server.url, taskId)).map((event) => event.eventId),
        );
      await server.kill();
      await server.start();
      for (const taskId of last) {
        const now = (await eventsOf(server.url, taskId)).map((event) => event.eventId);
        const before = seen.get(taskId) ?? [];
        expect(now.slice(0, before.length)).toEqual(before);
      }
    }

    for (const taskId of accepted) {
      const task = await outcomeOf(server.url, taskId, 240_000);
      expect({ taskId, status: task.status, error: task.error }).toEqual({ taskId, status: 'completed', error: null });
      const events = await eventually(
        () => eventsOf(server.url, taskId),
        (all) => all.some(({ eventType }) => eventType === 'DEAD_CODE_ANALYSIS'),
        240_000,
      );
      expect(events.map((event) => event.streamSequence)).toEqual(events.map((_, index) => index + 1));
      const count = (type: string) => events.filter((event) => event.eventType === type).length;
      // Each of these is the recorded end of a step: it stands once however often the server was killed around it.
      for (const type of [
        'TASK_STARTED',
        'PLANNING_COMPLETE',
        'CODE_GENERATED',
        'CORRECTION_COMPLETED',
        'MODULE_COMPLETE',
        'TASK_COMPLETE',
        'DEAD_CODE_ANALYSIS',
      ]) {
        expect({ taskId, type, count: count(type) }).toEqual({ taskId, type, count: 1 });
      }
      expect(count('MODEL_CALL_COMPLETED')).toBe(2);
      expect(count('TEST_FAILED')).toBe(1);
      expect(count('TEST_PASSED')).toBe(2);
    }
    const { body } = await eventually(
      () => request('GET', `${server.url}/health`),
      (answer) => answer.status === 200,
    );
    expect(body).toMatchObject({ status: 'ok' });
  }, 420_000);
});
