import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { CliProcess } from '../support/cli-process.ts';
import { eventually, request } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await runServer({ JOB_BACKOFF_MS: '5' });
});

afterAll(() => server[Symbol.asyncDispose]());

const command = (...parameters: string[]) => taskloom([...parameters, '--server', server.url]);

describe('jobs on the terminal (JB-5, JB-6, JB-8)', () => {
  it('are asked for in plain words, listed, shown, and explained', async () => {
    const ran = await command('schedule', 'what is three plus four times two');
    expect(ran).toMatchObject({ exitCode: 0, out: expect.stringContaining('{"value":11}') });
    const [job] = (await request<{ jobs: { jobId: string }[] }>('GET', `${server.url}/jobs`)).body.jobs;
    const id = job?.jobId ?? '';
    expect((await command('jobs')).out).toContain(id);
    const shown = await command('job', id, '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ status: 'done', result: { value: 11 } });
    expect((await command('job', id, '--why')).out).toContain('It is over.');
    expect((await command('agents')).out).toContain('local');
    expect(await command('job', 'none')).toMatchObject({ exitCode: 1, err: expect.stringContaining('no job "none"') });
  });

  it('wait for people, who approve what they see; an agent does any command', async () => {
    await using agent = new CliProcess(['agent', 'shout', '--id', 'desk', '--exec', 'cat', '--server', server.url]);
    await agent.printed(/desk does shout/);
    const tasks = [{ id: 'a', action: 'shout', approvals: 1, params: { word: 'hello' } }];
    await request('POST', `${server.url}/jobs`, { jobId: 'j', tasks });
    const { body } = await eventually(
      () => request<{ approvals: { approvalId: string }[] }>('GET', `${server.url}/approvals`),
      (answer) => answer.body.approvals.length === 1,
    );
    const id = body.approvals[0]?.approvalId ?? '';
    expect((await command('approve')).out).toContain(id);
    expect((await command('approve', id, '--as', 'ada')).out).toContain('"word":"hello"');
    expect((await command('job', 'j', '--watch')).out).toContain('hello');
    agent.kill('SIGTERM');
    expect((await agent.ended).exitCode).toBe(0);
  });
});
