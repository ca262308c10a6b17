import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect, type ConnectionStatus, type Message, type TaskloomClient } from '../../src/client/index.ts';
import { LiveServer } from '../support/live-server.ts';
import { eventually } from '../support/rest.ts';
import { type Passage, TcpProxy } from '../support/tcp-proxy.ts';

const backoff = { firstMs: 5, maxMs: 20 };
let server: LiveServer;
let proxy: TcpProxy;
let streams = 0;

beforeAll(async () => {
  server = await LiveServer.start();
  proxy = await TcpProxy.start(server.url);
});

afterEach(() => {
  proxy.inspect = (chunk) => ({ forward: chunk });
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** Watches until the message at `last` has come, and answers the places of all that came. */
async function watched(
  client: TaskloomClient,
  taskId: string,
  last: number,
  after: (message: Message) => unknown = () => undefined,
): Promise<readonly number[]> {
  const seen: number[] = [];
  for await (const message of client.watch(taskId)) {
    seen.push(message.streamSequence);
    await after(message);
    if (message.streamSequence === last) break;
  }
  return seen;
}

/** Cuts every one of the first `connections` in the middle of the `k`-th message that it carries. */
function cutInMessage(k: number, connections: number): (chunk: Buffer, connection: number) => Passage {
  const carried = new Map<number, number>();
  const first = proxy.connections + 1;
  return (chunk, connection) => {
    if (connection >= first + connections) return { forward: chunk };
    let count = carried.get(connection) ?? 0;
    for (let at = chunk.indexOf('"streamSequence"'); at >= 0; at = chunk.indexOf('"streamSequence"', at + 1)) {
      if (++count === k) return { forward: chunk.subarray(0, at), cut: true };
    }
    carried.set(connection, count);
    return { forward: chunk };
  };
}

describe('a client that loses its connection', () => {
  const EVENTS = 12;

  it.each(upTo(EVENTS))(
    'in the middle of the %i. message, three times, still sees each once and in order [GW-1]',
    async (k) => {
      const taskId = `cut-${++streams}`;
      await server.say(taskId, 1);
      proxy.inspect = cutInMessage(k, 3);
      const client = connect({ url: proxy.url, backoff });
      const seeing = watched(client, taskId, EVENTS);
      await server.say(taskId, EVENTS - 1);
      expect(await seeing).toEqual(upTo(EVENTS));
      client.close();
    },
  );

  it('after each single message, while more are written, sees each once and in order [GW-1]', async () => {
    const taskId = `each-${++streams}`;
    await server.say(taskId, 1);
    const statuses: ConnectionStatus[] = [];
    const client = connect({ url: proxy.url, backoff, onStatus: (status) => statuses.push(status) });
    const seen = await watched(client, taskId, 40, async ({ streamSequence }) => {
      proxy.cut();
      await server.say(taskId, 1 + (streamSequence % 3), { atOnce: true });
    });
    client.close();
    expect(seen).toEqual(upTo(40));
    expect(statuses.slice(0, 4)).toEqual(['connected', 'lost', 'reconnecting', 'connected']);
    expect(statuses.filter((status) => status === 'lost').length).toBeGreaterThan(5);
  });

  it('because the server restarts, sees each once and in order [GW-1]', async () => {
    const own = await LiveServer.start();
    await own.say('restarted', 5);
    const client = connect({ url: own.url, backoff });
    const seen = await watched(client, 'restarted', 20, async ({ streamSequence }) => {
      if (streamSequence % 5 !== 0 || streamSequence === 20) return;
      await own.stop();
      await own.start();
      await own.say('restarted', 5);
    });
    client.close();
    await own[Symbol.asyncDispose]();
    expect(seen).toEqual(upTo(20));
  });

  it('is told why the server goes [GW-3]', async () => {
    const own = await LiveServer.start();
    await own.say('told', 1);
    const codes: string[] = [];
    const client = connect({ url: own.url, backoff, onSystem: ({ code }) => codes.push(code) });
    const watch = client.watch('told');
    await watch.next();
    await own.stop();
    await eventually(
      async () => Promise.resolve(codes),
      (all) => all.includes('SHUTTING_DOWN'),
    );
    client.close();
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    await own[Symbol.asyncDispose]();
  });
});

describe('many clients', () => {
  it('that come at any time while tasks are written see each event once and in order [GW-1, GW-3]', async () => {
    const tasks = ['a', 'b', 'c'].map((name) => `busy-${name}-${++streams}`);
    const EACH = 120;
    const writing = Promise.all(tasks.map((taskId) => server.say(taskId, EACH)));
    const results = await Promise.all(
      Array.from({ length: 24 }, async (_, index) => {
        const taskId = tasks[index % tasks.length] ?? '';
        const own = index % 2 === 0 ? await TcpProxy.start(server.url) : null;
        const client = connect({ url: own?.url ?? server.url, backoff });
        await eventually(
          () => server.events.head(taskId),
          (head) => (head?.streamSequence ?? 0) >= Math.min(EACH, 1 + index * 4),
        );
        const seen = await watched(client, taskId, EACH, ({ streamSequence }) => {
          if (streamSequence % 50 === 0) own?.cut();
        });
        client.close();
        await own?.[Symbol.asyncDispose]();
        return seen;
      }),
    );
    await writing;
    for (const seen of results) expect(seen).toEqual(upTo(EACH));
  });

  it('of several servers on one log see the events of each [GW-1]', async () => {
    const other = await server.twin();
    const client = connect({ url: other.url, backoff });
    const taskId = `twin-${++streams}`;
    await server.say(taskId, 3);
    const seen = await watched(client, taskId, 6, async ({ streamSequence }) => {
      if (streamSequence === 3) await server.say(taskId, 3);
    });
    client.close();
    await other.close();
    expect(seen).toEqual(upTo(6));
  });
});

describe('a watch', () => {
  it('of all tasks goes on across a loss by the sequence of the log [GW-1]', async () => {
    const start = await server.events.lastSequence();
    const client = connect({ url: proxy.url, backoff });
    const seen: number[] = [];
    const tasks = [`all-${++streams}`, `all-${++streams}`] as const;
    await server.say(tasks[0], 2);
    for await (const { sequence } of client.watch({ all: true }, { afterStreamSequence: start })) {
      seen.push(sequence);
      if (sequence === start + 2) {
        proxy.cut();
        await server.say(tasks[1], 3);
      }
      if (sequence === start + 5) break;
    }
    client.close();
    expect(seen).toEqual(upTo(5).map((index) => start + index));
  });

  it('ends with the reason of its signal, also between two messages [GW-1]', async () => {
    const taskId = `aborted-${++streams}`;
    await server.say(taskId, 3, { atOnce: true });
    const client = connect({ url: server.url, backoff });
    const controller = new AbortController();
    const watch = client.watch(taskId, { signal: controller.signal });
    expect((await watch.next()).value).toMatchObject({ streamSequence: 1 });
    controller.abort(new Error('enough'));
    await expect(watch.next()).rejects.toThrow('enough');

    const waiting = client.watch(taskId, { afterStreamSequence: 3, signal: AbortSignal.timeout(50) });
    await expect(waiting.next()).rejects.toMatchObject({ name: 'TimeoutError' });
    await eventually(
      async () => Promise.resolve(server.hub.isFollowing),
      (isFollowing) => !isFollowing,
    );
    client.close();
  });

  it('is refused for an unknown task and where no server answers [GW-1]', async () => {
    const client = connect({ url: server.url });
    await expect(client.watch('nobody').next()).rejects.toMatchObject({
      name: 'TaskloomError',
      code: 'TASK_NOT_FOUND',
    });
    client.close();
    const lost = connect({ url: 'http://127.0.0.1:9' });
    for (let time = 0; time < 2; time++) {
      await expect(lost.watch('nobody').next()).rejects.toMatchObject({ name: 'ConnectionError' });
    }
    lost.close();
  });
});
