import type { Actor } from '../kernel/acting.ts';
import type { VectorClock } from './vector-clock.ts';

/**
 * Every event type with the payload it carries. The coding events stand in coding-events.ts; another module adds its
 * own in its own file: `declare module '../events/event.ts' { interface EventPayloads { MY_EVENT: { … } } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by declaration merging
export interface EventPayloads {}

export type EventType = keyof EventPayloads;

/** One immutable fact in a stream (a task or a job). Frozen in depth; JSON.stringify and Event.parse round-trip exactly. */
export type StoredEvent<T extends EventType = EventType> = {
  [K in T]: {
    /** UUID v7. */
    readonly eventId: string;
    /** The stream. Unicode in NFC, at most 256 UTF-8 bytes; data, never a path. */
    readonly taskId: string;
    readonly eventType: K;
    /** ISO 8601, UTC, milliseconds. For people: never used for order. */
    readonly timestamp: string;
    /** Position in the whole log: 1, 2, 3 … without gaps, in commit order. 0 while not stored. */
    readonly sequenceNumber: number;
    /** Position in this stream: 1, 2, 3 … without gaps; what a client resumes by. 0 while not stored. */
    readonly streamSequence: number;
    readonly vectorClock: VectorClock;
    /** eventId of the event that caused this one; null for a root event. */
    readonly causationId: string | null;
    readonly correlationId: string;
    readonly data: Readonly<EventPayloads[K]>;
    /** Version of the task's code after this event; grows by one with each accepted code change. */
    readonly codeVersion: number;
    /** Who brought it in, and by which door; absent where the server did it of itself. */
    readonly actor?: Actor;
  };
}[T];

/** All that an event says but its data. */
export type EventOutline<T extends EventType = EventType> = { [K in T]: Omit<StoredEvent<K>, 'data'> }[T];

/** An event that was read for the data of these types: one of another type has {} in its place. */
export type EventWithDataOf<T extends EventType> =
  StoredEvent<T> | (EventOutline<Exclude<EventType, T>> & { readonly data: object });

/** An event to be appended: what only the caller can know. The store gives the rest inside the commit. */
export type EventDraft<T extends EventType = EventType> = {
  [K in T]: {
    readonly eventType: K;
    readonly data: EventPayloads[K];
    /** Default: a new UUID v7. Give one to make the append safe to repeat. */
    readonly eventId?: string;
    /** Default: now. */
    readonly timestamp?: string;
    /** Default: the stream's current code version. */
    readonly codeVersion?: number;
    /** Default: the causationId of the append. */
    readonly causationId?: string | null;
    /** What the author had seen. Default: everything the stream holds. The store merges it and ticks its own counter. */
    readonly vectorClock?: VectorClock;
    /** It only follows from other facts, or repeats one: it is not the word of whoever acts. */
    readonly derived?: true;
  };
}[T];
