import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { taskloom } from '../support/cli-host.ts';
import { CliProcess, jsonLines } from '../support/cli-process.ts';
import { runServer, type TestServer } from '../support/running-server.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes on a machine that may be busy.
jest.setTimeout(60_000);

describe('taskloom and messages', () => {
  const directory = temporaryDirectory();
  const XDG_CONFIG_HOME = directory.path;
  const kept = join(directory.path, 'taskloom', 'server.json');
  const workers: CliProcess[] = [];
  let server: TestServer;
  const cli = (...parameters: string[]) => taskloom(parameters, { env: { XDG_CONFIG_HOME } });

  beforeAll(async () => {
    server = await runServer();
  });
  afterEach(async () => {
    for (const child of workers.splice(0)) await child[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('remembers a server that answers, for its owner alone, and forgets it [CLI-2]', async () => {
    const nobody = await cli('connect', 'http://127.0.0.1:9');
    expect(nobody).toMatchObject({ exitCode: 2, err: expect.stringContaining('No Taskloom server answers') });
    expect(await cli('connect', 'somewhere')).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining('no address'),
    });
    expect(existsSync(kept)).toBe(false);
    expect((await cli('connect', `${server.url}/`)).exitCode).toBe(0);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect((await cli('tasks')).exitCode).toBe(0);
    // What is said now comes before what was said once.
    const elsewhere = await cli('tasks', '--server', 'http://127.0.0.1:9');
    expect(elsewhere.exitCode).toBe(2);
    expect(jsonLines((await cli('disconnect', '--json')).out)).toEqual([{ changed: true }]);
    expect(jsonLines((await cli('disconnect', '--json')).out)).toEqual([{ changed: false }]);
    expect(existsSync(kept)).toBe(false);
  });

  describe('with a server that is remembered', () => {
    beforeAll(() => cli('connect', server.url));

    it('dispatches JSON or text, and prints what comes back [CLI-1, BR-4]', async () => {
      expect(await cli('dispatch', '3 4 + 2 *', '--type', 'rpn')).toMatchObject({ exitCode: 0, out: '{"value":14}\n' });
      const sum = '{"operation":"add","operands":[1,2]}';
      const [answer] = jsonLines((await cli('dispatch', sum, '--to', 'rpn-1', '--json')).out);
      expect(answer).toMatchObject({ answers: [{ workerId: 'rpn-1', ok: true, result: { value: 3 } }] });
    });

    it('ends with 1 and the reason when it cannot be done, with 2 when it is asked wrongly [CLI-1, BR-3]', async () => {
      expect(await cli('dispatch', '1 0 /', '--type', 'rpn')).toMatchObject({
        exitCode: 1,
        err: expect.stringContaining('divides by zero'),
      });
      expect(await cli('dispatch', '1', '--type', 'nobody')).toMatchObject({
        exitCode: 1,
        err: expect.stringContaining('No worker matches type "nobody"'),
      });
      expect((await cli('dispatch', '1', '--strategy', 'all')).exitCode).toBe(2);
      expect((await cli('worker', 'unheard')).exitCode).toBe(2);
    });

    it('makes any command a worker: JSON in, JSON or text out, errors told [CLI-1, GW-20]', async () => {
      const script = `node -e 'const v = JSON.parse(require("fs").readFileSync(0)); if (v === "bad") { console.error("no bad ones"); process.exit(3) } console.log(JSON.stringify({ got: v }))'`;
      const worker = new CliProcess(['worker', 'echo', '--exec', script, '--id', 'echo-1'], {
        env: { XDG_CONFIG_HOME },
      });
      workers.push(worker);
      await worker.printed(/echo-1 works for/);
      expect((await cli('dispatch', '"x; $(touch /tmp/never)"', '--type', 'echo')).out).toBe(
        '{"got":"x; $(touch /tmp/never)"}\n',
      );
      const failed = await cli('dispatch', '"bad"', '--type', 'echo');
      expect(failed).toMatchObject({ exitCode: 1, err: expect.stringContaining('it ended with 3: no bad ones') });
      const broadcast = await cli('dispatch', '1 2 +', '--strategy', 'broadcast');
      expect(broadcast.out).toContain('rpn-1: {"value":3}');
      expect(broadcast.out).toContain('echo-1: {"got":"1 2 +"}');
      const listed = jsonLines<{ id: string; place: string }>((await cli('workers', '--json')).out);
      expect(listed.map(({ id, place }) => [id, place])).toEqual([
        ['echo-1', 'remote'],
        ['rpn-1', 'local'],
      ]);
      expect((await cli('workers')).out).toMatch(/echo-1 +echo +running/);
    });

    it('calculates as a process of its own [BR-4, GW-20]', async () => {
      const worker = new CliProcess(['worker', 'rpn', '--id', 'own'], { env: { XDG_CONFIG_HOME } });
      workers.push(worker);
      await worker.printed(/own works for/);
      expect((await cli('dispatch', '5 1 2 + 4 * + 3 -', '--to', 'own')).out).toBe('{"value":14}\n');
    });
  });
});
