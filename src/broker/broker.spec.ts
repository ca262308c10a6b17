import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import type { Json } from '../kernel/json.ts';
import './broker.events.ts';
import { Broker } from './broker.ts';
import type { DispatchRequest, Strategy } from './message.ts';
import { answerRpn } from './rpn.ts';
import { type Handler, LocalWorker, type LocalWorkerOptions } from './worker.local.ts';

const echo: Handler = (payload) => payload;
const forever: Handler = (_payload, { signal }) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

describe('the broker', () => {
  let log: EventLog;
  let broker: Broker;
  const reported: unknown[] = [];

  beforeAll(async () => {
    log = await eventLog();
  });
  afterAll(() => log.close());
  beforeEach(() => {
    broker = new Broker({ events: log.events, report: (error) => reported.push(error) });
  });
  afterEach(async () => {
    await broker.close();
    expect(reported).toEqual([]);
  });

  function add(id: string, handler: Handler = echo, options: Partial<LocalWorkerOptions> = {}): LocalWorker {
    const worker = new LocalWorker({ id, type: 'test', handler, ...options });
    broker.register(worker);
    return worker;
  }

  const send = (strategy: Strategy, request: Partial<DispatchRequest> = {}) =>
    broker.dispatch({ strategy, payload: null, ...request });

  /** Who answered, in order. */
  async function answeredBy(count: number, request: Partial<DispatchRequest> = {}): Promise<readonly string[]> {
    const ids: string[] = [];
    for (let sent = 0; sent < count; sent++) {
      const { answers } = await send('ROUND_ROBIN', request);
      ids.push(...answers.map(({ workerId }) => workerId));
    }
    return ids;
  }

  async function recorded(messageId: string): Promise<readonly (readonly [string, Record<string, unknown>])[]> {
    const events = await log.events.getEvents(messageId);
    return events.map(({ eventType, data }) => [eventType, data as Record<string, unknown>] as const);
  }

  it('registers a worker, sends it a message and takes it off again [BR-2]', async () => {
    const worker = add('one');
    expect(worker.state).toBe('running');
    expect(() => broker.register(new LocalWorker({ id: 'one', type: 'test', handler: echo }))).toThrow(
      expect.objectContaining({ code: 'BROKER_WORKER_ID_TAKEN' }),
    );
    expect((await send('DIRECT', { target: 'one', payload: { a: 1 } })).answers).toEqual([
      { workerId: 'one', ok: true, result: { a: 1 } },
    ]);
    await broker.unregister('one');
    expect(worker.state).toBe('stopped');
    expect(broker.list()).toEqual([]);
    await expect(send('DIRECT', { target: 'one' })).rejects.toMatchObject({ code: 'BROKER_WORKER_UNKNOWN' });
    await expect(broker.unregister('one')).rejects.toMatchObject({ code: 'BROKER_WORKER_UNKNOWN' });
  });

  it('sends a sequence of sums to the calculator and gets what they come to [BR-2, BR-4]', async () => {
    add('calculator', answerRpn, { type: 'rpn' });
    const payloads: [Json, number][] = [
      [{ operation: 'add', operands: [1, 2] }, 3],
      [{ operation: 'div', operands: [1, 4] }, 0.25],
      ['3 4 + 2 *', 14],
    ];
    for (const [payload, value] of payloads) {
      const { answers } = await send('ROUND_ROBIN', { type: 'rpn', payload });
      expect(answers).toEqual([{ workerId: 'calculator', ok: true, result: { value } }]);
    }
    await expect(send('ROUND_ROBIN', { type: 'rpn', payload: '1 0 /' })).rejects.toMatchObject({
      code: 'BROKER_MESSAGE_FAILED',
      details: { workerId: 'calculator', reasonCode: 'RPN_DIVISION_BY_ZERO' },
    });
  });

  describe('in turn', () => {
    it('goes round the matching workers only [BR-2]', async () => {
      for (const id of ['a', 'b', 'c']) add(id);
      add('other', echo, { type: 'other' });
      expect(await answeredBy(7, { type: 'test' })).toEqual(['a', 'b', 'c', 'a', 'b', 'c', 'a']);
    });

    it('matches by a set of capabilities [BR-2]', async () => {
      add('none');
      add('one', echo, { capabilities: ['click'] });
      add('both', echo, { capabilities: ['click', 'type'] });
      expect(await answeredBy(2, { capabilities: ['type', 'click'] })).toEqual(['both', 'both']);
    });

    it('is fair within one message whoever comes and goes [BR-2]', async () => {
      const plan = fc.array(fc.constantFrom('come', 'go', 'send', 'send', 'send'), { minLength: 5, maxLength: 30 });
      await fc.assert(
        fc.asyncProperty(plan, async (steps) => {
          add('x');
          add('y');
          const got: string[] = [];
          for (const step of steps) {
            if (step === 'come' && !broker.has('z')) add('z');
            if (step === 'go' && broker.has('z')) await broker.unregister('z');
            if (step === 'send') got.push(...(await answeredBy(1)));
          }
          const counts = got.filter((id) => id !== 'z');
          for (let index = 1; index < counts.length; index++) expect(counts[index]).not.toBe(counts[index - 1]);
          for (const id of broker.list().map((worker) => worker.id)) await broker.unregister(id);
        }),
        { numRuns: 15 },
      );
    });

    it('passes over a worker whose inbox is full, and says so when all are [BR-3]', async () => {
      const opened = Promise.withResolvers<null>();
      add('slow', () => opened.promise, { maxInbox: 1 });
      const held = [send('DIRECT', { target: 'slow' }), send('DIRECT', { target: 'slow' })];
      await expect(send('DIRECT', { target: 'slow' })).rejects.toMatchObject({ code: 'BROKER_INBOX_FULL' });
      await expect(send('ROUND_ROBIN')).rejects.toMatchObject({ code: 'BROKER_INBOX_FULL' });
      await expect(send('OFFER')).rejects.toMatchObject({ code: 'BROKER_NO_OFFER' });
      add('free');
      expect(await answeredBy(2)).toEqual(['free', 'free']);
      opened.resolve(null);
      await Promise.all(held);
    });
  });

  describe('to all', () => {
    it('collects the answer of each matching worker, errors among them [BR-2]', async () => {
      add('a', () => 1);
      add('b', () => {
        throw new Error('not today');
      });
      add('c', () => 3);
      add('other', echo, { type: 'other' });
      const { answers } = await send('BROADCAST', { type: 'test' });
      expect(answers).toEqual([
        { workerId: 'a', ok: true, result: 1 },
        { workerId: 'b', ok: false, error: expect.objectContaining({ code: 'BROKER_MESSAGE_FAILED' }) },
        { workerId: 'c', ok: true, result: 3 },
      ]);
    });

    it('waits for nobody beyond the time, and gives the answers that came [BR-2, BR-3]', async () => {
      add('quick', () => 1);
      add('never', forever);
      const { answers } = await send('BROADCAST', { timeoutMs: 100 });
      expect(answers).toEqual([
        { workerId: 'quick', ok: true, result: 1 },
        { workerId: 'never', ok: false, error: expect.objectContaining({ code: 'BROKER_TIMEOUT' }) },
      ]);
    });
  });

  describe('by offer', () => {
    const bids = (etaMs: number, cost = 0) => ({ offer: () => Promise.resolve({ etaMs, cost, load: 0 }) });

    it('assigns the best bid, and falls back to the next where that worker is lost before it began [BR-2]', async () => {
      add('dear', echo, bids(1, 9));
      add('best', echo, bids(1, 1));
      add('slow', echo, bids(50));
      add('declines', echo, { offer: () => Promise.resolve(null) });
      add('broken', echo, { offer: () => Promise.reject(new Error('no')) });
      add('silent', echo, { offer: () => new Promise(() => undefined) });
      expect((await send('OFFER')).answers[0]?.workerId).toBe('best');
      await broker.unregister('best');
      expect((await send('OFFER')).answers[0]?.workerId).toBe('dear');
    });

    it('takes the worker that is free before one that has to be waited for [BR-2]', async () => {
      const opened = Promise.withResolvers<null>();
      const busy = add('busy', (payload) => (payload === 'wait' ? opened.promise : payload));
      add('idle');
      for (const target of ['busy', 'idle']) await send('DIRECT', { target });
      const held = send('DIRECT', { target: 'busy', payload: 'wait' });
      while (busy.handling === 0) await new Promise((resolve) => setImmediate(resolve));
      expect((await send('OFFER')).answers[0]?.workerId).toBe('idle');
      opened.resolve(null);
      await held;
    });

    it('goes to the next when the worker with the best bid is lost with the message in its inbox [BR-2, BR-3]', async () => {
      add('stuck', forever, bids(0));
      const held = expect(send('DIRECT', { target: 'stuck', timeoutMs: 5000 })).rejects.toMatchObject({
        code: 'BROKER_WORKER_LOST',
      });
      add('next', () => 'done', bids(9));
      const answer = send('OFFER');
      while (broker.get('stuck').waiting === 0) await new Promise((resolve) => setImmediate(resolve));
      await broker.unregister('stuck', 'abort');
      expect((await answer).answers).toEqual([{ workerId: 'next', ok: true, result: 'done' }]);
      await held;
    });
  });

  describe('errors', () => {
    it('tell apart: nobody matches, unknown worker, no target, a target too many [BR-3]', async () => {
      await expect(send('ROUND_ROBIN', { type: 'x' })).rejects.toMatchObject({ code: 'BROKER_NO_WORKER' });
      await expect(send('BROADCAST')).rejects.toMatchObject({ code: 'BROKER_NO_WORKER' });
      await expect(send('OFFER')).rejects.toMatchObject({ code: 'BROKER_NO_WORKER' });
      await expect(send('DIRECT', { target: 'x' })).rejects.toMatchObject({ code: 'BROKER_WORKER_UNKNOWN' });
      await expect(send('DIRECT')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(send('OFFER', { target: 'x' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('refuse an answer that comes too late, and record it [BR-3]', async () => {
      const opened = Promise.withResolvers<string>();
      add('slow', () => opened.promise);
      const error = (await send('DIRECT', { target: 'slow', timeoutMs: 50 }).catch((cause: unknown) => cause)) as {
        code: string;
        details: { messageId: string };
      };
      expect(error.code).toBe('BROKER_TIMEOUT');
      opened.resolve('late');
      const types = async () => (await recorded(error.details.messageId)).map(([type]) => type);
      while (!(await types()).includes('MESSAGE_ANSWER_REFUSED')) await new Promise((resolve) => setImmediate(resolve));
      expect(await types()).not.toContain('MESSAGE_ANSWERED');
    });

    it('send a message on from a lost worker only if it is marked repeatable, or had not begun [BR-3]', async () => {
      const handled: string[] = [];
      const stuck = (id: string) => add(id, (_payload, context) => (handled.push(id), forever(_payload, context)));
      const lose = async (id: string) => {
        while (!handled.includes(id)) await new Promise((resolve) => setImmediate(resolve));
        await broker.unregister(id, 'abort');
      };
      stuck('a');
      const once = expect(send('ROUND_ROBIN')).rejects.toMatchObject({ code: 'BROKER_WORKER_LOST', begun: true });
      add('spare', () => 'spare');
      await lose('a');
      await once;
      await broker.unregister('spare');
      stuck('b');
      const again = send('ROUND_ROBIN', { repeatable: true });
      add('spare', () => 'spare');
      await lose('b');
      expect((await again).answers).toEqual([{ workerId: 'spare', ok: true, result: 'spare' }]);
      expect(handled).toEqual(['a', 'b']);
    });

    it('never send a message to anybody twice without leave, whichever workers are lost when [BR-3]', async () => {
      const schedule = fc.record({
        repeatable: fc.boolean(),
        strategy: fc.constantFrom<Strategy>('ROUND_ROBIN', 'OFFER'),
        lost: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
      });
      await fc.assert(
        fc.asyncProperty(schedule, async ({ repeatable, strategy, lost }) => {
          const begun: string[] = [];
          lost.forEach((isLost, index) => {
            const id = `w${index}`;
            add(id, (payload, context) => {
              begun.push(id);
              if (!isLost) return 'done';
              void broker.unregister(id, 'abort');
              return forever(payload, context);
            });
          });
          const outcome = await send(strategy, { repeatable }).then(
            () => 'done',
            (error: unknown) => (error as { code: string }).code,
          );
          const firstAlive = lost.indexOf(false);
          if (!repeatable) expect(begun).toHaveLength(1);
          expect(new Set(begun).size).toBe(begun.length);
          const answers = repeatable ? firstAlive >= 0 : !lost[0];
          expect(outcome).toBe(answers ? 'done' : 'BROKER_WORKER_LOST');
          await Promise.all(broker.list().map(({ id }) => broker.unregister(id, 'abort')));
        }),
        { numRuns: 30 },
      );
    });
  });

  describe('the record', () => {
    it('has every fact of a message in order, on disk before what follows from it is done [BR-5]', async () => {
      const seen: string[] = [];
      add('one', async (_payload, { messageId, progress }) => {
        seen.push(...(await recorded(messageId)).map(([type]) => type));
        progress({ percent: 50 });
        return 1;
      });
      const { messageId } = await send('ROUND_ROBIN', { payload: 'x', repeatable: true });
      expect(seen).toEqual(['MESSAGE_SENT', 'MESSAGE_ASSIGNED']);
      const facts = await recorded(messageId);
      expect(facts.map(([type]) => type).sort()).toEqual([
        'MESSAGE_ANSWERED',
        'MESSAGE_ASSIGNED',
        'MESSAGE_PROGRESS',
        'MESSAGE_SENT',
      ]);
      expect(facts[0]?.[1]).toMatchObject({ payload: 'x', repeatable: true, strategy: 'ROUND_ROBIN' });
      expect(facts[1]?.[1]).toMatchObject({ workerId: 'one', attempt: 1 });
    });

    it('says of a failed message which worker failed, why, and that no answer comes', async () => {
      add('one', () => {
        throw new Error('broken');
      });
      await send('ROUND_ROBIN').catch(() => undefined);
      const [last] = await log.events.readAll({ after: (await log.events.lastSequence()) - 1 });
      const facts = await recorded(last?.taskId ?? '');
      expect(facts.slice(2)).toEqual([
        ['MESSAGE_FAILED', expect.objectContaining({ workerId: 'one', code: 'HANDLER_FAILED', reason: 'broken' })],
        ['MESSAGE_FAILED', expect.objectContaining({ workerId: null, code: 'HANDLER_FAILED', reason: 'broken' })],
      ]);
    });

    it('keeps nothing of a message that can go nowhere', async () => {
      const before = await log.events.lastSequence();
      await send('ROUND_ROBIN').catch(() => undefined);
      await send('DIRECT', { target: 'nobody' }).catch(() => undefined);
      expect(await log.events.lastSequence()).toBe(before);
    });
  });
});
