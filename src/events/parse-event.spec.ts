import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { storedEvent } from '../../test/support/stored-event.ts';
import type { StoredEvent } from './event.ts';
import { parseEvent } from './parse-event.ts';

const withData = (data: unknown) => storedEvent(1, { data } as Partial<StoredEvent>);

describe('parseEvent', () => {
  it('reads back exactly what JSON.stringify has written, of any plain data [EV-3]', () => {
    const plain = fc
      .jsonValue({ maxDepth: 4 })
      .map((value) => JSON.stringify(value))
      // The one key that an event refuses.
      .filter((json) => !json.includes('"__proto__"'))
      .map((json) => JSON.parse(json) as unknown);
    fc.assert(
      fc.property(plain, (value) => {
        const event = withData({ value });
        expect(parseEvent(JSON.stringify(event))).toStrictEqual(event);
        expect(JSON.stringify(parseEvent(JSON.stringify(event)))).toBe(JSON.stringify(event));
      }),
      { numRuns: 300 },
    );
  });

  it('freezes the event in depth [EV-3]', () => {
    const event = parseEvent(JSON.stringify(withData({ list: [{ a: 1 }] })));
    const open = event as unknown as { taskId: string; vectorClock: { p: number }; data: { list: { a: number }[] } };
    expect(() => (open.taskId = 'other')).toThrow(TypeError);
    expect(() => (open.vectorClock.p = 9)).toThrow(TypeError);
    expect(() => open.data.list.pop()).toThrow(TypeError);
    expect(() => ((open.data.list[0] ?? { a: 0 }).a = 2)).toThrow(TypeError);
  });

  it.each([
    ['eventId', null],
    ['eventId', '123'],
    ['taskId', ''],
    ['taskId', 5],
    ['taskId', 'x'.repeat(257)],
    ['timestamp', '2026-01-01'],
    ['timestamp', '2026-13-01T00:00:00Z'],
    ['sequenceNumber', -1],
    ['sequenceNumber', 1.5],
    ['sequenceNumber', undefined],
    ['streamSequence', '1'],
    ['streamSequence', -1],
    ['codeVersion', -1],
    ['vectorClock', { p: -1 }],
    ['vectorClock', null],
    ['causationId', 'x'],
    ['correlationId', ''],
    ['data', []],
    ['data', null],
    ['eventType', ''],
  ])('refuses a wrong %s: %j, naming the field [EV-4]', (field, value) => {
    const json = JSON.stringify({ ...storedEvent(1), [field]: value });
    expect(() => parseEvent(json)).toThrow(
      expect.objectContaining({
        issues: [expect.objectContaining({ path: expect.stringContaining(field) as unknown })],
      }),
    );
  });

  it('takes an event that is not stored yet, with an empty clock and empty data [EV-5]', () => {
    const event = storedEvent(0, { vectorClock: {}, causationId: null, data: {} } as Partial<StoredEvent>);
    expect(parseEvent(JSON.stringify(event))).toEqual(event);
  });

  it('refuses what is no event at all, and fields that no event has [EV-4]', () => {
    for (const json of ['', '{', 'null', '[]', '"event"']) expect(() => parseEvent(json)).toThrow(/is not/);
    expect(() => parseEvent(JSON.stringify({ ...storedEvent(1), extra: 1 }))).toThrow(/extra: is not a field/);
  });
});
