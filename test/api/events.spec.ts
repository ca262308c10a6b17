import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { EventStore, type SubscribeOptions } from '../../src/events/index.ts';
import { WorkItemsService } from '../../src/tasks/index.ts';
import { eventsOf, eventually, request, type WireEvent } from '../support/rest.ts';
import { runServer, type TestServer } from '../support/running-server.ts';
import { sentEvents } from '../support/sent-events.ts';
import { ServerProcess } from '../support/server-process.ts';
import { temporaryDirectory } from '../support/temporary-directory.ts';

interface Page {
  events: WireEvent[];
  nextAfterSequence: number;
}

describe('the events of a task over REST', () => {
  let server: TestServer;
  let taskId: string;
  let events: string;

  beforeAll(async () => {
    server = await runServer({ HEARTBEAT_INTERVAL_MS: '60' });
    taskId = 'päth/🧵 1';
    events = `${server.url}/tasks/${encodeURIComponent(taskId)}/events`;
    await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId });
    await eventually(
      () => request<{ status: string }>('GET', `${server.url}/tasks/${encodeURIComponent(taskId)}`),
      ({ body }) => body.status === 'awaitingModel',
    );
  });

  afterAll(() => server[Symbol.asyncDispose]());

  const tell = (guidance: string) => request('POST', events.replace(/events$/, 'interventions'), { guidance });
  const page = (query = '') => request<Page>('GET', `${events}${query}`);

  it('are read page by page, each once and in order [API-1]', async () => {
    for (let index = 0; index < 5; index++) await tell(`guidance ${index}`);
    const all = (await page('?limit=1000')).body;
    const read: WireEvent[] = [];
    for (let after = 0; ;) {
      const { body } = await page(`?afterSequence=${after}&limit=3`);
      expect(body.events.length).toBeLessThanOrEqual(3);
      read.push(...body.events);
      after = body.nextAfterSequence;
      if (body.events.length === 0) break;
    }
    expect(read).toEqual(all.events);
    expect(read.map(({ streamSequence }) => streamSequence)).toEqual(read.map((_, index) => index + 1));
    expect(all.nextAfterSequence).toBe(read.length);
  });

  it('can be filtered by type without reading what was left out again [API-1]', async () => {
    const { body } = await page('?types=TASK_CREATED,USER_INTERVENTION');
    expect(new Set(body.events.map(({ eventType }) => eventType))).toEqual(
      new Set(['TASK_CREATED', 'USER_INTERVENTION']),
    );
    const none = (await page('?types=TASK_FAILED')).body;
    expect(none.events).toEqual([]);
    expect(none.nextAfterSequence).toBe((await page('?limit=1000')).body.events.length);
    expect((await page('?afterSequence=1000000')).body).toEqual({ events: [], nextAfterSequence: 1_000_000 });
  });

  it.each([
    'limit=0',
    'limit=1001',
    'afterSequence=-1',
    'afterSequence=x',
    'afterSequence=1&afterSequence=2',
    'since=1',
  ])('refuse the query %s [API-2]', async (query) => {
    expect((await page(`?${query}`)).status).toBe(400);
  });

  it('are followed as Server-Sent Events: first the stored ones, then live, without a gap [API-1]', async () => {
    const leave = new AbortController();
    const writing = (async () => {
      for (let index = 0; index < 40; index++) await tell(`live ${index}`);
    })();
    const stream = sentEvents(events, { signal: leave.signal });
    const seen: WireEvent[] = [];
    for await (const { id, data } of stream) {
      const event = JSON.parse(data) as WireEvent;
      expect(id).toBe(String(event.streamSequence));
      seen.push(event);
      if (event.data.guidance === 'live 39') break;
    }
    await writing;
    leave.abort();
    const stored = (await page('?limit=1000')).body.events;
    expect(seen).toEqual(stored);
  });

  it('go on where a client that reconnects has left off [API-1]', async () => {
    const total = (await page('?limit=1000')).body.events.length;
    for (let cut = 0; cut < total; cut += 7) {
      const leave = new AbortController();
      const rest: number[] = [];
      const stream = sentEvents(`${events}?afterSequence=3`, {
        signal: leave.signal,
        headers: { 'last-event-id': String(cut) },
      });
      for await (const { id } of stream) {
        rest.push(Number(id));
        if (rest.length === total - cut) break;
      }
      leave.abort();
      expect(rest).toEqual(Array.from({ length: total - cut }, (_, index) => cut + index + 1));
    }
  });

  it('refuse a cursor that is none, or beyond the end, before the stream begins [API-2]', async () => {
    for (const id of ['x', '-1', '1.5', '1000000']) {
      const response = await fetch(events, { headers: { accept: 'text/event-stream', 'last-event-id': id } });
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      await response.body?.cancel();
    }
    const unknown = await fetch(`${server.url}/tasks/nobody/events`, { headers: { accept: 'text/event-stream' } });
    expect(unknown.status).toBe(404);
    await unknown.body?.cancel();
  });

  it('carry heartbeats while nothing happens, and filters apply to streams [API-1]', async () => {
    const leave = new AbortController();
    const response = await fetch(`${events}?types=TASK_CREATED`, {
      headers: { accept: 'text/event-stream' },
      signal: leave.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.split(': still here\n\n').length > 3) break;
    }
    leave.abort();
    expect(text.match(/^id: /gm)).toHaveLength(1);
  });

  it('are not followed any longer once the client is gone [API-1]', async () => {
    const store = server.app.get(EventStore);
    const follow = store.subscribe.bind(store);
    const followed: SubscribeOptions[] = [];
    let ended = 0;
    const spy = jest.spyOn(store, 'subscribe').mockImplementation(async function* (options) {
      followed.push(options);
      try {
        yield* follow(options);
      } finally {
        ended += 1;
      }
    });
    try {
      const leave = new AbortController();
      const response = await fetch(events, { headers: { accept: 'text/event-stream' }, signal: leave.signal });
      await response.body!.getReader().read();
      expect(followed).toHaveLength(1);
      leave.abort();
      await eventually(
        () => Promise.resolve(ended),
        (count) => count === 1,
        5000,
      );
      expect((await fetch(events, { method: 'HEAD', headers: { accept: 'text/event-stream' } })).status).toBe(200);
      await eventually(
        () => Promise.resolve(ended),
        (count) => count === followed.length,
        5000,
      );
    } finally {
      spy.mockRestore();
    }
  });

  it('wait in the store for a client that does not read, not in memory [API-1]', async () => {
    const store = server.app.get(EventStore);
    await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: 'long' });
    const guidance = 'g'.repeat(20_000);
    for (let round = 0; round < 6; round++) {
      const drafts = Array.from({ length: 500 }, () => ({
        eventType: 'USER_INTERVENTION' as const,
        data: { guidance, by: 'test' },
      }));
      await store.append('long', drafts);
    }
    const follow = store.subscribe.bind(store);
    let batches = 0;
    const spy = jest.spyOn(store, 'subscribe').mockImplementation(async function* (options) {
      for await (const batch of follow(options)) {
        batches += 1;
        yield batch;
      }
    });
    try {
      const paused = httpRequest(`${server.url}/tasks/long/events`, { headers: { accept: 'text/event-stream' } });
      const response = await new Promise<IncomingMessage>((resolve, reject) =>
        paused.on('response', resolve).on('error', reject).end(),
      );
      response.pause();
      // What the kernel takes is bounded: when the count stands still, the server waits for the client.
      let last = -1;
      await eventually(
        async () => {
          const before = last;
          last = batches;
          await new Promise((resolve) => setTimeout(resolve, 100));
          return batches > 0 && before === batches;
        },
        Boolean,
        10_000,
      );
      expect(batches).toBeLessThan(6);
      paused.destroy();
    } finally {
      spy.mockRestore();
    }
  });
});

describe('the shutdown', () => {
  it('does not wait for open streams and long polls [API-1] [PL-7]', async () => {
    const server = await runServer();
    await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: 'a', modules: [{ path: 'a.js' }] });
    const response = await fetch(`${server.url}/tasks/a/events`, { headers: { accept: 'text/event-stream' } });
    const reading = response.text().catch(() => '');
    const claim = jest.spyOn(server.app.get(WorkItemsService), 'claim');
    const polling = request('POST', `${server.url}/work-items/claim`, { by: 'x', kinds: ['none'], waitMs: 50_000 });
    await eventually(
      () => Promise.resolve(claim.mock.calls.length),
      (count) => count === 1,
    );
    const startedAt = performance.now();
    await server[Symbol.asyncDispose]();
    expect(performance.now() - startedAt).toBeLessThan(4000);
    expect(await reading).toContain('TASK_CREATED');
    expect((await polling).status).toBe(204);
  });

  it('does not wait for a connection that never asked anything [PL-7]', async () => {
    const server = await runServer();
    const { hostname, port } = new URL(server.url);
    const idle = connect(Number(port), hostname);
    await once(idle, 'connect');
    const startedAt = performance.now();
    await Promise.all([once(idle, 'close'), server[Symbol.asyncDispose]()]);
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });
});

describe('a stream that is cut by a killed server', () => {
  it('goes on after the last event that was seen, none missing and none twice [API-1] [PL-7]', async () => {
    using directory = temporaryDirectory();
    await using server = await ServerProcess.start({ DATA_DIR: directory.path, LLM_PROVIDER: 'delegated' });
    const url = `${server.url}/tasks/cut`;
    await request('POST', `${server.url}/tasks`, { prompt: 'x', taskId: 'cut', modules: [{ path: 'a.js' }] });
    const seen: number[] = [];
    for (let round = 0; round < 2; round++) {
      await request('POST', `${url}/interventions`, { guidance: `round ${round}` });
      const { sequence } = (await request<{ sequence: number }>('GET', url)).body;
      const last = seen.at(-1);
      const headers: Record<string, string> = last === undefined ? {} : { 'last-event-id': String(last) };
      const reading = new AbortController();
      for await (const { id } of sentEvents(`${url}/events`, { headers, signal: reading.signal })) {
        seen.push(Number(id));
        if (Number(id) >= sequence) break;
      }
      await server.kill();
      reading.abort();
      await server.start();
    }
    const stored = (await eventsOf(server.url, 'cut')).map(({ streamSequence }) => streamSequence);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen).toEqual(stored.slice(0, seen.length));
  });
});
