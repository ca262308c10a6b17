import type { EventDraft, StoredEvent } from '../../src/events/index.ts';
import { newId } from '../../src/kernel/ids.ts';

/** A draft as the store would give it back. */
export function storedEvent(taskId: string, draft: EventDraft, sequence: number): StoredEvent {
  return {
    eventId: newId(),
    taskId,
    timestamp: '2026-11-24T12:00:00.000Z',
    sequenceNumber: sequence,
    streamSequence: sequence,
    vectorClock: {},
    causationId: null,
    correlationId: taskId,
    codeVersion: 0,
    ...draft,
  };
}
