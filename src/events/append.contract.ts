import { beforeEach, describe, expect, it } from '@jest/globals';
import { actingAs, type Actor } from '../kernel/acting.ts';
import type { EventDraft } from './event.ts';
import type { EventStore } from './event-store.ts';
import { said, type StoreUnderTest } from './store-under-test.contract.ts';

/** What every adapter does when it appends. */
export function appendContract(current: () => StoreUnderTest): void {
  let subject: StoreUnderTest;
  let store: EventStore;

  beforeEach(() => {
    subject = current();
    store = subject.store;
  });

  describe('appending', () => {
    it('gives sequences without gaps in commit order and answers what is stored [EV-20, EV-21]', async () => {
      const first = await store.append('a', [said('1'), said('2')]);
      const second = await store.append('b', [said('3')]);
      const third = await store.append('a', [said('4')]);
      const all = [...first, ...second, ...third];
      expect(all.map((event) => event.sequenceNumber)).toEqual([1, 2, 3, 4]);
      expect(all.map((event) => event.streamSequence)).toEqual([1, 2, 1, 3]);
      expect(await store.readAll({ after: 0 })).toEqual(all);
      expect(await store.lastSequence()).toBe(4);
    });

    it('keeps who brought an event in, but not with what only follows from it [PL-5]', async () => {
      const actor: Actor = {
        name: 'ada',
        proof: 'key',
        keyId: 'k',
        role: 'operator',
        door: 'rest',
        correlationId: null,
      };
      const append = () => store.append('a', [said('1', { eventId: id }), { ...said('2'), derived: true }]);
      const id = '01990000-0000-7000-8000-000000000009';
      const [own, follows] = await actingAs(actor, append);
      expect(own?.actor).toEqual(actor);
      expect(follows).not.toHaveProperty('actor');
      await store.append('a', [said('3')]);
      await actingAs(actor, () => store.append('a', [said('4')], { actor: null }));
      await store.append('a', [said('5')], { actor: { ...actor, name: 'bob' } });
      const kept = await store.getEvents('a');
      expect(kept.map((event) => event.actor?.name)).toEqual(['ada', undefined, undefined, undefined, 'bob']);
      expect(kept[0]).toEqual(own);
      // Whoever repeats it: it stays the word of who was first.
      expect(await store.append('a', [said('1', { eventId: id })])).toEqual([own]);
      expect(await store.verify('a')).toMatchObject({ intact: true });
    });

    it('serves 100 callers at once without a gap, a repeat or a mixed stream [EV-21]', async () => {
      const appended = await Promise.all(
        Array.from({ length: 100 }, (_, caller) => store.append(`task-${caller % 7}`, [said(`${caller}`)])),
      );
      const sequences = appended.flat().map((event) => event.sequenceNumber);
      expect(sequences.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
      for (let task = 0; task < 7; task++) {
        const events = await store.getEvents(`task-${task}`);
        expect(events.map((event) => event.streamSequence)).toEqual(events.map((_, index) => index + 1));
        expect(events.every((event) => event.taskId === `task-${task}`)).toBe(true);
      }
    });

    it('lets only one of two writers win the same version, and writes nothing of the other [EV-22]', async () => {
      await store.append('a', [said('0')]);
      const results = await Promise.allSettled([
        store.append('a', [said('left')], { expectedSequence: 1 }),
        store.append('a', [said('right'), said('more')], { expectedSequence: 1 }),
      ]);
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused).toHaveLength(1);
      expect(refused[0]?.reason).toMatchObject({ code: 'EVENTS_STREAM_CONFLICT', expected: 1 });
      const won = results[0].status === 'fulfilled' ? 1 : 2;
      expect(await store.lastSequence()).toBe(1 + won);
      await expect(store.append('new', [said('x')], { expectedSequence: 3 })).rejects.toMatchObject({
        expected: 3,
        actual: 0,
      });
      expect(await store.head('new')).toBeNull();
    });

    it('answers a repeated event with the stored one, whatever has happened since [EV-23]', async () => {
      const draft = said('once', { eventId: '01990000-0000-7000-8000-000000000001' });
      const [stored] = await store.append('a', [draft], { expectedSequence: 0 });
      await store.append('a', [said('later')]);
      expect(await store.append('a', [draft], { expectedSequence: 0 })).toEqual([stored]);
      const reordered = { ...draft, data: { by: 'tester', guidance: 'once' } } as EventDraft;
      expect(await store.append('a', [reordered])).toEqual([stored]);
      expect(await store.lastSequence()).toBe(2);
    });

    it('refuses an event id that stands for something else, stored or in the same batch [EV-23]', async () => {
      const eventId = '01990000-0000-7000-8000-000000000002';
      const reused = { code: 'EVENTS_ID_REUSED', details: { eventId } };
      await expect(store.append('a', [said('x', { eventId }), said('y', { eventId })])).rejects.toMatchObject(reused);
      expect(await store.lastSequence()).toBe(0);
      await store.append('a', [said('x', { eventId })]);
      await expect(store.append('a', [said('other', { eventId })])).rejects.toMatchObject(reused);
      await expect(store.append('b', [said('x', { eventId })])).rejects.toMatchObject(reused);
      await expect(
        store.append('a', [said('x', { eventId, timestamp: '2020-01-01T00:00:00.000Z' })]),
      ).rejects.toMatchObject(reused);
      await expect(store.append('a', [said('new'), said('other', { eventId })])).rejects.toMatchObject(reused);
      expect(await store.lastSequence()).toBe(1);
    });

    it('stores an event that a batch holds twice once [EV-23]', async () => {
      const draft = said('twice', { eventId: '01990000-0000-7000-8000-000000000003' });
      const [first, second] = await store.append('a', [draft, draft]);
      expect(second).toEqual(first);
      expect(await store.lastSequence()).toBe(1);
    });

    it('commits statements with the events or neither [EV-20]', async () => {
      await store.append('a', [said('1')], { alongside: [subject.addToCounter(5, 0)] });
      expect(await subject.counter()).toBe(5);
      const refused = store.append('a', [said('2')], {
        alongside: [subject.addToCounter(1, 5), subject.addToCounter(1, 99)],
      });
      await expect(refused).rejects.toMatchObject({ code: 'STORAGE_GUARD_FAILED', guard: 'counter' });
      await expect(
        store.append('a', [said('2')], { expectedSequence: 7, alongside: [subject.addToCounter(1, 5)] }),
      ).rejects.toMatchObject({ code: 'EVENTS_STREAM_CONFLICT' });
      expect(await subject.counter()).toBe(5);
      expect(await store.getEvents('a')).toHaveLength(1);
    });

    it('commits statements without events on the condition of a position [EV-22]', async () => {
      expect(await store.append('a', [], { expectedSequence: 0, alongside: [subject.addToCounter(1, 0)] })).toEqual([]);
      expect(await subject.counter()).toBe(1);
      await expect(
        store.append('a', [], { expectedSequence: 1, alongside: [subject.addToCounter(1, 1)] }),
      ).rejects.toMatchObject({ expected: 1, actual: 0 });
      expect(await subject.counter()).toBe(1);
      expect(await store.head('a')).toBeNull();
    });

    it('does not run the statements of a repeated append a second time [EV-23]', async () => {
      const draft = said('once', { eventId: '01990000-0000-7000-8000-000000000004' });
      await store.append('a', [draft], { alongside: [subject.addToCounter(1, 0)] });
      await store.append('a', [draft], { alongside: [subject.addToCounter(1, 0)] });
      expect(await subject.counter()).toBe(1);
    });

    it('keeps the neighbours of refused appends that commit at the same moment [EV-20]', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 30 }, (_, index) =>
          store.append(`t${index}`, [said('x')], {
            alongside: [subject.addToCounter(1, 0), ...(index % 3 === 0 ? [subject.addToCounter(1, 77)] : [])],
          }),
        ),
      );
      const stored = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
      // The counter can leave 0 only once: exactly one append that asks for nothing else gets it.
      expect(stored).toHaveLength(1);
      expect(await store.readAll({ after: 0 })).toEqual(stored);
      expect(await subject.counter()).toBe(1);
    });
  });
}
