import { deepFreeze } from '../kernel/json.ts';
import type { StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import { streamId } from './event-fields.ts';
import { draftOf, foldEvent } from './task-fold.ts';
import { initialTaskState, type TaskState } from './task-state.ts';

const PAGE = 1000;

/** The state after one more event. Pure; throws RepeatedSequenceError for an event that does not come after the state. */
export function evolveTaskState(state: TaskState, event: StoredEvent): TaskState {
  const draft = draftOf(state);
  foldEvent(draft, event);
  return deepFreeze(draft);
}

/** The state after all events of one stream, by stream sequence whatever their order here. Throws RepeatedSequenceError. */
export function projectTask(taskId: string, events: readonly StoredEvent[]): TaskState {
  const draft = draftOf(initialTaskState(taskId));
  for (const event of inOrder(events)) foldEvent(draft, event);
  return deepFreeze(draft);
}

/** The state of a task now, or as it was at a stream sequence or an ISO 8601 moment; reads page by page. */
export async function rebuild(
  store: EventStore,
  taskId: string,
  options: { readonly until?: number | string } = {},
): Promise<TaskState> {
  const draft = draftOf(initialTaskState(streamId(taskId)));
  for (;;) {
    const page = await store.getEvents(taskId, { ...options, afterSequence: draft.streamSequence, limit: PAGE });
    for (const event of page) foldEvent(draft, event);
    if (page.length < PAGE) return deepFreeze(draft);
  }
}

function inOrder(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const isOrdered = events.every((event, index) => event.streamSequence > (events[index - 1]?.streamSequence ?? 0));
  return isOrdered ? events : [...events].sort((a, b) => a.streamSequence - b.streamSequence);
}
