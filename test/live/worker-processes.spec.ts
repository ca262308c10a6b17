import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect, type Dispatch, type TaskloomClient } from '../../src/client/index.ts';
import { CliProcess } from '../support/cli-process.ts';
import { eventsOf, eventually } from '../support/rest.ts';
import { ServerProcess } from '../support/server-process.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

// Whole processes, and times in which they are missed.
jest.setTimeout(90_000);

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A worker as `taskloom worker --exec`, whose every beginning and end of an effect is a line in a file. */
describe('worker processes', () => {
  const directory = temporaryDirectory();
  const effects = join(directory.path, 'effects');
  let server: ServerProcess;
  let client: TaskloomClient;
  const workers: CliProcess[] = [];

  beforeAll(async () => {
    server = await ServerProcess.start({
      DATA_DIR: join(directory.path, 'data'),
      LLM_PROVIDER: 'delegated',
      HEARTBEAT_INTERVAL_MS: '300',
      HEARTBEAT_TIMEOUT_MS: '900',
      WORKER_GRACE_MS: '2000',
    });
    client = connect({ url: server.url });
  });
  afterAll(async () => {
    client.close();
    await server.kill('SIGTERM');
    directory[Symbol.dispose]();
  });

  afterEach(async () => {
    for (const child of workers.splice(0)) await child[Symbol.asyncDispose]();
  });

  /** Runs until it has registered. `work` is what it does between the two lines. */
  async function worker(type: string, name: string, work: string, url = server.url): Promise<CliProcess> {
    const begin = `echo "begin ${name} $TASKLOOM_MESSAGE_ID" >> '${effects}'`;
    const end = `echo "end ${name} $TASKLOOM_MESSAGE_ID" >> '${effects}'`;
    const command = `${begin}; ${work}; ${end}; echo '"${name}"'`;
    const child = new CliProcess(['worker', type, '--id', name, '--exec', command, '--server', url]);
    workers.push(child);
    await child.printed(/ works for /);
    return child;
  }

  const lines = () => (existsSync(effects) ? readFileSync(effects, 'utf8').split('\n') : []);
  const begun = (name: string) => lines().filter((line) => line.startsWith(`begin ${name} `)).length;
  const untilBegun = (name: string) =>
    eventually(
      () => Promise.resolve(begun(name)),
      (count) => count > 0,
    );
  const send = (type: string, more: Partial<Dispatch> = {}) =>
    client.dispatch({ strategy: 'ROUND_ROBIN', type, payload: 1, timeoutMs: 40_000, ...more });
  /** Who began and who ended a message. */
  const effectsOf = (messageId: string) =>
    lines()
      .filter((line) => line.endsWith(messageId))
      .map((line) => line.split(' ').slice(0, 2).join(' '));

  it('that is killed: what may be repeated is done by another, once [BR-3, GW-20]', async () => {
    const first = await worker('killed', 'killed-1', 'sleep 30');
    const answer = send('killed', { repeatable: true });
    await untilBegun('killed-1');
    await worker('killed', 'killed-2', 'true');
    first.kill('SIGKILL');
    const { answers, messageId } = await answer;
    expect(answers).toEqual([{ workerId: 'killed-2', ok: true, result: 'killed-2' }]);
    expect(effectsOf(messageId)).toEqual(['begin killed-1', 'begin killed-2', 'end killed-2']);
  });

  it('that is killed: what may not be repeated is done by nobody else, and its sender is told [BR-3, GW-20]', async () => {
    const first = await worker('once', 'once-1', 'sleep 30');
    const answer = send('once').catch((error: unknown) => error as { code: string; details: { begun: boolean } });
    await untilBegun('once-1');
    await worker('once', 'once-2', 'true');
    first.kill('SIGKILL');
    expect(await answer).toMatchObject({ code: 'BROKER_WORKER_LOST', details: { begun: true } });
    expect(begun('once-2')).toBe(0);
    expect((await send('once')).answers).toMatchObject([{ workerId: 'once-2' }]);
  });

  it('that is frozen past its lease: another does it, and what it answers when it wakes up is refused and recorded [BR-3, GW-20]', async () => {
    const go = join(directory.path, 'go');
    const first = await worker('frozen', 'frozen-1', `while [ ! -e '${go}' ]; do sleep 0.05; done`);
    const answer = send('frozen', { repeatable: true });
    await untilBegun('frozen-1');
    await worker('frozen', 'frozen-2', 'true');
    first.kill('SIGSTOP');
    writeFileSync(go, '');
    const { answers, messageId } = await answer;
    expect(answers).toEqual([{ workerId: 'frozen-2', ok: true, result: 'frozen-2' }]);
    first.kill('SIGCONT');
    await first.printed(/is no longer valid/);
    const types = (await eventsOf(server.url, messageId)).map(({ eventType }) => eventType);
    expect(types.slice(-2)).toEqual(['MESSAGE_ANSWERED', 'MESSAGE_ANSWER_REFUSED']);
    // It is back with its name, and works on.
    await eventually(
      () => client.workers(),
      (all) => all.some(({ id, reachable }) => id === 'frozen-1' && reachable),
    );
    expect((await send('frozen', { strategy: 'BROADCAST' })).answers.every(({ ok }) => ok)).toBe(true);
  });

  it('that is cut off and comes back within the grace time goes on: nothing is done twice [GW-20]', async () => {
    await using proxy = await TcpProxy.start(server.url);
    await worker('cut', 'cut-1', 'sleep 2', proxy.url);
    const answer = send('cut', { repeatable: true });
    await untilBegun('cut-1');
    proxy.cut();
    const { answers, messageId } = await answer;
    expect(answers).toEqual([{ workerId: 'cut-1', ok: true, result: 'cut-1' }]);
    expect(effectsOf(messageId)).toEqual(['begin cut-1', 'end cut-1']);
    expect(proxy.connections).toBeGreaterThanOrEqual(2);
    const events = await eventsOf(server.url, messageId);
    expect(events.filter(({ eventType }) => eventType === 'MESSAGE_ASSIGNED')).toHaveLength(1);
  });

  it('whose way is dead without a word is noticed, and stops its own work when its time is over [BR-3, GW-20]', async () => {
    await using proxy = await TcpProxy.start(server.url);
    const pidFile = join(directory.path, 'pid');
    await worker('dead', 'dead-1', `echo $$ > '${pidFile}'; sleep 60`, proxy.url);
    const answer = send('dead', { repeatable: true });
    await untilBegun('dead-1');
    await worker('dead', 'dead-2', 'true');
    proxy.freeze();
    const { answers, messageId } = await answer;
    expect(answers).toMatchObject([{ workerId: 'dead-2' }]);
    // The worker cannot know what the server has decided: its own fence ends the command.
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await eventually(
      () => Promise.resolve(isAlive(pid)),
      (alive) => !alive,
    );
    expect(effectsOf(messageId)).toEqual(['begin dead-1', 'begin dead-2', 'end dead-2']);
  });

  it('survives a restart of the server and works on; what it answers to the old one is refused [GW-20]', async () => {
    const child = await worker('restart', 'restart-1', 'sleep 2');
    const lost = send('restart').catch((error: unknown) => (error as Error).name);
    await untilBegun('restart-1');
    await server.kill('SIGKILL');
    expect(await lost).toBe('ConnectionError');
    await server.start();
    await child.printed(/is no longer valid/);
    const { answers } = await eventually(
      () => send('restart'),
      ({ answers: [answer] }) => answer?.ok === true,
    );
    expect(answers).toMatchObject([{ workerId: 'restart-1' }]);
  });

  it('finishes what it is at when it is told to end [BR-1]', async () => {
    const child = await worker('end', 'end-1', 'sleep 1');
    const answer = send('end');
    await untilBegun('end-1');
    child.kill('SIGTERM');
    expect((await answer).answers).toMatchObject([{ workerId: 'end-1', result: 'end-1' }]);
    expect((await child.ended).exitCode).toBe(0);
  });
});
