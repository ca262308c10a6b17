import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { type CliOptions, jsonLines } from '../support/cli-process.ts';
import { eventually, request } from '../support/rest.ts';
import { type TestServer, runServer } from '../support/running-server.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

describe('the commands that speak to a running task', () => {
  let server: TestServer;
  const cli = (parameters: string[], options: CliOptions = {}) =>
    taskloom(parameters, { ...options, env: { TASKLOOM_URL: server.url, ...options.env } });

  beforeAll(async () => {
    server = await runServer();
    for (const [taskId, requireApproval] of [
      ['mine', false],
      ['asks', true],
    ] as const) {
      const modules = [{ path: 'one.js', description: 'exports one' }];
      await request('POST', `${server.url}/tasks`, { taskId, prompt: 'One', modules, requireApproval });
    }
    await eventually(
      () => request('GET', `${server.url}/tasks/asks`),
      ({ body }) => body.status === 'awaitingApproval',
    );
  });
  afterAll(() => server[Symbol.asyncDispose]());

  it('pause and resume it, with limits that are checked here and there [CLI-1, TK-6, LM-6]', async () => {
    expect(await cli(['pause', 'mine', '--reason', 'lunch'])).toMatchObject({ exitCode: 0 });
    const shown = await cli(['show', 'mine']);
    expect(shown.out).toMatch(/status +paused/);
    expect(shown.out).toMatch(/waits for resume: lunch/);
    expect(await cli(['resume', 'mine', '--max-tokens', 'lots'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('--max-tokens lots: give a whole number'),
    });
    const resumed = await cli(['resume', 'mine', '--max-tokens', '1000', '--json']);
    expect(jsonLines(resumed.out)).toMatchObject([{ taskId: 'mine', pause: null }]);
  });

  it('show a plan and approve it, or say what has changed [CLI-1, EP-4]', async () => {
    expect(await cli(['approve', 'asks', '--plan-hash', '0'.repeat(64)])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('look at it again'),
    });
    const approved = await cli(['approve', 'asks']);
    expect(approved).toMatchObject({ exitCode: 0, out: expect.stringMatching(/one\.js: exports one\n.*approved/) });
  });

  it('answer and report only what there is to answer and to report [CLI-1, TK-7, TK-8]', async () => {
    const [asks, answers, reports] = await Promise.all([
      cli(['answer', 'mine']),
      cli(['answer', 'mine', 'A hyphen']),
      cli(['report', 'mine', 'it throws']),
    ]);
    expect(asks).toMatchObject({ exitCode: 0, out: 'mine asks nothing\n' });
    expect(answers).toMatchObject({ exitCode: 1, err: expect.stringContaining('asks nothing just now') });
    expect(reports).toMatchObject({ exitCode: 1, err: expect.stringContaining('no code yet') });
  });
});
