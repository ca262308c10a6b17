import { describe, expect, it } from '@jest/globals';
import { BareAgent } from '../support/bare-agent.ts';
import { eventually, request, type WireEvent } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

const JOBS = 12;

describe('a server that is killed with jobs in flight (JB-4, JB-7, OR-16)', () => {
  it('takes the answers of agents that were at work meanwhile, and has no step done twice', async () => {
    using directory = temporaryDirectory();
    await using server = await ServerProcess.start({
      DATA_DIR: directory.path,
      LLM_PROVIDER: 'delegated',
      JOB_BACKOFF_MS: '5',
    });
    const agent = await BareAgent.register(server.url, 'desk', ['work'], JOBS);
    await agent.connect();
    const tasks = [
      { id: 'a', action: 'work' },
      { id: 'sum', action: 'rpn', params: { operation: 'add', operands: ['{{steps.a.result}}', 1] }, dependsOn: ['a'] },
      { id: 'b', action: 'work', dependsOn: ['sum'] },
    ];
    const ids = Array.from({ length: JOBS }, (_, index) => `j${index}`);
    for (const jobId of ids) {
      expect((await request('POST', `${server.url}/jobs`, { jobId, tasks })).status).toBe(201);
    }
    await eventually(
      () => Promise.resolve(agent.held.size),
      (held) => held === JOBS,
    );
    // Half of them are answered before the server is killed, the others only when it is back.
    for (const message of [...agent.held.values()].slice(0, JOBS / 2)) await agent.done(message, 1);
    await server.kill();
    await server.start();
    await agent.connect();
    for (let round = 0; round < 2; round++) {
      const waiting = await eventually(
        () => Promise.resolve([...agent.held.values()]),
        (all) => all.length > 0,
      );
      for (const message of waiting) await agent.done(message, 1);
      const all = await Promise.all(ids.map((jobId) => request('GET', `${server.url}/jobs/${jobId}`)));
      if (all.every(({ body }) => body.status === 'done')) break;
      round = 0;
    }
    for (const jobId of ids) {
      const { body } = await request<{ events: WireEvent[] }>('GET', `${server.url}/jobs/${jobId}/events?limit=500`);
      const done = body.events.filter(({ eventType }) => eventType === 'STEP_DONE').map(({ data }) => data.step);
      expect([jobId, done]).toEqual([jobId, ['a', 'sum', 'b']]);
      expect(body.events.at(-1)?.eventType).toBe('JOB_DONE');
    }
    // What the agent was given once it was given once: nothing of it was lost by the crash.
    expect(new Set(agent.given).size).toBe(agent.given.length);
    agent.close();
  }, 90_000);
});
