import type { EventDraft, StoredEvent } from './event.ts';
import type { AppendOptions, ReadOptions, StreamHead } from './event-store.ts';
import { merge, tick, type VectorClock } from './vector-clock.ts';

interface ModelStream {
  readonly events: StoredEvent[];
  clock: VectorClock;
  codeVersion: number;
}

/** Who appends, when, and what the store has answered: from there come the event ids that only it can choose. */
export interface Appending {
  readonly processId: string;
  readonly now: number;
  readonly answered: readonly StoredEvent[];
}

/** What a store must come to: a plain list of events, and the counter that changes alongside them. */
export class LogModel {
  readonly events: StoredEvent[] = [];
  counter = 0;

  private readonly ofStream = new Map<string, ModelStream>();
  private readonly byId = new Map<string, StoredEvent>();

  stream(taskId: string): readonly StoredEvent[] {
    return this.ofStream.get(taskId)?.events ?? [];
  }

  find(eventId: string): StoredEvent | null {
    return this.byId.get(eventId.toLowerCase()) ?? null;
  }

  head(taskId: string): StreamHead | null {
    const stream = this.ofStream.get(taskId);
    return stream ? { taskId, streamSequence: stream.events.length, codeVersion: stream.codeVersion } : null;
  }

  /** Ordered by the bytes of their ids. */
  heads(afterTaskId: string, limit: number): StreamHead[] {
    const bytes = (taskId: string) => Buffer.from(taskId);
    return [...this.ofStream.keys()]
      .filter((taskId) => Buffer.compare(bytes(taskId), bytes(afterTaskId)) > 0)
      .sort((a, b) => Buffer.compare(bytes(a), bytes(b)))
      .slice(0, limit)
      .flatMap((taskId) => this.head(taskId) ?? []);
  }

  read(taskId: string, { afterSequence = 0, until, types, limit, direction }: ReadOptions): StoredEvent[] {
    const stream = this.stream(taskId);
    const tooLate = typeof until === 'string' ? stream.findIndex(({ timestamp }) => timestamp > until) : -1;
    const last = typeof until === 'number' ? until : tooLate < 0 ? Infinity : tooLate;
    const found = stream
      .filter(({ streamSequence }) => streamSequence > afterSequence && streamSequence <= last)
      .filter(({ eventType }) => !types || types.includes(eventType));
    return (direction === 'backwards' ? found.reverse() : found).slice(0, limit);
  }

  /** Whether one of the drafts' ids stands for something else, here or among the drafts. */
  isIdReused(taskId: string, drafts: readonly EventDraft[]): boolean {
    return drafts.some((draft, index) => {
      if (draft.eventId === undefined) return false;
      const stored = this.find(draft.eventId);
      if (stored && (stored.taskId !== taskId || !isSaidBy(stored, draft))) return true;
      return drafts.some((twin, at) => {
        return at < index && twin.eventId === draft.eventId && JSON.stringify(twin) !== JSON.stringify(draft);
      });
    });
  }

  /** All of them are stored already. */
  isRepetition(drafts: readonly EventDraft[]): boolean {
    return drafts.length > 0 && drafts.every(({ eventId }) => eventId !== undefined && this.find(eventId));
  }

  /** Appends what nothing refuses; answers what the store must have answered. */
  append(taskId: string, drafts: readonly EventDraft[], options: AppendOptions, by: Appending): StoredEvent[] {
    return drafts.map((draft, index) => {
      const repeated = draft.eventId === undefined ? null : this.find(draft.eventId);
      return repeated ?? this.add(taskId, draft, options, by, by.answered[index]?.eventId ?? 'none');
    });
  }

  /** Takes over what a store holds. */
  static of(events: readonly StoredEvent[], counter: number): LogModel {
    const model = new LogModel();
    for (const event of events) model.keep(event);
    model.counter = counter;
    return model;
  }

  private add(taskId: string, draft: EventDraft, options: AppendOptions, by: Appending, newId: string): StoredEvent {
    const stream = this.ofStream.get(taskId) ?? newStream();
    const { processId } = by;
    const own = { [processId]: stream.clock[processId] ?? 0 };
    const eventId = draft.eventId?.toLowerCase() ?? newId;
    const event = {
      eventId,
      taskId,
      eventType: draft.eventType,
      timestamp: draft.timestamp ?? new Date(by.now).toISOString(),
      sequenceNumber: this.events.length + 1,
      streamSequence: stream.events.length + 1,
      vectorClock: tick(merge(draft.vectorClock ?? stream.clock, own), processId),
      causationId: (draft.causationId === undefined ? options.causationId : draft.causationId) ?? null,
      correlationId: options.correlationId ?? stream.events[0]?.correlationId ?? eventId,
      data: draft.data,
      codeVersion: draft.codeVersion ?? stream.codeVersion,
      // A draft's type and data belong together.
    } as StoredEvent;
    this.keep(event);
    return event;
  }

  private keep(event: StoredEvent): void {
    const stream = this.ofStream.get(event.taskId) ?? newStream();
    stream.events.push(event);
    stream.clock = merge(stream.clock, event.vectorClock);
    stream.codeVersion = Math.max(stream.codeVersion, event.codeVersion);
    this.ofStream.set(event.taskId, stream);
    this.byId.set(event.eventId, event);
    this.events.push(event);
  }
}

function newStream(): ModelStream {
  return { events: [], clock: {}, codeVersion: 0 };
}

/** Whether an event says what a draft says, in everything that its author has chosen. */
function isSaidBy(event: StoredEvent, draft: EventDraft): boolean {
  return (
    event.eventType === draft.eventType &&
    JSON.stringify(event.data) === JSON.stringify(draft.data) &&
    (draft.timestamp ?? event.timestamp) === event.timestamp &&
    (draft.codeVersion ?? event.codeVersion) === event.codeVersion &&
    (draft.causationId ?? null) === event.causationId
  );
}
