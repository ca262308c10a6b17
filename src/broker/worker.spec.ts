import { describe, expect, it } from '@jest/globals';
import { newId } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import { type Handler, LocalWorker } from './worker.local.ts';
import type { Assignment, Delivery } from './worker.ts';

/** A message with its own end to hold. */
function message(payload: Json = null) {
  const abort = new AbortController();
  const late: Assignment[] = [];
  const delivery: Delivery = {
    assign: () =>
      Promise.resolve({ messageId: newId(), lease: newId(), attempt: 1, payload, clock: {}, timeoutMs: 1000 }),
    progress: () => undefined,
    late: (assignment) => void late.push(assignment),
    signal: abort.signal,
  };
  return { delivery, late, giveUp: (reason: Error) => abort.abort(reason) };
}

/** A handler that ends when it is told to, and remembers what ran at the same time. */
function gated() {
  const open: (() => void)[] = [];
  const seen: Json[] = [];
  let running = 0;
  let most = 0;
  const handler: Handler = async (payload) => {
    seen.push(payload);
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => open.push(resolve));
    running--;
    return payload;
  };
  return { handler, seen, most: () => most, openNext: () => open.shift()?.() };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function workerOf(handler: Handler, maxInbox = 100): LocalWorker {
  const worker = new LocalWorker({ id: 'one', type: 'test', maxInbox, handler });
  worker.start();
  return worker;
}

describe('a worker', () => {
  it('handles one message at a time, in order [BR-1]', async () => {
    const { handler, seen, most, openNext } = gated();
    const worker = workerOf(handler);
    const answers = [1, 2, 3].map((payload) => worker.deliver(message(payload).delivery));
    for (let left = answers.length; left > 0; left--) {
      await settled();
      openNext();
    }
    expect((await Promise.all(answers)).map(({ result }) => result)).toEqual([1, 2, 3]);
    expect(seen).toEqual([1, 2, 3]);
    expect(most()).toBe(1);
    expect([worker.handling, worker.waiting, worker.answered]).toEqual([0, 0, 3]);
  });

  it('refuses what does not fit into its inbox, and takes more when there is room again [BR-1, BR-3]', async () => {
    const { handler, openNext } = gated();
    const worker = workerOf(handler, 2);
    const taken = [1, 2, 3].map((payload) => worker.deliver(message(payload).delivery));
    await expect(worker.deliver(message(4).delivery)).rejects.toMatchObject({
      code: 'BROKER_INBOX_FULL',
      details: { workerId: 'one', maxInbox: 2 },
    });
    await settled();
    openNext();
    await taken[0];
    const later = worker.deliver(message(5).delivery);
    for (let left = 3; left > 0; left--) {
      await settled();
      openNext();
    }
    expect((await later).result).toBe(5);
  });

  it('reports what the handler throws and goes on [BR-1]', async () => {
    const worker = workerOf((payload) => {
      if (payload === 'bad') throw new Error('no');
      return payload;
    });
    await expect(worker.deliver(message('bad').delivery)).rejects.toThrow('no');
    expect((await worker.deliver(message('good').delivery)).result).toBe('good');
    expect([worker.answered, worker.failed]).toEqual([1, 1]);
  });

  it('is created, running, stopping, stopped, and refuses every other way [BR-1]', async () => {
    const { handler, openNext } = gated();
    const worker = new LocalWorker({ id: 'one', type: 'test', handler });
    const wrong = { code: 'BROKER_WORKER_STATE' };
    expect(worker.state).toBe('created');
    await expect(worker.deliver(message().delivery)).rejects.toMatchObject(wrong);
    await expect(worker.stop('drain')).rejects.toMatchObject(wrong);
    worker.start();
    expect(worker.state).toBe('running');
    expect(() => worker.start()).toThrow(expect.objectContaining(wrong));
    const held = worker.deliver(message().delivery);
    const stopped = worker.stop('drain');
    expect(worker.state).toBe('stopping');
    await expect(worker.stop('abort')).rejects.toMatchObject(wrong);
    await expect(worker.deliver(message().delivery)).rejects.toMatchObject(wrong);
    await settled();
    openNext();
    await stopped;
    await held;
    expect(worker.state).toBe('stopped');
    expect(() => worker.start()).toThrow(expect.objectContaining(wrong));
    await expect(worker.stop('drain')).rejects.toMatchObject(wrong);
  });

  it('handles what waits when it drains [BR-1]', async () => {
    const worker = workerOf((payload) => payload);
    const answers = [1, 2, 3].map((payload) => worker.deliver(message(payload).delivery));
    await worker.stop('drain');
    expect((await Promise.all(answers)).map(({ result }) => result)).toEqual([1, 2, 3]);
  });

  it('gives back what waits and finishes what it is at, where it is told to finish [BR-1]', async () => {
    const { handler, openNext } = gated();
    const worker = workerOf(handler);
    const [first, second] = [1, 2].map((payload) => worker.deliver(message(payload).delivery));
    const waiting = expect(second).rejects.toMatchObject({ code: 'BROKER_WORKER_LOST', begun: false });
    await settled();
    const stopped = worker.stop('finish');
    await waiting;
    openNext();
    await stopped;
    expect((await first)?.result).toBe(1);
  });

  it('gives back all that it holds when it aborts, and says what had begun [BR-1, BR-3]', async () => {
    const told: unknown[] = [];
    const worker = workerOf(
      (_payload, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => {
            told.push(signal.reason);
            reject(signal.reason as Error);
          }),
        ),
    );
    const [first, second] = [1, 2].map((payload) => worker.deliver(message(payload).delivery));
    const lost = Promise.all([
      expect(first).rejects.toMatchObject({ code: 'BROKER_WORKER_LOST', begun: true }),
      expect(second).rejects.toMatchObject({ code: 'BROKER_WORKER_LOST', begun: false }),
    ]);
    await settled();
    await worker.stop('abort');
    await lost;
    expect(told).toHaveLength(1);
  });

  it('is stopped a second after an abort that its handler does not listen to [BR-1]', async () => {
    const worker = workerOf(() => new Promise<never>(() => undefined));
    const held = expect(worker.deliver(message().delivery)).rejects.toMatchObject({ begun: true });
    await settled();
    const start = performance.now();
    await worker.stop('abort');
    await held;
    expect(performance.now() - start).toBeLessThan(3000);
    expect(worker.state).toBe('stopped');
  });

  it('forgets a waiting message that nobody waits for any more, and keeps its place taken by one that it is at [BR-3]', async () => {
    const { handler, seen, most, openNext } = gated();
    const worker = workerOf(handler);
    const [at, waiting, next] = [message(1), message(2), message(3)];
    const answers = [at, waiting, next].map(({ delivery }) => worker.deliver(delivery));
    await settled();
    const gone = [0, 1].map((index) => expect(answers[index]).rejects.toThrow('enough'));
    waiting.giveUp(new Error('enough'));
    at.giveUp(new Error('enough'));
    await Promise.all(gone);
    await settled();
    expect(seen).toEqual([1]);
    openNext();
    await settled();
    expect(at.late).toHaveLength(1);
    openNext();
    await answers[2];
    expect(seen).toEqual([1, 3]);
    expect(most()).toBe(1);
  });
});
