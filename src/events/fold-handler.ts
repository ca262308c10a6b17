import type { EventPayloads, EventType, StoredEvent } from './event.ts';
import type { TaskDraft } from './task-state.ts';

/** What one type of event does to the state of a task. */
export interface Handler<T extends EventType> {
  /** What keeps the data from being used, or null. */
  misfit(data: unknown): string | null;
  apply(state: TaskDraft, data: Readonly<EventPayloads[T]>, event: StoredEvent): void;
}

/** A misfit that asks for fields of these types, and for nothing else. */
export function needs(fields: Readonly<Record<string, 'string' | 'number'>>): (data: unknown) => string | null {
  const expected = Object.entries(fields);
  return (data) => {
    if (!isObject(data)) return 'has no data';
    const missing = expected.find(([name, type]) => typeof data[name] !== type);
    return missing ? `lacks the ${missing[1]} ${missing[0]}` : null;
  };
}

export function isObject(value: unknown): value is Record<string, string> & Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
