import { beforeEach, describe, expect, it } from '@jest/globals';
import type { EventDraft, EventType } from './event.ts';
import type { EventStore, ReadOptions } from './event-store.ts';
import { said, type StoreUnderTest, words } from './store-under-test.contract.ts';

/** What every adapter answers when it is read. */
export function readContract(current: () => StoreUnderTest): void {
  let subject: StoreUnderTest;
  let store: EventStore;

  beforeEach(() => {
    subject = current();
    store = subject.store;
  });

  const at = (second: number) => new Date(Date.UTC(2020, 0, 1, 0, 0, second)).toISOString();

  describe('reading', () => {
    it('answers nothing for what is not there, without an error [EV-24]', async () => {
      expect(await store.getEvents('nobody')).toEqual([]);
      expect(await store.readAll({ after: 0 })).toEqual([]);
      expect(await store.streams()).toEqual([]);
      expect(await store.latestVersion('nobody')).toBe(0);
      expect(await store.head('nobody')).toBeNull();
      expect(await store.lastSequence()).toBe(0);
      expect(await store.findEvent('01990000-0000-7000-8000-000000000001')).toBeNull();
    });

    it('filters by position, type and count, in both directions [EV-24]', async () => {
      await store.append('other', [said('not mine')]);
      await store.append('a', [said('1'), { eventType: 'TASK_STARTED', data: { brain: 'x' } }, said('3'), said('4')]);
      expect(words(await store.getEvents('a', { afterSequence: 2 }))).toEqual(['3', '4']);
      expect(words(await store.getEvents('a', { types: ['USER_INTERVENTION'] }))).toEqual(['1', '3', '4']);
      expect(await store.getEvents('a', { types: [] })).toEqual([]);
      expect(words(await store.getEvents('a', { types: ['USER_INTERVENTION'], limit: 2 }))).toEqual(['1', '3']);
      expect(await store.getEvents('a', { limit: 0 })).toEqual([]);
      expect(words(await store.getEvents('a', { direction: 'backwards', limit: 2 }))).toEqual(['4', '3']);
      expect(words(await store.getEvents('a', { direction: 'backwards', afterSequence: 2, until: 3 }))).toEqual(['3']);
      expect(await store.getEvents('a', { afterSequence: 4 })).toEqual([]);
    });

    it('shows a stream as it was at a position or a moment, without holes [EV-24]', async () => {
      const drafts = [1, 2, 2, 9, 3].map((second, index) => said(`${index + 1}`, { timestamp: at(second) }));
      await store.append('a', drafts);
      expect(words(await store.getEvents('a', { until: 2 }))).toEqual(['1', '2']);
      expect(words(await store.getEvents('a', { until: at(2) }))).toEqual(['1', '2', '3']);
      // The last event is older than the one before it, but was not there before it.
      expect(words(await store.getEvents('a', { until: at(5) }))).toEqual(['1', '2', '3']);
      expect(words(await store.getEvents('a', { until: at(9) }))).toEqual(['1', '2', '3', '4', '5']);
      expect(await store.getEvents('a', { until: at(0) })).toEqual([]);
      expect(await store.getEvents('a', { until: 0 })).toEqual([]);
    });

    it('shows a long stream as it was at a moment about as fast as it is now [EV-24]', async () => {
      const drafts = Array.from({ length: 6000 }, (_, index) => said(`${index}`, { timestamp: at(index % 50) }));
      await store.append('long', drafts);
      const timed = async (options: ReadOptions) => {
        const started = process.cpuUsage();
        expect(await store.getEvents('long', options)).toHaveLength(6000);
        return process.cpuUsage(started).user;
      };
      const plain = await timed({});
      // A search of the whole stream for each of its events would take fifty times as long.
      expect(await timed({ until: at(50) })).toBeLessThan(10 * plain);
    });

    it.each([
      { afterSequence: -1 },
      { afterSequence: 1.5 },
      { afterSequence: NaN },
      { limit: -1 },
      { until: -1 },
      { until: 'tomorrow' },
      { direction: 'sideways' as 'forwards' },
    ])('refuses %j [EV-24]', async (options) => {
      await expect(store.getEvents('a', options)).rejects.toMatchObject({
        kind: 'invalid',
        issues: [{ path: Object.keys(options)[0] }],
      });
    });

    it('refuses a wrong position in the log [EV-24]', async () => {
      await expect(store.readAll({ after: -1 })).rejects.toThrow(/after: -1/);
      expect(() => store.subscribe({ after: 0.5 })).toThrow(/after: 0.5/);
    });

    it('reads streams longer than a page, and the log page by page [EV-24]', async () => {
      const drafts = Array.from({ length: 2500 }, (_, index) => said(`${index + 1}`));
      const stored = await store.append('long', drafts);
      expect(await store.getEvents('long')).toEqual(stored);
      expect(words(await store.getEvents('long', { direction: 'backwards', limit: 1500 }))).toEqual(
        words(stored.toReversed().slice(0, 1500)),
      );
      let count = 0;
      for await (const event of store.read('long', { afterSequence: 10 })) {
        count += 1;
        expect(event.streamSequence).toBe(10 + count);
        if (count === 1200) break;
      }
      const page = await store.readAll({ after: 0 });
      expect(page).toHaveLength(1000);
      expect((await store.readAll({ after: 999, limit: 3 })).map((event) => event.sequenceNumber)).toEqual([
        1000, 1001, 1002,
      ]);
    });

    it('reads of the whole log only the types asked for, in commit order and after a position [EV-24]', async () => {
      const over: EventDraft = { eventType: 'TASK_CANCELLED', data: { by: 'ada', reason: 'done' } };
      await store.append('a', [said('1'), over]);
      await store.append('b', [over, said('2')]);
      const of = async (...types: EventType[]) =>
        (await store.readAll({ after: 1, types })).map(({ taskId, eventType }) => [taskId, eventType]);
      expect(await of('TASK_CANCELLED')).toEqual([
        ['a', 'TASK_CANCELLED'],
        ['b', 'TASK_CANCELLED'],
      ]);
      expect(await of(over.eventType, said('').eventType)).toHaveLength(3);
      expect(await of('TASK_FAILED')).toEqual([]);
      expect(await of()).toEqual([]);
      expect(await store.readAll({ after: 2, limit: 1, types: ['TASK_CANCELLED'] })).toMatchObject([{ taskId: 'b' }]);
    });

    it('leaves out the data that nobody asks for, small and large, and nothing else [EV-24, EV-40]', async () => {
      const wanted: EventDraft = { eventType: 'TASK_STARTED', data: { brain: 'b'.repeat(20_000) } };
      const stored = await store.append('a', [wanted, said('small'), said('x'.repeat(20_000))]);
      const [first, ...others] = await store.getEventsWithDataOf('a', ['TASK_STARTED']);
      expect(first).toEqual(stored[0]);
      expect(others).toEqual(stored.slice(1).map((event) => ({ ...event, data: {} })));
      expect(await store.getEventsWithDataOf('a', [], { limit: 1 })).toEqual([{ ...stored[0], data: {} }]);
    });

    it('answers all of a stream whose events are too large for one page [EV-24, EV-31]', async () => {
      const drafts = Array.from({ length: 200 }, (_, index) => said(String(index % 10).repeat(60_000)));
      const stored = await store.append('large', drafts);
      expect(await store.getEvents('large')).toEqual(stored);
      const newest = await store.getEvents('large', { direction: 'backwards', limit: 199 });
      expect(newest).toEqual(stored.slice(1).reverse());
      // 8 MiB of them, and not the default of 1,000.
      expect(await store.readAll({ after: 0 })).toHaveLength(140);
      expect(await store.verify('large')).toEqual({ intact: true, events: 200 });
    });

    it('lets the event loop run between the pages of a long stream, and of the log [EV-24, EV-31]', async () => {
      await store.append(
        'long',
        Array.from({ length: 3000 }, (_, index) => said(`${index}`)),
      );
      const readLog = async () => {
        let page = await store.readAll({ after: 0, limit: 500 });
        while (page.length === 500) page = await store.readAll({ after: page.at(-1)?.sequenceNumber ?? 0, limit: 500 });
      };
      expect(await turnsDuring(() => store.getEvents('long'))).toBeGreaterThanOrEqual(2);
      expect(await turnsDuring(readLog)).toBeGreaterThanOrEqual(5);
    });

    it('lists streams in pages, where each stands [EV-24]', async () => {
      for (const taskId of ['c', 'a', 'b']) await store.append(taskId, [said('1'), said('2', { codeVersion: 2 })]);
      const head = (taskId: string) => ({ taskId, streamSequence: 2, codeVersion: 2 });
      expect(await store.streams()).toEqual(['a', 'b', 'c'].map(head));
      expect(await store.streams({ limit: 2 })).toEqual(['a', 'b'].map(head));
      expect(await store.streams({ afterTaskId: 'b' })).toEqual([head('c')]);
      expect(await store.head('a')).toEqual(head('a'));
    });

    it('finds an event by its id [EV-24]', async () => {
      const [, second] = await store.append('a', [said('1'), said('2')]);
      expect(await store.findEvent(second?.eventId ?? '')).toEqual(second);
    });
  });
}

/** How often the event loop came round meanwhile. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  const count = () => {
    turns += 1;
    next = setImmediate(count);
  };
  let next = setImmediate(count);
  await work();
  clearImmediate(next);
  return turns;
}
