import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, request, type WireEvent } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

const script = fileURLToPath(new URL('agent.mjs', import.meta.url));
const JOBS = Number(process.env.JOB_COUNT ?? 200);
const STEPS = 10;

/** An agent process and every step that it has begun. */
class AgentProcess {
  readonly begun: string[] = [];
  private readonly child: ChildProcess;
  readonly ready: Promise<void>;

  constructor(url: string, agentId: string) {
    const child = spawn(process.execPath, [script, url, agentId], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child = child;
    this.ready = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'ready') resolve();
        else this.begun.push(line);
      });
      child.once('exit', () => reject(new Error(`agent ${agentId} ended`)));
    });
    this.ready.catch(() => undefined);
  }

  send(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

let server: TestServer;
let agents: readonly AgentProcess[] = [];

beforeAll(async () => {
  server = await runServer({ AGENT_HEARTBEAT_MS: '500', JOB_BACKOFF_MS: '5', MAX_QUEUE: '1000' });
});

afterAll(async () => {
  for (const agent of agents) agent.send('SIGKILL');
  await server[Symbol.asyncDispose]();
});

/** Two chains of five steps; each step adds one to the results of those before. */
function steps(failsWhile: string | null) {
  return Array.from({ length: STEPS }, (_, index) => ({
    id: `s${index}`,
    action: 'work',
    dependsOn: index < 2 ? [] : [`s${index - 2}`],
    params: {
      values: index < 2 ? [1] : [`{{steps.s${index - 2}.result}}`, 1],
      ...(index === 5 && failsWhile !== null ? { failsWhile } : {}),
    },
  }));
}

const eventsOf = async (jobId: string) =>
  (await request<{ events: WireEvent[] }>('GET', `${server.url}/jobs/${jobId}/events?limit=1000`)).body.events;

const jobsOf = async (status: string) => {
  const { body } = await request<{ jobs: { jobId: string }[] }>('GET', `${server.url}/jobs?limit=200&status=${status}`);
  return body.jobs.map(({ jobId }) => jobId);
};

describe(`${JOBS} jobs of ${STEPS} steps on five agents, of which one is killed and one frozen (JB-4, JB-6, JB-7)`, () => {
  it('all end, with nothing done twice; why explains each wait, dead letters are looked at and retried', async () => {
    const broken = join(server.dataDir, 'broken');
    writeFileSync(broken, '');
    agents = Array.from({ length: 5 }, (_, index) => new AgentProcess(server.url, `agent-${index}`));
    await Promise.all(agents.map(({ ready }) => ready));
    const ids = Array.from({ length: JOBS }, (_, index) => `j${index}`);
    const isBroken = (index: number) => index % 40 === 7;
    const created = ids.map((jobId, index) =>
      request('POST', `${server.url}/jobs`, { jobId, maxRetries: 2, tasks: steps(isBroken(index) ? broken : null) }),
    );
    for (const { status } of await Promise.all(created)) expect(status).toBe(201);

    await eventually(() => Promise.resolve(agents.every(({ begun }) => begun.length >= 20)), Boolean);
    agents[0]?.send('SIGKILL');
    agents[1]?.send('SIGSTOP');
    for (const jobId of ids.filter((_, index) => index % 20 === 3)) {
      const { body } = await request('GET', `${server.url}/jobs/${jobId}/why`);
      const isOver = ['done', 'failed'].includes(String(body.status));
      const expected = isOver ? 'It is over.' : expect.stringMatching(/\S/);
      expect(body).toMatchObject({ detail: expected });
    }

    const dead = ids.filter((_, index) => isBroken(index));
    await eventually(
      async () => (await jobsOf('pending')).length + (await jobsOf('running')).length,
      (left) => left === 0,
      90_000,
    );
    const letters = await request<{ jobs: { jobId: string; error: { reason: string } }[] }>(
      'GET',
      `${server.url}/dead-letters`,
    );
    expect(letters.body.jobs.map(({ jobId }) => jobId).toSorted()).toEqual(dead.toSorted());
    for (const { error } of letters.body.jobs) expect(error.reason).toBe('Step s5: it is broken');
    rmSync(broken);
    agents[1]?.send('SIGCONT');
    for (const jobId of dead) expect((await request('POST', `${server.url}/jobs/${jobId}/retry`, {})).status).toBe(200);
    await eventually(
      () => jobsOf('done'),
      (done) => done.length === JOBS,
      60_000,
    );

    for (const jobId of ids) {
      const events = await eventsOf(jobId);
      const done = events.filter(({ eventType }) => eventType === 'STEP_DONE').map(({ data }) => String(data.step));
      expect([jobId, done.toSorted()]).toEqual([jobId, Array.from({ length: STEPS }, (_, index) => `s${index}`)]);
      const last = events.findLast(({ eventType, data }) => eventType === 'STEP_DONE' && data.step === 's9');
      expect(last?.data.result).toBe(STEPS / 2);
    }
    // A line names job, step and attempt: whatever was lost is another attempt.
    const begun = agents.flatMap((agent) => agent.begun);
    expect(new Set(begun).size).toBe(begun.length);
    const { body } = await request<{ agents: { agentId: string; status: string }[] }>('GET', `${server.url}/agents`);
    expect(body.agents.find(({ agentId }) => agentId === 'agent-0')).toMatchObject({ status: 'lost' });
  }, 170_000);
});
