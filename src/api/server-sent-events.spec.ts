import { describe, expect, it } from '@jest/globals';
import type { StoredEvent } from '../events/index.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { accepts } from './accepts.ts';
import { readLastEventId, serverSentEvents } from './server-sent-events.ts';

const event = (streamSequence: number, eventType = 'TASK_STARTED') =>
  // Only what the writer reads of an event.
  ({ streamSequence, eventType, data: { text: 'a\n\nb\rc' } }) as unknown as StoredEvent;

async function collect(source: AsyncIterable<string>): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return chunks;
}

describe('serverSentEvents', () => {
  it('writes one block per event, whatever its texts hold', async () => {
    const source = (async function* () {
      yield await Promise.resolve([event(1), event(2)]);
    })();
    const [retry, ...blocks] = await collect(serverSentEvents(source, { heartbeatMs: 1000 }));
    expect(retry).toBe('retry: 1000\n\n');
    expect(blocks.map((block) => block.split('\n').length)).toEqual([4, 4]);
    expect(blocks[1]).toBe(`id: 2\ndata: ${JSON.stringify(event(2))}\n\n`);
  });

  it('loses nothing that comes while a heartbeat is due, and ends with its source', async () => {
    const gate = Promise.withResolvers<void>();
    const source = (async function* () {
      yield [event(1)];
      await gate.promise;
      yield [event(2)];
    })();
    const seen: string[] = [];
    for await (const chunk of serverSentEvents(source, { heartbeatMs: 5 })) {
      seen.push(chunk);
      if (chunk.startsWith(':') && seen.length > 4) gate.resolve();
    }
    expect(seen.filter((chunk) => chunk.startsWith(':')).length).toBeGreaterThanOrEqual(3);
    expect(seen.filter((chunk) => chunk.startsWith('id:')).map((chunk) => chunk.split('\n')[0])).toEqual([
      'id: 1',
      'id: 2',
    ]);
  });

  it('passes on what its source fails with, and closes the source when its reader leaves', async () => {
    let closed = false;
    const failing = (async function* () {
      yield [event(1)];
      await Promise.reject(new Error('the store is gone'));
    })();
    await expect(collect(serverSentEvents(failing, { heartbeatMs: 1000 }))).rejects.toThrow('the store is gone');
    const endless = (async function* () {
      try {
        for (let sequence = 1; ; sequence++) yield await Promise.resolve([event(sequence)]);
      } finally {
        closed = true;
      }
    })();
    for await (const chunk of serverSentEvents(endless, { heartbeatMs: 1000 })) if (chunk.startsWith('id: 3')) break;
    expect(closed).toBe(true);
  });
});

describe('the headers of a stream', () => {
  it.each([
    ['text/event-stream', true],
    ['text/html, Text/Event-Stream;q=0.5', true],
    ['text/event-stream;q=0', false],
    ['text/event-stream;q=0.00, */*', false],
    ['*/*', false],
    ['application/json', false],
    [undefined, false],
  ])('read Accept %j as %j', (accept, wanted) => {
    expect(accepts(accept, 'text/event-stream')).toBe(wanted);
  });

  it('take a stream sequence, nothing, and nothing else', () => {
    expect([readLastEventId('12'), readLastEventId(''), readLastEventId(undefined)]).toEqual([
      12,
      undefined,
      undefined,
    ]);
    for (const wrong of ['x', '-1', '1e3', '1'.repeat(16), ['1', '2']]) {
      expect(() => readLastEventId(wrong)).toThrow(InvalidInputError);
    }
  });
});
