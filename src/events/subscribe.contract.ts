import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { processorTime } from '../../test/support/processor-time.ts';
import type { StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import { said, type StoreUnderTest, words } from './store-under-test.contract.ts';

/** What every adapter does for those who follow the log. */
export function subscribeContract(current: () => StoreUnderTest): void {
  let subject: StoreUnderTest;
  let store: EventStore;

  beforeEach(() => {
    subject = current();
    store = subject.store;
  });

  /** Follows until `count` events have come. */
  async function take(batches: AsyncIterable<readonly StoredEvent[]>, count: number): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    if (count === 0) return events;
    for await (const batch of batches) {
      events.push(...batch);
      if (events.length >= count) return events;
    }
    return events;
  }

  /** 200 appends to a new stream, and a reader that follows it. */
  async function following(): Promise<void> {
    const taskId = randomUUID();
    const read = take(store.subscribe({ taskId, after: 0 }), 200);
    for (let index = 0; index < 200; index++) await store.append(taskId, [said(`${index}`)]);
    expect(await read).toHaveLength(200);
  }

  describe('subscribing', () => {
    it('yields what is stored, then what comes, from a position on [EV-28]', async () => {
      await store.append('a', [said('1'), said('2')]);
      const following = take(store.subscribe({ after: 1 }), 3);
      await store.append('b', [said('3')]);
      await store.append('a', [said('4')]);
      expect(words(await following)).toEqual(['2', '3', '4']);
    });

    it('yields one stream by its own positions [EV-28]', async () => {
      await store.append('a', [said('1'), said('2')]);
      const following = take(store.subscribe({ taskId: 'a', after: 1 }), 2);
      await store.append('b', [said('not mine')]);
      await store.append('a', [said('3')]);
      expect(words(await following)).toEqual(['2', '3']);
    });

    it('hands stored and live events over once and in order, whenever somebody joins [EV-28]', async () => {
      let written = 0;
      const foreign = await subject.another();
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.record({ events: fc.integer({ min: 1, max: 5 }), join: fc.boolean(), foreign: fc.boolean() }), {
            minLength: 1,
            maxLength: 25,
          }),
          async (steps) => {
            const start = written;
            const total = steps.reduce((sum, { events }) => sum + events, 0);
            const followers: Promise<StoredEvent[]>[] = [take(store.subscribe({ after: start }), total)];
            const appends: Promise<unknown>[] = [];
            for (const { events, join, foreign: elsewhere } of steps) {
              const drafts = Array.from({ length: events }, () => said('x'));
              appends.push((elsewhere ? foreign : store).append(`t${events}`, drafts));
              if (join) followers.push(take(store.subscribe({ after: start }), total));
              await Promise.resolve();
            }
            written += total;
            await Promise.all(appends);
            const expected = Array.from({ length: total }, (_, index) => start + index + 1);
            for (const seen of await Promise.all(followers)) {
              expect(seen.map((event) => event.sequenceNumber)).toEqual(expected);
            }
          },
        ),
        { numRuns: 10 },
      );
    });

    it('hands over what this process appends without reading it again [EV-28]', async () => {
      const appended = [
        ...(await store.append('a', [said('1'), said('2')])),
        ...(await store.append('b', [said('3')])),
      ];
      const ofAll = await take(store.subscribe({ after: 0 }), 3);
      const ofTask = await take(store.subscribe({ taskId: 'a', after: 1 }), 1);
      ofAll.forEach((event, index) => expect(event).toBe(appended[index]));
      expect(ofTask[0]).toBe(appended[1]);
      expect(await store.readAll({ after: 0 })).toEqual(appended);
    });

    it('sees what another process has appended [EV-28]', async () => {
      const other = await subject.another();
      const following = take(store.subscribe({ after: 0 }), 2);
      const ofTask = take(store.subscribe({ taskId: 'a', after: 0 }), 1);
      await other.append('a', [said('1')]);
      await other.append('b', [said('2')]);
      expect(words(await following)).toEqual(['1', '2']);
      expect(words(await ofTask)).toEqual(['1']);
    });

    it('sees what another process has appended between an event and its repetition here [EV-28]', async () => {
      const other = await subject.another();
      const repeated = said('1', { eventId: '01990000-0000-7000-8000-000000000001' });
      const following = take(store.subscribe({ taskId: 'b', after: 0 }), 1);
      await other.append('a', [repeated]);
      await other.append('b', [said('2')]);
      await store.append('a', [repeated, said('3')]);
      expect(words(await following)).toEqual(['2']);
    });

    it('lets a slow reader catch up from the store in batches of at most 500 [EV-28]', async () => {
      const sizes: number[] = [];
      const events: StoredEvent[] = [];
      const subscription = store.subscribe({ after: 0 });
      await store.append('a', [said('first')]);
      for await (const batch of subscription) {
        // While it is busy with this batch, more comes than one batch can hold.
        if (events.length === 0)
          await store.append(
            'a',
            Array.from({ length: 1200 }, (_, index) => said(`${index}`)),
          );
        sizes.push(batch.length);
        events.push(...batch);
        if (events.length === 1201) break;
      }
      expect(Math.max(...sizes)).toBe(500);
      expect(events.map((event) => event.sequenceNumber)).toEqual(events.map((_, index) => index + 1));
    });

    it('ends at once when it is aborted, waiting or not [EV-28]', async () => {
      const abort = new AbortController();
      const waiting = take(store.subscribe({ after: 0, signal: abort.signal }), 1);
      const ofTask = take(store.subscribe({ taskId: 'a', after: 0, signal: abort.signal }), 1);
      await new Promise(setImmediate);
      abort.abort();
      expect(await waiting).toEqual([]);
      expect(await ofTask).toEqual([]);
      await store.append('a', [said('1')]);
      expect(await take(store.subscribe({ after: 0, signal: AbortSignal.abort() }), 1)).toEqual([]);
    });

    it('ends when its reader asks it to while it waits [EV-28]', async () => {
      const iterator = store.subscribe({ after: 0 })[Symbol.asyncIterator]();
      const waiting = iterator.next();
      await new Promise(setImmediate);
      await iterator.return?.();
      expect(await waiting).toEqual({ done: true, value: undefined });
    });

    it('wakes only who is concerned, among thousands of idle ones [EV-28]', async () => {
      const alone = await processorTime(0, following);
      const abort = new AbortController();
      const idle = Array.from({ length: 3000 }, (_, index) =>
        take(store.subscribe({ taskId: `idle-${index}`, after: 0, signal: abort.signal }), 1),
      );
      // Each of them has looked once and waits by the time that one who came after them has its first event.
      await store.append('last', [said('1')]);
      expect(await take(store.subscribe({ taskId: 'last', after: 0 }), 1)).toHaveLength(1);
      // Polled once for each subscriber and append it would be 600,000 reads.
      expect(await processorTime(5 * alone, following)).toBeLessThan(5 * alone);
      abort.abort();
      expect((await Promise.all(idle)).flat()).toEqual([]);
    });
  });
}
