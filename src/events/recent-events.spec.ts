import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from './event.ts';
import { RecentEvents, type SizedEvent } from './recent-events.ts';

/** Only where it stands matters here. */
const sized = (sequenceNumber: number, streamSequence: number, taskId = 'a', characters = 1): SizedEvent => ({
  event: { sequenceNumber, streamSequence, taskId } as StoredEvent,
  characters,
});
const numbers = (events: readonly StoredEvent[]) => events.map(({ sequenceNumber }) => sequenceNumber);

describe('recent events', () => {
  it('are those after a position, where nothing is missing between (EV-28)', () => {
    const recent = new RecentEvents({ events: 10, characters: 100 });
    recent.add([sized(5, 1), sized(6, 2)]);
    recent.add([sized(7, 1, 'b')]);
    expect(numbers(recent.after(4))).toEqual([5, 6, 7]);
    expect(numbers(recent.after(6))).toEqual([7]);
    expect(recent.after(3)).toEqual([]);
    expect(recent.after(7)).toEqual([]);
    expect(numbers(recent.ofStream('a', 1))).toEqual([6]);
    expect(numbers(recent.ofStream('b', 0))).toEqual([7]);
    expect(recent.ofStream('c', 0)).toEqual([]);
  });

  it('begin anew behind what somebody else has appended, or where the log stands elsewhere (EV-28)', () => {
    const recent = new RecentEvents({ events: 10, characters: 100 });
    recent.add([sized(5, 1), sized(7, 2)]);
    expect(recent.after(4)).toEqual([]);
    expect(numbers(recent.after(6))).toEqual([7]);
    expect(recent.ofStream('a', 0)).toEqual([]);
    recent.add([sized(1, 1)]);
    expect(numbers(recent.after(0))).toEqual([1]);
  });

  it('never skip one, repeat one or pass their limits, whatever is appended (EV-28)', () => {
    const limits = { events: 8, characters: 40 };
    const step = fc.record({
      gap: fc.nat({ max: 1 }),
      taskId: fc.constantFrom('a', 'b'),
      characters: fc.integer({ min: 0, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const recent = new RecentEvents(limits);
        const log: SizedEvent[] = [];
        for (const { gap, taskId, characters } of steps) {
          for (let each = 0; each < gap; each++) log.push(sized(log.length + 1, log.length + 1, 'elsewhere'));
          const before = log.filter(({ event }) => event.taskId === taskId).length;
          log.push(sized(log.length + 1, before + 1, taskId, characters));
          recent.add(log.slice(-1));
        }
        for (let position = 0; position <= log.length; position++) {
          const after = numbers(recent.after(position));
          expect(after).toEqual(after.map((_, index) => position + index + 1));
          expect(after.length).toBeLessThanOrEqual(limits.events);
          const size = after.reduce((sum, number) => sum + (log[number - 1]?.characters ?? 0), 0);
          expect(size).toBeLessThanOrEqual(limits.characters);
          const stream = recent.ofStream('a', position).map(({ streamSequence }) => streamSequence);
          expect(stream).toEqual(stream.map((_, index) => position + index + 1));
        }
      }),
    );
  });
});
