import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BrokerBench, echo, forever } from '../../test/support/broker-bench.ts';
import { type EventLog, eventLog } from '../../test/support/event-log.ts';
import type { EventStore } from '../events/index.ts';
import { StoreUnavailableError } from '../storage/index.ts';
import { Broker } from './broker.ts';
import type { Strategy } from './message.ts';
import { LocalWorker } from './worker.local.ts';

describe('what becomes of a message', () => {
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

  describe('errors', () => {
    it('tell apart: nobody matches, unknown worker, no target, a target too many [BR-3]', async () => {
      await expect(bench.send('ROUND_ROBIN', { type: 'x' })).rejects.toMatchObject({ code: 'BROKER_NO_WORKER' });
      await expect(bench.send('BROADCAST')).rejects.toMatchObject({ code: 'BROKER_NO_WORKER' });
      await expect(bench.send('OFFER')).rejects.toMatchObject({ code: 'BROKER_NO_WORKER' });
      await expect(bench.send('DIRECT', { target: 'x' })).rejects.toMatchObject({ code: 'BROKER_WORKER_UNKNOWN' });
      await expect(bench.send('DIRECT')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
      await expect(bench.send('OFFER', { target: 'x' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    });

    it('refuse an answer that comes too late, and record it [BR-3]', async () => {
      const opened = Promise.withResolvers<string>();
      let hasBegun = false;
      bench.add('slow', () => ((hasBegun = true), opened.promise));
      let error = { code: '', details: { messageId: '' } };
      // On a busy machine the time may be up before the worker has the message at all.
      for (let timeoutMs = 50; !hasBegun; timeoutMs *= 2) {
        const dispatched = bench.send('DIRECT', { target: 'slow', timeoutMs });
        error = (await dispatched.catch((cause: unknown) => cause)) as typeof error;
      }
      expect(error.code).toBe('BROKER_TIMEOUT');
      opened.resolve('late');
      const types = async () => (await bench.recorded(error.details.messageId)).map(([type]) => type);
      while (!(await types()).includes('MESSAGE_ANSWER_REFUSED')) await new Promise((resolve) => setImmediate(resolve));
      expect(await types()).not.toContain('MESSAGE_ANSWERED');
    });

    it('send a message on from a lost worker only if it is marked repeatable, or had not begun [BR-3]', async () => {
      const handled: string[] = [];
      const stuck = (id: string) =>
        bench.add(id, (_payload, context) => (handled.push(id), forever(_payload, context)));
      const lose = async (id: string) => {
        while (!handled.includes(id)) await new Promise((resolve) => setImmediate(resolve));
        await bench.broker.unregister(id, 'abort');
      };
      stuck('a');
      const once = expect(bench.send('ROUND_ROBIN')).rejects.toMatchObject({ code: 'BROKER_WORKER_LOST', begun: true });
      bench.add('spare', () => 'spare');
      await lose('a');
      await once;
      await bench.broker.unregister('spare');
      stuck('b');
      const again = bench.send('ROUND_ROBIN', { repeatable: true });
      bench.add('spare', () => 'spare');
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
            bench.add(id, (payload, context) => {
              begun.push(id);
              if (!isLost) return 'done';
              void bench.broker.unregister(id, 'abort');
              return forever(payload, context);
            });
          });
          const outcome = await bench.send(strategy, { repeatable }).then(
            () => 'done',
            (error: unknown) => (error as { code: string }).code,
          );
          const firstAlive = lost.indexOf(false);
          if (!repeatable) expect(begun).toHaveLength(1);
          expect(new Set(begun).size).toBe(begun.length);
          const answers = repeatable ? firstAlive >= 0 : !lost[0];
          expect(outcome).toBe(answers ? 'done' : 'BROKER_WORKER_LOST');
          await Promise.all(bench.broker.list().map(({ id }) => bench.broker.unregister(id, 'abort')));
        }),
        { numRuns: 30 },
      );
    });
  });

  describe('the record', () => {
    it('has every fact of a message in order, on disk before what follows from it is done [BR-5]', async () => {
      const seen: string[] = [];
      bench.add('one', async (_payload, { messageId, progress }) => {
        seen.push(...(await bench.recorded(messageId)).map(([type]) => type));
        progress({ percent: 50 });
        return 1;
      });
      const { messageId } = await bench.send('ROUND_ROBIN', { payload: 'x', repeatable: true });
      expect(seen).toEqual(['MESSAGE_SENT', 'MESSAGE_ASSIGNED']);
      const facts = await bench.recorded(messageId);
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
      bench.add('one', () => {
        throw new Error('broken');
      });
      await bench.send('ROUND_ROBIN').catch(() => undefined);
      const [last] = await bench.log.events.readAll({ after: (await bench.log.events.lastSequence()) - 1 });
      const facts = await bench.recorded(last?.taskId ?? '');
      expect(facts.slice(2)).toEqual([
        ['MESSAGE_FAILED', expect.objectContaining({ workerId: 'one', code: 'HANDLER_FAILED', reason: 'broken' })],
        ['MESSAGE_FAILED', expect.objectContaining({ workerId: null, code: 'HANDLER_FAILED', reason: 'broken' })],
      ]);
    });

    it('tells a log that cannot be written as what it is, and not as a failing of the worker [BR-3]', async () => {
      const events = Object.assign(Object.create(bench.log.events) as EventStore, {
        append: (...given: Parameters<EventStore['append']>) =>
          given[1][0]?.eventType === 'MESSAGE_ANSWERED'
            ? Promise.reject(new StoreUnavailableError('log', 'diskFull', 'a test'))
            : bench.log.events.append(...given),
      });
      const broken = new Broker({ events, report: () => undefined });
      broken.register(new LocalWorker({ id: 'one', type: 'test', handler: echo }));
      await expect(broken.dispatch({ strategy: 'ROUND_ROBIN', payload: 1 })).rejects.toBeInstanceOf(
        StoreUnavailableError,
      );
      await broken.close();
    });

    it('keeps nothing of a message that can go nowhere', async () => {
      const before = await bench.log.events.lastSequence();
      await bench.send('ROUND_ROBIN').catch(() => undefined);
      await bench.send('DIRECT', { target: 'nobody' }).catch(() => undefined);
      expect(await bench.log.events.lastSequence()).toBe(before);
    });
  });
});
