import { deepFreeze } from '../kernel/json.ts';
import type { EventWithDataOf, StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import { streamId } from './event-fields.ts';
import { shapesInUse } from './event-types.ts';
import { draftOf } from './task-draft.ts';
import { foldEvent, type FoldedType, foldedTypes } from './task-fold.ts';
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

export interface RebuildOptions {
  /** As it was at a stream sequence or an ISO 8601 moment. Default: now. */
  readonly until?: number | string;
  /** A state of the task that is known already: only what came since is read. Not with `until`. */
  readonly from?: TaskState;
}

/**
 * The state of a task, from a snapshot where there is one and the events since; reads page by page. Keeps a snapshot of
 * what took long. No events: the initial state.
 */
export async function rebuild(
  store: EventStore,
  taskId: string,
  { until, from }: RebuildOptions = {},
): Promise<TaskState> {
  const stream = streamId(taskId);
  const begun = from ?? (await snapshotOf(store, stream, until)) ?? initialTaskState(stream);
  const draft = draftOf(begun);
  const options = { ...(until === undefined ? {} : { until }), limit: PAGE };
  let page: readonly EventWithDataOf<FoldedType>[];
  do {
    const afterSequence = draft.streamSequence;
    page = await store.getEventsWithDataOf(stream, foldedTypes, { ...options, afterSequence });
    for (const event of page) foldEvent(draft, event);
  } while (page.length === PAGE);
  if (from && draft.streamSequence === from.streamSequence) return from;
  const state = deepFreeze(draft);
  if (until === undefined && state.streamSequence - begun.streamSequence >= SNAPSHOT_AFTER) {
    // Only a shortcut: nobody waits for it, and a store that cannot be written just now still answers.
    void keepSnapshot(store, state).catch(() => undefined);
  }
  return state;
}

/** Grows with every change of the fold or of TaskState: older snapshots are then passed over. */
const FOLD_VERSION = 4;
const SNAPSHOT_AFTER = 500;

/** The name that snapshots of TaskState are kept under. */
export const taskStateProjection = () => `taskState@${FOLD_VERSION} ${shapesInUse()}`.trimEnd();

async function snapshotOf(
  store: EventStore,
  stream: string,
  until: number | string | undefined,
): Promise<TaskState | null> {
  // A moment says nothing of positions until the events are read.
  if (typeof until === 'string') return null;
  const snapshot = await store.loadSnapshot(stream, taskStateProjection());
  if (!snapshot || snapshot.streamSequence > (until ?? Infinity)) return null;
  // What was written below has this shape.
  return JSON.parse(snapshot.state) as TaskState;
}

async function keepSnapshot(store: EventStore, state: TaskState): Promise<void> {
  const { taskId, streamSequence } = state;
  await store.saveSnapshot(taskId, taskStateProjection(), { streamSequence, state: JSON.stringify(state) });
}

function inOrder(events: readonly StoredEvent[]): readonly StoredEvent[] {
  const isOrdered = events.every((event, index) => event.streamSequence > (events[index - 1]?.streamSequence ?? 0));
  return isOrdered ? events : [...events].sort((a, b) => a.streamSequence - b.streamSequence);
}
