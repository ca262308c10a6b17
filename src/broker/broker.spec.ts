import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BrokerBench, echo, forever } from '../../test/support/broker-bench.ts';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import type { Json } from '../kernel/json.ts';
import { answerRpn } from './rpn.ts';
import { LocalWorker } from './worker.local.ts';

describe('the broker', () => {
  let log: EventLog;
  let bench: BrokerBench;

  beforeAll(async () => {
    log = await eventLog();
  });
  beforeEach(() => {
    bench = new BrokerBench(log);
  });
  afterEach(() => bench.close());
  afterAll(() => log.close());

  it('registers a worker, sends it a message and takes it off again [BR-2]', async () => {
    const worker = bench.add('one');
    expect(worker.state).toBe('running');
    expect(() => bench.broker.register(new LocalWorker({ id: 'one', type: 'test', handler: echo }))).toThrow(
      expect.objectContaining({ code: 'BROKER_WORKER_ID_TAKEN' }),
    );
    expect((await bench.send('DIRECT', { target: 'one', payload: { a: 1 } })).answers).toEqual([
      { workerId: 'one', ok: true, result: { a: 1 } },
    ]);
    await bench.broker.unregister('one');
    expect(worker.state).toBe('stopped');
    expect(bench.broker.list()).toEqual([]);
    await expect(bench.send('DIRECT', { target: 'one' })).rejects.toMatchObject({ code: 'BROKER_WORKER_UNKNOWN' });
    await expect(bench.broker.unregister('one')).rejects.toMatchObject({ code: 'BROKER_WORKER_UNKNOWN' });
  });

  it('sends a sequence of sums to the calculator and gets what they come to [BR-2, BR-4]', async () => {
    bench.add('calculator', answerRpn, { type: 'rpn' });
    const payloads: [Json, number][] = [
      [{ operation: 'add', operands: [1, 2] }, 3],
      [{ operation: 'div', operands: [1, 4] }, 0.25],
      ['3 4 + 2 *', 14],
    ];
    for (const [payload, value] of payloads) {
      const { answers } = await bench.send('ROUND_ROBIN', { type: 'rpn', payload });
      expect(answers).toEqual([{ workerId: 'calculator', ok: true, result: { value } }]);
    }
    await expect(bench.send('ROUND_ROBIN', { type: 'rpn', payload: '1 0 /' })).rejects.toMatchObject({
      code: 'BROKER_MESSAGE_FAILED',
      details: { workerId: 'calculator', reasonCode: 'RPN_DIVISION_BY_ZERO' },
    });
  });

  describe('in turn', () => {
    it('goes round the matching workers only [BR-2]', async () => {
      for (const id of ['a', 'b', 'c']) bench.add(id);
      bench.add('other', echo, { type: 'other' });
      expect(await bench.answeredBy(7, { type: 'test' })).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
    });

    it('counts only messages that go in turn: one that is sent to a worker by name takes no turn from it [BR-2]', async () => {
      for (const id of ['a', 'b']) bench.add(id);
      for (let sent = 0; sent < 3; sent++) await bench.send('DIRECT', { target: 'a' });
      expect(await bench.answeredBy(2)).toEqual(['a', 'b']);
    });

    it('matches by a set of capabilities [BR-2]', async () => {
      bench.add('none');
      bench.add('one', echo, { capabilities: ['click'] });
      bench.add('both', echo, { capabilities: ['click', 'type'] });
      expect(await bench.answeredBy(2, { capabilities: ['type', 'click'] })).toEqual(['both', 'both']);
    });

    it('is fair within one message whoever comes and goes [BR-2]', async () => {
      const plan = fc.array(fc.constantFrom('come', 'go', 'send', 'send', 'send'), { minLength: 5, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(plan, async (steps) => {
          bench.add('x');
          bench.add('y');
          const got: string[] = [];
          for (const step of steps) {
            if (step === 'come' && !bench.broker.has('z')) bench.add('z');
            if (step === 'go' && bench.broker.has('z')) await bench.broker.unregister('z');
            if (step === 'send') got.push(...(await bench.answeredBy(1)));
          }
          const counts = got.filter((id) => id !== 'z');
          for (let index = 1; index < counts.length; index++) expect(counts[index]).not.toBe(counts[index - 1]);
          for (const id of bench.broker.list().map((worker) => worker.id)) await bench.broker.unregister(id);
        }),
        { numRuns: 15 },
      );
    });

    it('passes over a worker whose inbox is full, and says so when all are [BR-3]', async () => {
      const opened = Promise.withResolvers<null>();
      bench.add('slow', () => opened.promise, { maxInbox: 1 });
      const held = [bench.send('DIRECT', { target: 'slow' }), bench.send('DIRECT', { target: 'slow' })];
      await expect(bench.send('DIRECT', { target: 'slow' })).rejects.toMatchObject({ code: 'BROKER_INBOX_FULL' });
      await expect(bench.send('ROUND_ROBIN')).rejects.toMatchObject({ code: 'BROKER_INBOX_FULL' });
      await expect(bench.send('OFFER')).rejects.toMatchObject({ code: 'BROKER_NO_OFFER' });
      bench.add('free');
      expect(await bench.answeredBy(2)).toEqual(['free', 'free']);
      opened.resolve(null);
      await Promise.all(held);
    });
  });

  describe('to all', () => {
    it('collects the answer of each matching worker, errors among them [BR-2]', async () => {
      bench.add('a', () => 1);
      bench.add('b', () => {
        throw new Error('not today');
      });
      bench.add('c', () => 3);
      bench.add('other', echo, { type: 'other' });
      const { answers } = await bench.send('BROADCAST', { type: 'test' });
      expect(answers).toEqual([
        { workerId: 'a', ok: true, result: 1 },
        { workerId: 'b', ok: false, error: expect.objectContaining({ code: 'BROKER_MESSAGE_FAILED' }) },
        { workerId: 'c', ok: true, result: 3 },
      ]);
    });

    it('waits for nobody beyond the time, and gives the answers that came [BR-2, BR-3]', async () => {
      bench.add('quick', () => 1);
      bench.add('never', forever);
      const { answers } = await bench.send('BROADCAST', { timeoutMs: 100 });
      expect(answers).toEqual([
        { workerId: 'quick', ok: true, result: 1 },
        { workerId: 'never', ok: false, error: expect.objectContaining({ code: 'BROKER_TIMEOUT' }) },
      ]);
    });
  });

  describe('by offer', () => {
    const bids = (etaMs: number, cost = 0) => ({ offer: () => Promise.resolve({ etaMs, cost, load: 0 }) });

    it('assigns the best bid, and falls back to the next where that worker is lost before it began [BR-2]', async () => {
      bench.add('dear', echo, bids(1, 9));
      bench.add('best', echo, bids(1, 1));
      bench.add('slow', echo, bids(50));
      bench.add('declines', echo, { offer: () => Promise.resolve(null) });
      bench.add('broken', echo, { offer: () => Promise.reject(new Error('no')) });
      bench.add('silent', echo, { offer: () => new Promise(() => undefined) });
      expect((await bench.send('OFFER')).answers[0]?.workerId).toBe('best');
      await bench.broker.unregister('best');
      expect((await bench.send('OFFER')).answers[0]?.workerId).toBe('dear');
    });

    it('takes the worker that is free before one that has to be waited for [BR-2]', async () => {
      const opened = Promise.withResolvers<null>();
      const busy = bench.add('busy', (payload) => (payload === 'wait' ? opened.promise : payload));
      bench.add('idle');
      for (const target of ['busy', 'idle']) await bench.send('DIRECT', { target });
      const held = bench.send('DIRECT', { target: 'busy', payload: 'wait' });
      while (busy.handling === 0) await new Promise((resolve) => setImmediate(resolve));
      expect((await bench.send('OFFER')).answers[0]?.workerId).toBe('idle');
      opened.resolve(null);
      await held;
    });

    it('goes to the next when the worker with the best bid is lost with the message in its inbox [BR-2, BR-3]', async () => {
      bench.add('stuck', forever, bids(0));
      const held = expect(bench.send('DIRECT', { target: 'stuck', timeoutMs: 5000 })).rejects.toMatchObject({
        code: 'BROKER_WORKER_LOST',
      });
      bench.add('next', () => 'done', bids(9));
      const answer = bench.send('OFFER');
      while (bench.broker.get('stuck').waiting === 0) await new Promise((resolve) => setImmediate(resolve));
      await bench.broker.unregister('stuck', 'abort');
      expect((await answer).answers).toEqual([{ workerId: 'next', ok: true, result: 'done' }]);
      await held;
    });
  });
});
