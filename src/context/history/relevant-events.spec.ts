import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storedEvent } from '../../../test/support/stored-event.ts';
import type { StoredEvent } from '../../events/index.ts';
import { relevantEvents } from './relevant-events.ts';

const idAt = (number: number) => `01990000-0000-7000-8000-${String(number).padStart(12, '0')}`;
const about = (number: number, module: string | null, change: Partial<StoredEvent> = {}) =>
  storedEvent(number, { eventType: 'MODULE_STARTED', data: { module }, ...change } as Partial<StoredEvent>);
const numbers = (events: readonly StoredEvent[], current: StoredEvent, limit?: number) =>
  relevantEvents(events, current, limit).map(({ event }) => event.streamSequence);

describe('the events that matter for another one', () => {
  it('are those of the same module, oldest first, and at most as many as asked for [CX-7]', () => {
    const events = Array.from({ length: 100 }, (_, index) => about(index + 1, index % 2 === 0 ? 'a.ts' : 'b.ts'));
    const found = numbers([...events].reverse(), about(101, 'a.ts'), 10);
    expect(found).toEqual([81, 83, 85, 87, 89, 91, 93, 95, 97, 99]);
    expect(numbers(events.slice(0, 5), about(101, 'a.ts'))).toEqual([1, 3, 5]);
  });

  it('are none when all concern something else [CX-7]', () => {
    expect(numbers([about(1, 'b.ts'), about(2, 'c.ts')], about(3, 'a.ts'))).toEqual([]);
    expect(numbers([], about(3, 'a.ts'))).toEqual([]);
    expect(numbers([about(1, 'a.ts')], about(3, 'a.ts'), 0)).toEqual([]);
  });

  it('prefer the same code version, and what concerns the whole task in it [CX-7]', () => {
    const events = [
      about(1, 'a.ts', { codeVersion: 1 }),
      about(2, null, { codeVersion: 1 }),
      about(3, 'a.ts', { codeVersion: 2 }),
      about(4, null, { codeVersion: 2 }),
      about(5, 'b.ts', { codeVersion: 2 }),
    ];
    const current = about(6, 'a.ts', { codeVersion: 2 });
    expect(relevantEvents(events, current).map(({ event, reason }) => [event.streamSequence, reason])).toEqual([
      [1, 'sameModuleBefore'],
      [3, 'sameModule'],
      [4, 'wholeTask'],
    ]);
    expect(numbers(events, current, 1)).toEqual([3]);
  });

  it('hold the chain of causes as far as it is there, in circles too [CX-7]', () => {
    const events = [
      about(1, 'c.ts', { causationId: idAt(2) }),
      about(2, 'c.ts', { causationId: idAt(1) }),
      about(3, 'c.ts', { causationId: idAt(77) }),
    ];
    expect(numbers(events, about(4, 'a.ts', { causationId: idAt(3) }))).toEqual([3]);
    expect(numbers(events, about(4, 'a.ts', { causationId: idAt(2) }))).toEqual([1, 2]);
    expect(numbers(events, about(4, 'a.ts', { causationId: idAt(99) }))).toEqual([]);
  });

  it('never come from other tasks, nor from later [CX-7]', () => {
    const name = fc.constantFrom('a.ts', 'b.ts', null);
    const event = fc.record({ task: fc.constantFrom('task', 'other'), module: name, cause: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 20 }), fc.integer({ min: 1, max: 20 }), fc.nat(12), (all, at, limit) => {
        const events = all.map(({ task, module, cause }, index) =>
          about(index + 1, module, { taskId: task, causationId: idAt(cause) }),
        );
        const found = relevantEvents(events, about(at, 'a.ts', { causationId: idAt(at - 1) }), limit);
        expect(found.length).toBeLessThanOrEqual(limit);
        for (const { event: one } of found) expect(one).toMatchObject({ taskId: 'task' });
        const order = found.map(({ event: one }) => one.streamSequence);
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        expect(Math.max(0, ...order)).toBeLessThan(at);
      }),
    );
  });
});
