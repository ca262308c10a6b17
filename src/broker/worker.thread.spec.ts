import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { Json } from '../kernel/json.ts';
import './broker.events.ts';
import { Broker } from './broker.ts';
import { ThreadWorker } from './worker.thread.ts';

const source = `
let calls = 0;
export default async (payload, { messageId, attempt, progress }) => {
  calls++;
  switch (payload) {
    case 'spin': for (;;);
    case 'eat': { const all = []; for (;;) all.push(new Array(1e5).fill(calls)); }
    case 'leave': process.exit(3);
    case 'throw': throw Object.assign(new Error('no'), { code: 'NO' });
    case 'later': setTimeout(() => { throw new Error('uncaught'); }, 5); return new Promise(() => {});
    case 'environment': return Object.keys(process.env);
    case 'calls': return calls;
    case 'date': return { at: new Date(0), none: undefined };
    default: progress({ seen: payload }); return { payload, attempt, hasId: typeof messageId === 'string' };
  }
};
`;

describe('a worker in a thread of its own', () => {
  const directory = temporaryDirectory();
  const modulePath = join(directory.path, 'handler.mjs');
  let log: EventLog;
  let broker: Broker;

  beforeAll(async () => {
    writeFileSync(modulePath, source);
    writeFileSync(join(directory.path, 'none.mjs'), 'export const a = 1;');
    log = await eventLog();
    broker = new Broker({ events: log.events, report: () => undefined });
  });
  afterEach(async () => {
    for (const { id } of broker.list()) await broker.unregister(id, 'abort');
  });
  afterAll(async () => {
    await log.close();
    directory[Symbol.dispose]();
  });

  function start(path = modulePath): void {
    broker.register(new ThreadWorker({ id: 'thread', type: 'test', modulePath: path, maxHeapMb: 32 }));
  }

  const send = async (payload: Json, timeoutMs = 10_000) => {
    const { answers } = await broker.dispatch({ strategy: 'DIRECT', target: 'thread', payload, timeoutMs });
    return answers[0]?.ok === true ? answers[0].result : null;
  };

  it('handles messages like any other, one thread for all of them [BR-1]', async () => {
    start();
    expect(await send({ a: 1 })).toEqual({ payload: { a: 1 }, attempt: 1, hasId: true });
    await expect(send('throw')).rejects.toMatchObject({ details: { reasonCode: 'NO', reason: 'no' } });
    expect(await send('date')).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(await send('calls')).toBe(4);
  });

  it('is ended in the middle of a handler that never yields, and holds up nobody meanwhile [OR-12]', async () => {
    start();
    await send(1);
    const spinning = expect(send('spin', 400)).rejects.toMatchObject({ code: 'BROKER_TIMEOUT' });
    const startedAt = performance.now();
    let turns = 0;
    const beat = setInterval(() => turns++, 10);
    await spinning;
    clearInterval(beat);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    // The event loop went round all the while.
    expect(turns).toBeGreaterThan(5);
    // Free at once, and with a thread that knows nothing of the one before.
    expect(await send('calls')).toBe(1);
  });

  it('fails alone when its handler eats up memory, leaves, or throws where nobody catches [OR-12]', async () => {
    start();
    for (const payload of ['eat', 'leave', 'later']) {
      await expect(send(payload)).rejects.toMatchObject({ details: { reasonCode: 'BROKER_HANDLER_CRASHED' } });
    }
    expect(await send('calls')).toBe(1);
  });

  it('knows nothing of the environment of the server', async () => {
    start();
    expect(await send('environment')).toEqual([]);
  });

  it('says what is wrong with a module that is none', async () => {
    start(join(directory.path, 'none.mjs'));
    await expect(send(1)).rejects.toMatchObject({ message: expect.stringContaining('no default export') });
    await broker.unregister('thread');
    start(join(directory.path, 'missing.mjs'));
    await expect(send(1)).rejects.toMatchObject({ message: expect.stringContaining('missing.mjs') });
  });

  it('leaves no thread behind when it is stopped [OR-14]', async () => {
    start();
    const threads = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = threads();
    const spinning = expect(send('spin')).rejects.toMatchObject({ code: 'BROKER_WORKER_LOST' });
    while (broker.get('thread').handling === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await broker.unregister('thread', 'abort');
    await spinning;
    expect(threads()).toBe(before);
  });
});
