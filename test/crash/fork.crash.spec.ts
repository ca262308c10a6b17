import { describe, expect, it } from '@jest/globals';
import { eventsOf, eventually, request } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

/** More kills for a longer look: CRASH_ROUNDS=50. */
const rounds = Number(process.env.CRASH_ROUNDS ?? 3);
const forksPerRound = 8;
const said = 200;

describe('a server that is killed while it forks', () => {
  it('has the whole fork after it, or nothing of it, and the parent as it was [OR-33]', async () => {
    using directory = temporaryDirectory();
    await using server = await ServerProcess.start({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' });
    const parent = `${server.url}/tasks/parent`;
    await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: 'parent', modules: [{ path: 'a.js' }] });
    const guidance = 'Keep it short.';
    await Promise.all(Array.from({ length: said }, () => request('POST', `${parent}/interventions`, { guidance })));
    await eventually(
      () => request('GET', parent),
      ({ body }) => body.status === 'awaitingModel',
    );
    const before = await eventsOf(server.url, 'parent');
    let whole = 0;

    for (let round = 0; round < rounds; round++) {
      const wanted = Array.from({ length: forksPerRound }, (_, index) => ({
        taskId: `fork-${round}-${index}`,
        at: 1 + Math.floor(Math.random() * before.length),
      }));
      const acknowledged = new Set<string>();
      const requests = wanted.map(async ({ taskId, at: afterSequence }) => {
        const answer = await request('POST', `${parent}/fork`, { taskId, afterSequence }).catch(() => null);
        if (answer?.status === 201) acknowledged.add(taskId);
      });
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
      await server.kill();
      await Promise.all(requests);
      await server.start();
      for (const { taskId, at } of wanted) {
        const { status } = await request('GET', `${server.url}/tasks/${taskId}`);
        if (status === 404) {
          expect({ taskId, wasAcknowledged: acknowledged.has(taskId) }).toEqual({ taskId, wasAcknowledged: false });
          continue;
        }
        whole += 1;
        const events = await eventsOf(server.url, taskId);
        expect(events.slice(0, at).map(({ eventType, data }) => [eventType, data.guidance])).toEqual(
          before.slice(0, at).map(({ eventType, data }) => [eventType, data.guidance]),
        );
        expect(events[at]).toMatchObject({ eventType: 'TASK_FORKED', data: { from: 'parent', atSequence: at } });
        // Its row in the queue came with it: it goes on.
        await eventually(
          () => request('GET', `${server.url}/tasks/${taskId}`),
          ({ body }) => body.status === 'awaitingModel',
        );
        await request('DELETE', `${server.url}/tasks/${taskId}`);
      }
      expect(await eventsOf(server.url, 'parent')).toEqual(before);
    }
    expect(whole).toBeGreaterThan(0);
  }, 240_000);
});
