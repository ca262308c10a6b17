import type { EventDraft, StoredEvent } from '../../src/events/index.ts';

/** Drafts as the store would answer them, for tests of pure folds: sequences 1, 2, 3 …, code versions as given or carried on. */
export function storedEvents(taskId: string, drafts: readonly EventDraft[]): readonly StoredEvent[] {
  let codeVersion = 0;
  return drafts.map((draft, index) => {
    codeVersion = draft.codeVersion ?? codeVersion;
    const number = index + 1;
    const event = {
      eventId: `01900000-0000-7000-8000-${String(number).padStart(12, '0')}`,
      taskId,
      timestamp: new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString(),
      sequenceNumber: number,
      streamSequence: number,
      vectorClock: { test: number },
      causationId: null,
      correlationId: taskId,
      ...draft,
      codeVersion,
    };
    return event;
  });
}
