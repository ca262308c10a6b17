export type { EventDraft, EventPayloads, EventType, StoredEvent } from './event.ts';
export * from './coding-events.ts';
export {
  EventStore,
  type AppendOptions,
  type ReadOptions,
  type StreamHead,
  type StreamsOptions,
  type SubscribeOptions,
} from './event-store.ts';
export type { VectorClock } from './vector-clock.ts';
