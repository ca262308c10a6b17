import type { EventOutline, EventPayloads, EventType } from './event.ts';
import type { Misfit } from './payload-misfit.ts';
import type { TaskDraft } from './task-draft.ts';

/** What one type of event does to the state of a task. */
export interface Handler<T extends EventType> {
  /** What keeps the data from being used, or null. */
  readonly misfit: Misfit;
  apply(state: TaskDraft, data: Readonly<EventPayloads[T]>, event: EventOutline): void;
}
