import { beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EventStore } from './event-store.ts';
import { said, type StoreUnderTest } from './store-under-test.contract.ts';
import { happensBefore } from './vector-clock.ts';

/** What every adapter accepts and refuses, and what it makes of it. */
export function acceptContract(current: () => StoreUnderTest): void {
  let subject: StoreUnderTest;
  let store: EventStore;

  beforeEach(() => {
    subject = current();
    store = subject.store;
  });

  /** A draft as it may come from outside the compiler's reach. */
  const odd = (more: object) => ({ ...said('x'), ...more });

  describe('accepting', () => {
    it('gives an event every field [EV-2]', async () => {
      const [root] = await store.append('a', [said('1')]);
      const [next] = await store.append('a', [said('2', { codeVersion: 3 })], { causationId: root?.eventId ?? null });
      expect(root).toEqual({
        eventId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        taskId: 'a',
        eventType: 'USER_INTERVENTION',
        timestamp: new Date(subject.now).toISOString(),
        sequenceNumber: 1,
        streamSequence: 1,
        vectorClock: { [subject.processId]: 1 },
        causationId: null,
        correlationId: root?.eventId,
        data: { guidance: '1', by: 'tester' },
        codeVersion: 0,
      });
      expect(next).toMatchObject({
        causationId: root?.eventId,
        correlationId: root?.eventId,
        codeVersion: 3,
        vectorClock: { [subject.processId]: 2 },
      });
      const [last] = await store.append('a', [said('3')], { correlationId: 'batch-7' });
      expect(last).toMatchObject({ codeVersion: 3, correlationId: 'batch-7' });
      expect(await store.latestVersion('a')).toBe(3);
    });

    it.each([
      ['eventId', odd({ eventId: 'not-a-uuid' }), /eventId: "not-a-uuid" is not a UUID/],
      ['eventId', odd({ eventId: '' }), /eventId: "" is not a UUID/],
      ['timestamp', odd({ timestamp: 'yesterday' }), /timestamp: "yesterday" is not a time in ISO 8601/],
      ['timestamp', odd({ timestamp: '2026-02-30T00:00:00Z' }), /timestamp: .* is not a time/],
      ['timestamp', odd({ timestamp: '9999-01-01T00:00:00Z' }), /timestamp: .* ms in the future, at most 60000/],
      ['codeVersion', odd({ codeVersion: -1 }), /codeVersion: -1 is not an integer of at least 0/],
      ['codeVersion', odd({ codeVersion: 1.5 }), /codeVersion: 1.5/],
      ['causationId', odd({ causationId: 'x' }), /causationId: "x" is not a UUID/],
      ['vectorClock', odd({ vectorClock: [] }), /vectorClock: is not a map/],
      ['vectorClock', odd({ vectorClock: { p: -1 } }), /vectorClock\.p: -1 is not an integer/],
      ['vectorClock', odd({ vectorClock: { p: 2 ** 53 } }), /vectorClock\.p: 9007199254740992/],
      ['vectorClock', odd({ vectorClock: { p: '1' } }), /vectorClock\.p: "1"/],
      ['data', odd({ data: null }), /data: is not an object/],
      ['data', odd({ data: { f: () => 1 } }), /data\.f: a function is not JSON/],
      ['data', odd({ data: { n: 1n } }), /data\.n: a bigint is not JSON/],
      ['data', odd({ data: { n: NaN } }), /data\.n: NaN is not a JSON number/],
      ['data', odd({ data: { list: [undefined] } }), /data\.list\[0\]: undefined inside an array/],
      ['data', odd({ data: { at: new Date(0) } }), /data\.at: is a class instance/],
      ['eventType', odd({ eventType: 'lower' }), /eventType: is not an UPPER_SNAKE name/],
    ])('refuses a wrong %s and says what is wrong [EV-4]', async (_field, draft, message) => {
      await expect(store.append('a', [said('good'), draft])).rejects.toThrow(message);
      await expect(store.append('a', [draft])).rejects.toMatchObject({ code: 'EVENTS_INVALID', kind: 'invalid' });
      expect(await store.lastSequence()).toBe(0);
    });

    it.each([
      ['', /is empty/],
      ['x'.repeat(1000), /is 1000 bytes long, at most 256/],
      ['é'.repeat(129), /is 258 bytes long/],
      ['a\u0000b', /control character/],
      ['a\nb', /control character/],
      ['a\ud800b', /surrogate/],
      [7 as unknown as string, /is a number, not a string/],
      [null as unknown as string, /is null, not a string/],
    ])('refuses the task id %j [EV-4, EV-31]', async (taskId, message) => {
      await expect(store.append(taskId, [said('x')])).rejects.toThrow(message);
    });

    it('refuses a cycle without running code of the data [EV-4]', async () => {
      let ran = false;
      const cycle: Record<string, unknown> = {};
      cycle.self = cycle;
      await expect(store.append('a', [odd({ data: cycle })])).rejects.toThrow(/refers back to itself/);
      const getter = {
        get secret() {
          ran = true;
          return 1;
        },
      };
      await expect(store.append('a', [odd({ data: getter })])).rejects.toThrow(/is a getter/);
      const withToJson = { toJSON: () => (ran = true) };
      await expect(store.append('a', [odd({ data: withToJson })])).rejects.toThrow(/toJSON: a function/);
      expect(ran).toBe(false);
    });

    it('names everything that is wrong at once [EV-4]', async () => {
      const append = store.append('', [said('x'), odd({ eventId: '1', codeVersion: -1 })], { expectedSequence: -2 });
      await expect(append).rejects.toMatchObject({
        issues: [
          { path: 'taskId' },
          { path: 'expectedSequence' },
          { path: '[1].eventId' },
          { path: '[1].codeVersion' },
        ],
      });
    });

    it('takes empty data and clocks, null causes and times just within the skew [EV-5]', async () => {
      const soon = new Date(subject.now + 60_000).toISOString();
      const [event] = await store.append('a', [odd({ data: {}, vectorClock: {}, causationId: null, timestamp: soon })]);
      expect(event).toMatchObject({ data: {}, causationId: null, timestamp: soon });
    });

    it('takes data up to the limit and names both sizes above it [EV-5]', async () => {
      const sized = (bytes: number) =>
        odd({ data: { text: 'é'.repeat((bytes - 11) / 2) + 'x'.repeat((bytes - 11) % 2) } });
      const [event] = await store.append('a', [sized(65_535)]);
      expect(Buffer.byteLength(JSON.stringify(event?.data))).toBe(65_535);
      expect(await store.getEvents('a')).toEqual([event]);
      await expect(store.append('a', [sized(65_537)])).rejects.toThrow(/65537 bytes of JSON, more than the 65536/);
      await expect(store.append('a', [sized(65_537)])).rejects.toMatchObject({
        code: 'EVENTS_TOO_LARGE',
        kind: 'limit',
      });
    });

    it('takes two spellings of an id for one stream, everywhere [EV-5]', async () => {
      const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
      await store.append(composed, [said('1')]);
      const [second] = await store.append(decomposed, [said('2')], { expectedSequence: 1 });
      expect(second).toMatchObject({ taskId: composed, streamSequence: 2 });
      expect(await store.getEvents(decomposed)).toHaveLength(2);
      expect((await store.head(decomposed))?.taskId).toBe(composed);
      expect(await store.streams({ afterTaskId: decomposed })).toEqual([]);
      for await (const batch of store.subscribe({ taskId: decomposed, after: 0 })) {
        expect(batch).toHaveLength(2);
        break;
      }
    });

    it.each(['a/b', '..\\..\\etc', '🧵 task', "o'; DROP TABLE events;--", '%2e%2e', ' '])(
      'takes %j as an id, as data [EV-5]',
      async (taskId) => {
        const [event] = await store.append(taskId, [said('x')]);
        expect(await store.getEvents(taskId)).toEqual([event]);
        expect((await store.streams()).map((stream) => stream.taskId)).toEqual([taskId]);
      },
    );

    it('keeps text exactly: every plane of Unicode, NUL and half surrogates inside data [EV-5]', async () => {
      const guidance = 'a\u0000b \ud800 🧵 e\u0301 \u2028 "\\';
      const [event] = await store.append('a', [said(guidance)]);
      expect(event?.data).toEqual({ guidance, by: 'tester' });
      expect((await store.getEvents('a'))[0]).toEqual(event);
    });

    it('freezes what it answers in depth and leaves the caller its own object [EV-3]', async () => {
      const data = { guidance: 'x', by: 'tester', list: [{ deep: 1 }] };
      const answered = await store.append('a', [odd({ data })]);
      data.guidance = 'changed afterwards';
      const read = await store.getEvents('a');
      expect(read).toEqual(answered);
      for (const event of [...answered, ...read]) {
        const open = event as unknown as { taskId: string; vectorClock: { p: number }; data: typeof data };
        expect(open.data.guidance).toBe('x');
        expect(() => (open.taskId = 'b')).toThrow(TypeError);
        expect(() => (open.vectorClock.p = 1)).toThrow(TypeError);
        expect(() => open.data.list.push({ deep: 2 })).toThrow(TypeError);
        expect(() => ((open.data.list[0] ?? { deep: 0 }).deep = 2)).toThrow(TypeError);
      }
    });

    it('says in the clock what the author had seen, and never repeats a counter [EV-10]', async () => {
      const own = subject.processId;
      await store.append('a', [said('1'), said('2')]);
      const [stale] = await store.append('a', [said('3', { vectorClock: { reporter: 4 } })]);
      expect(stale?.vectorClock).toEqual({ reporter: 4, [own]: 3 });
      const [after] = await store.append('a', [said('4')]);
      expect(after?.vectorClock).toEqual({ reporter: 4, [own]: 4 });
      const other = await subject.another();
      const [elsewhere] = await other.append('a', [said('5')]);
      expect(Object.keys(elsewhere?.vectorClock ?? {})).toHaveLength(3);
      expect(elsewhere?.vectorClock).toMatchObject({ reporter: 4, [own]: 4 });
    });

    it('keeps clocks small over many lives of a server, and changes no order by it [EV-13]', async () => {
      const lives = await Promise.all(Array.from({ length: 20 }, () => subject.another()));
      await store.append('a', [said('first')]);
      for (const life of lives) await life.append('a', [said('one'), said('two')]);
      const clockOfNext = async () => (await store.append('a', [said('next')]))[0]?.vectorClock ?? {};
      const deadline = Date.now() + 10_000;
      while (Object.keys(await clockOfNext()).length > 20 && Date.now() < deadline) await nextTurn();
      const events = await store.getEvents('a');
      for (const { vectorClock } of events) expect(Object.keys(vectorClock).length).toBeLessThanOrEqual(20);
      events.forEach((event, index) => {
        const later = events.slice(index + 1).filter((other) => !happensBefore(event.vectorClock, other.vectorClock));
        expect(later).toEqual([]);
      });
      expect(await store.verify('a')).toEqual({ intact: true, events: events.length });
    }, 60_000);
  });
}
