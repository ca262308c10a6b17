import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EventsFrame, Message } from '../../src/client/index.ts';
import { ask, bareSocket, LiveServer } from '../support/live-server.ts';
import { eventually } from '../support/rest.ts';

let server: LiveServer;
let streams = 0;

beforeAll(async () => {
  server = await LiveServer.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const newStream = () => `stream-${++streams}`;
const sequences = (frames: readonly EventsFrame[]) =>
  frames.flatMap((frame) => frame.messages.map((message) => message.streamSequence));
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => index + first);

/** A client that notes every frame and acknowledges it. */
async function follower(request: Record<string, unknown>) {
  const socket = await bareSocket(server.url);
  const frames: EventsFrame[] = [];
  const order: string[] = [];
  socket.on('events', (frame: EventsFrame, acknowledge: () => void) => {
    order.push('frame');
    frames.push(frame);
    acknowledge();
  });
  const answer = await ask(socket, 'subscribe', request).finally(() => order.push('answer'));
  return { socket, frames, answer, order };
}

describe('subscribe', () => {
  it('answers with the state, then sends what is stored and what comes, in order and once [GW-1, GW-2]', async () => {
    const taskId = newStream();
    const stored = await server.say(taskId, 250, { atOnce: true });
    const { socket, frames, answer, order } = await follower({ taskId });
    await server.say(taskId, 30);
    await eventually(
      async () => Promise.resolve(frames.at(-1)?.to),
      (to) => to === 280,
    );
    socket.disconnect();

    expect(order[0]).toBe('answer');
    expect(answer).toMatchObject({ ok: true, version: 0, streamSequence: 250, state: { taskId, streamSequence: 250 } });
    expect(sequences(frames)).toEqual(upTo(280));
    expect(frames.every((frame) => frame.subscriptionId === answer.subscriptionId)).toBe(true);
    expect(frames.every((frame) => frame.messages.length <= 100)).toBe(true);
    expect(frames.map((frame) => frame.from)).toEqual([0, ...frames.map((frame) => frame.to).slice(0, -1)]);
    const [first] = stored;
    if (!first) throw new Error('nothing was stored');
    expect(frames[0]?.messages[0]).toEqual({
      type: 'USER_INTERVENTION',
      taskId,
      version: 0,
      sequence: first.sequenceNumber,
      streamSequence: 1,
      timestamp: first.timestamp,
      data: { guidance: '0 word', by: 'test' },
    } satisfies Message);
  });

  it('goes on after the cursor that the client gives [GW-1]', async () => {
    const taskId = newStream();
    await server.say(taskId, 10, { atOnce: true });
    const { socket, frames } = await follower({ taskId, afterStreamSequence: 7 });
    await server.say(taskId, 2);
    await eventually(
      async () => Promise.resolve(frames.at(-1)?.to),
      (to) => to === 12,
    );
    socket.disconnect();
    expect(frames[0]?.from).toBe(7);
    expect(sequences(frames)).toEqual(upTo(12, 8));
  });

  it('refuses a cursor beyond the end, and a task that is not there unless it is waited for [GW-1]', async () => {
    const taskId = newStream();
    await server.say(taskId, 3, { atOnce: true });
    using socket = await bareSocket(server.url);
    expect(await ask(socket, 'subscribe', { taskId, afterStreamSequence: 4 })).toMatchObject({
      ok: false,
      error: { code: 'SUBSCRIPTION_CURSOR_BEYOND_END', details: { end: 3 } },
    });
    expect(await ask(socket, 'subscribe', { taskId: 'nobody' })).toMatchObject({
      ok: false,
      error: { code: 'TASK_NOT_FOUND', details: { taskId: 'nobody' } },
    });
    expect(server.hub.isFollowing).toBe(false);

    const later = newStream();
    const { socket: waiting, frames, answer } = await follower({ taskId: later, wait: true });
    expect(answer).toMatchObject({ ok: true, state: null, version: 0, streamSequence: 0 });
    await server.say(later, 2);
    await eventually(
      async () => Promise.resolve(sequences(frames)),
      (seen) => seen.length === 2,
    );
    waiting.disconnect();
  });

  it('names a task by its id in any Unicode form [GW-1]', async () => {
    await server.say('caf\u00e9', 2, { atOnce: true });
    const { socket, frames, answer } = await follower({ taskId: 'cafe\u0301' });
    await server.say('cafe\u0301', 1);
    await eventually(
      async () => Promise.resolve(sequences(frames)),
      (seen) => seen.length === 3,
    );
    socket.disconnect();
    expect(answer).toMatchObject({ ok: true, streamSequence: 2 });
  });

  it('follows all tasks by the sequence of the log, from now or from a cursor [GW-1]', async () => {
    const [one, two] = [newStream(), newStream()];
    await server.say(one, 3, { atOnce: true });
    const start = await server.events.lastSequence();
    const now = await follower({ all: true });
    const before = await follower({ all: true, afterStreamSequence: start - 2 });
    expect(now.answer).toMatchObject({ ok: true, state: null, streamSequence: start });
    await server.say(two, 2);
    await server.say(one, 1);
    for (const { frames } of [now, before]) {
      await eventually(
        async () => Promise.resolve(frames.at(-1)?.to),
        (to) => to === start + 3,
      );
    }
    const seen = (frames: readonly EventsFrame[]) =>
      frames.flatMap(({ messages }) => messages.map(({ sequence, taskId }) => [sequence, taskId]));
    const news = [
      [start + 1, two],
      [start + 2, two],
      [start + 3, one],
    ];
    expect(seen(now.frames)).toEqual(news);
    expect(seen(before.frames)).toEqual([[start - 1, one], [start, one], ...news]);
    now.socket.disconnect();
    before.socket.disconnect();
  });

  it('sends only the types that are asked for, and moves over the others [GW-1]', async () => {
    const taskId = newStream();
    const output = { eventType: 'TEST_OUTPUT', data: { module: null, stream: 'stdout', text: 'x' } } as never;
    await server.events.append(
      taskId,
      Array.from({ length: 700 }, () => output),
    );
    await server.say(taskId, 1);
    const { socket, frames } = await follower({ taskId, types: ['USER_INTERVENTION'] });
    await eventually(
      async () => Promise.resolve(frames.length),
      (count) => count === 1,
    );
    await server.events.append(taskId, [output, output]);
    await server.say(taskId, 1);
    await eventually(
      async () => Promise.resolve(frames.length),
      (count) => count === 2,
    );
    socket.disconnect();
    expect(sequences(frames)).toEqual([701, 704]);
    expect(frames.map(({ from, to }) => [from, to])).toEqual([
      [0, 701],
      [701, 704],
    ]);
  });

  it('is silent after unsubscribe, and knows no subscription twice [GW-1]', async () => {
    const taskId = newStream();
    await server.say(taskId, 1);
    const { socket, frames, answer } = await follower({ taskId });
    await eventually(
      async () => Promise.resolve(frames.length),
      (count) => count === 1,
    );
    const { subscriptionId } = answer;
    expect(await ask(socket, 'unsubscribe', { subscriptionId })).toEqual({ ok: true });
    expect(await ask(socket, 'unsubscribe', { subscriptionId })).toMatchObject({
      error: { code: 'SUBSCRIPTION_NOT_FOUND' },
    });
    await server.say(taskId, 3);
    await ask(socket, 'getState', { taskId });
    expect(frames).toHaveLength(1);
    socket.disconnect();
  });

  it('gathers what comes within 25 ms into one frame [GW-1]', async () => {
    const taskId = newStream();
    await server.say(taskId, 1);
    const { socket, frames } = await follower({ taskId });
    await Promise.all(Array.from({ length: 50 }, () => server.say(taskId, 1)));
    await eventually(
      async () => Promise.resolve(frames.at(-1)?.to),
      (to) => to === 51,
    );
    socket.disconnect();
    expect(sequences(frames)).toEqual(upTo(51));
    expect(frames.length).toBeLessThan(15);
  });

  it('does nothing while nobody subscribes [GW-3]', async () => {
    await eventually(
      async () => Promise.resolve(server.hub.connections),
      (count) => count === 0,
    );
    expect(server.hub.isFollowing).toBe(false);
    const taskId = newStream();
    await server.say(taskId, 1);
    const { socket, answer } = await follower({ taskId });
    expect(server.hub.isFollowing).toBe(true);
    await ask(socket, 'unsubscribe', { subscriptionId: answer.subscriptionId });
    expect(server.hub.isFollowing).toBe(false);
    socket.disconnect();
  });
});
