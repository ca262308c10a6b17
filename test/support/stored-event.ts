import type { EventDraft, StoredEvent } from '../../src/events/index.ts';

/** An event as a store would answer it, at a place in the stream `task`; a later place is a later moment. */
export function storedEvent(
  streamSequence: number,
  change: Partial<StoredEvent> = {},
  draft?: EventDraft,
): StoredEvent {
  return {
    eventId: `01990000-0000-7000-8000-${String(streamSequence).padStart(12, '0')}`,
    taskId: 'task',
    eventType: 'USER_INTERVENTION',
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, 0, streamSequence)).toISOString(),
    sequenceNumber: streamSequence,
    streamSequence,
    vectorClock: { p: streamSequence },
    causationId: null,
    correlationId: '01990000-0000-7000-8000-000000000001',
    data: { guidance: 'x', by: 'tester' },
    codeVersion: 0,
    ...draft,
    ...change,
  } as StoredEvent;
}
