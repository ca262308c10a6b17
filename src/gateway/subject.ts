import type { StoredEvent } from '../events/index.ts';

/** What is followed: one task or all, all event types or some. */
export interface Subject {
  /** null: all tasks. */
  readonly taskId: string | null;
  /** null: all types. */
  readonly types: ReadonlySet<string> | null;
}

export function subjectOf(taskId: string | null, types?: readonly string[]): Subject {
  return { taskId: taskId === null ? null : taskId.normalize('NFC'), types: types ? new Set(types) : null };
}

/** The same for equal subjects. */
export function keyOf({ taskId, types }: Subject): string {
  return JSON.stringify([taskId, types && [...types].sort()]);
}

/** Where an event stands in what is followed. */
export function positionOf({ taskId }: Subject, event: StoredEvent): number {
  return taskId === null ? event.sequenceNumber : event.streamSequence;
}

export function wants({ types }: Subject, event: StoredEvent): boolean {
  return types === null || types.has(event.eventType);
}
