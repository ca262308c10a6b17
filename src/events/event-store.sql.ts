import { setImmediate as nextTurn } from 'node:timers/promises';
import { actorNow } from '../kernel/acting.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { newProcessId } from '../kernel/ids.ts';
import { NoRedactor, type Redactor } from '../kernel/redactor.ts';
import type { Database } from '../storage/index.ts';
import type { AppendInput, AppendOutput, PreparedDraft } from './append-plan.ts';
import type { EventDraft, EventType, EventWithDataOf, StoredEvent } from './event.ts';
import { countIssue, streamId } from './event-fields.ts';
import {
  type AppendOptions,
  type ExportOptions,
  EventStore,
  type LogSummary,
  type ReadOptions,
  type Snapshot,
  type StreamHead,
  type StreamsOptions,
  type SubscribeOptions,
} from './event-store.ts';
import { EventIdReusedError, StreamConflictError } from './events.errors.ts';
import { exportLog } from './export-log.ts';
import { type ImportOutput, summaryOfImport } from './import-outcome.ts';
import type { LogReader, Page } from './log-reader.ts';
import type { LogSource } from './log-source.ts';
import { type DraftLimits, prepareAppend } from './prepare-draft.ts';
import { refuse, streamQuery } from './read-query.ts';
import { RecentEvents, type SizedEvent } from './recent-events.ts';
import { Retirement } from './retirement.ts';
import { PAGE_CHARACTERS } from './rows.ts';
import { Snapshots } from './snapshots.ts';
import { eventOfAppend, eventOfRow } from './stored-event.ts';
import { Subscription, type SubscriptionSource } from './subscription.ts';
import { Tail } from './tail.ts';
import { type LogVerification, type Seal, type Verification, verifyLog, verifyStream } from './verify-log.ts';

export interface EventStoreOptions {
  /** Whose counter of the vector clocks this is. Default: one that no other process has. */
  readonly processId?: string;
  readonly clock?: Clock;
  /** Largest data of one event, in bytes of JSON. Default: 16 MiB. */
  readonly maxBytes?: number;
  /** How far in the future a time stamp may be. Default: one minute. */
  readonly maxClockSkewMs?: number;
  /** Takes secrets out of the data of events, and of nothing else, before it is stored. Default: takes nothing out. */
  readonly redactor?: Redactor;
}

/** What one kind of database does in its own way. */
export interface StoreParts {
  readonly database: Database;
  readonly reader: LogReader;
  readonly source: LogSource;
  /** Commits an append as `planAppend` plans it, and resolves once it is on disk. */
  commit(input: AppendInput): Promise<AppendOutput>;
  importFile(path: string): Promise<ImportOutput>;
}

const DEFAULT_PAGE = 1000;
const SUBSCRIPTION_BATCH = 500;
/** Rows of a page that nobody sees as such: few, as all of them are in memory at once. */
const STREAM_PAGE = 250;

/** What the stores on SQL databases share: all but how rows are read and written. */
export class SqlEventStore extends EventStore {
  protected readonly tail: Tail;
  private readonly recent = new RecentEvents({ events: SUBSCRIPTION_BATCH, characters: PAGE_CHARACTERS });
  private readonly parts: StoreParts;
  private readonly options: Required<EventStoreOptions>;
  private readonly retirement: Retirement;
  private readonly snapshots: Snapshots;

  protected constructor(parts: StoreParts, options: EventStoreOptions) {
    super();
    this.parts = parts;
    this.options = {
      processId: options.processId ?? newProcessId(),
      clock: options.clock ?? systemClock,
      maxBytes: options.maxBytes ?? 16 * 1024 * 1024,
      maxClockSkewMs: options.maxClockSkewMs ?? 60_000,
      redactor: options.redactor ?? new NoRedactor(),
    };
    this.tail = new Tail(parts.reader);
    this.retirement = new Retirement(parts.database, parts.source);
    this.snapshots = new Snapshots(parts.database);
  }

  override async append(
    taskId: string,
    drafts: readonly EventDraft[],
    options: AppendOptions = {},
  ): Promise<readonly StoredEvent[]> {
    const { maxBytes, maxClockSkewMs, clock, processId, redactor } = this.options;
    const actor = options.actor === undefined ? actorNow() : options.actor;
    const limits: DraftLimits = { now: clock(), maxBytes, maxClockSkewMs, redactor, actor };
    const input = prepareAppend(taskId, drafts, options, { limits, processId });
    const output = await this.parts.commit(input);
    switch (output.kind) {
      case 'stored':
        return this.appended(input, output.events);
      case 'conflict':
        throw new StreamConflictError(input.taskId, input.expectedSequence ?? 0, output.actual);
      case 'reused':
        throw new EventIdReusedError(output.eventId);
    }
  }

  override async getEvents(taskId: string, options: ReadOptions = {}): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    for await (const page of this.pages(taskId, options)) for (const event of page) events.push(event);
    return events;
  }

  override async getEventsWithDataOf<T extends EventType>(
    taskId: string,
    types: readonly T[],
    options: ReadOptions = {},
  ): Promise<readonly EventWithDataOf<T>[]> {
    const events: StoredEvent[] = [];
    for await (const page of this.pages(taskId, options, types)) for (const event of page) events.push(event);
    // Of all other types they were read without their data.
    return events as unknown as readonly EventWithDataOf<T>[];
  }

  override async *read(taskId: string, options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    for await (const page of this.pages(taskId, options)) yield* page;
  }

  override async readAll({
    after,
    limit = DEFAULT_PAGE,
    types,
  }: {
    readonly after: number;
    readonly limit?: number;
    readonly types?: readonly EventType[];
  }) {
    refuse([countIssue(after, 'after'), countIssue(limit, 'limit')]);
    const { events } = await this.parts.reader.log(after, limit, types);
    // Whoever asks page by page must not hold up the event loop until the end of the log.
    if (events.length === limit) await nextTurn();
    return events;
  }

  override findEvent(eventId: string): Promise<StoredEvent | null> {
    return this.parts.reader.find(eventId.toLowerCase());
  }

  override async latestVersion(taskId: string): Promise<number> {
    return (await this.head(taskId))?.codeVersion ?? 0;
  }

  override head(taskId: string): Promise<StreamHead | null> {
    return this.parts.reader.head(streamId(taskId));
  }

  override async streams({ afterTaskId = '', limit = DEFAULT_PAGE }: StreamsOptions = {}) {
    refuse([countIssue(limit, 'limit')]);
    return this.parts.reader.streams(streamId(afterTaskId), limit);
  }

  override lastSequence(): Promise<number> {
    return this.parts.reader.lastSequence();
  }

  override subscribe({ taskId, after, signal }: SubscribeOptions): AsyncIterable<readonly StoredEvent[]> {
    refuse([countIssue(after, 'after')]);
    const { reader } = this.parts;
    const stream = taskId === undefined ? null : streamId(taskId);
    const query = stream === null ? null : streamQuery(stream, {});
    let position = after;
    const passed = (batch: readonly StoredEvent[]) => {
      const last = batch.at(-1);
      if (last) position = query ? last.streamSequence : last.sequenceNumber;
      return batch;
    };
    const source: SubscriptionSource = {
      listen: () => this.tail.listen(stream),
      recent: () => passed(stream === null ? this.recent.after(position) : this.recent.ofStream(stream, position)),
      read: async () => {
        const { events } = query
          ? await reader.page(query, position, SUBSCRIPTION_BATCH)
          : await reader.log(position, SUBSCRIPTION_BATCH);
        return passed(events);
      },
    };
    return new Subscription(source, signal);
  }

  override verify(taskId: string): Promise<Verification> {
    return verifyStream(this.parts.source, streamId(taskId));
  }

  override verifyLog(options: { readonly seal?: Seal } = {}): Promise<LogVerification> {
    return verifyLog(this.parts.source, options);
  }

  override exportLog(write: (text: string) => void | Promise<void>, options?: ExportOptions): Promise<LogSummary> {
    return exportLog(this.parts.source, write, options);
  }

  override async importLog(path: string): Promise<LogSummary> {
    return summaryOfImport(path, await this.parts.importFile(path));
  }

  override loadSnapshot(taskId: string, projection: string): Promise<Snapshot | null> {
    return this.parts.reader.snapshot(streamId(taskId), projection);
  }

  override saveSnapshot(taskId: string, projection: string, snapshot: Snapshot): Promise<void> {
    return this.snapshots.save(streamId(taskId), projection, snapshot);
  }

  /** Ends all subscriptions. The database stays open. Safe to repeat. */
  close(): Promise<void> {
    this.tail.close();
    return Promise.resolve();
  }

  private appended(input: AppendInput, events: Extract<AppendOutput, { kind: 'stored' }>['events']): StoredEvent[] {
    const added: SizedEvent[] = [];
    const stored = events.map((given, index) => {
      if (!('clock' in given)) return eventOfRow(given);
      const draft = input.drafts[index] as PreparedDraft;
      const event = eventOfAppend(input.taskId, draft, given);
      added.push({ event, characters: draft.data.length });
      return event;
    });
    const last = stored.at(-1);
    if (last) {
      this.recent.add(added);
      this.tail.appended(input.taskId, stored);
      void this.retirement.consider(input.taskId, last.vectorClock);
    }
    return stored;
  }

  /** Pages of a stream; the event loop gets its turn between two of them. */
  private async *pages(
    taskId: string,
    options: ReadOptions,
    dataOf?: readonly EventType[],
  ): AsyncGenerator<readonly StoredEvent[]> {
    const query = streamQuery(streamId(taskId), options, dataOf);
    let missing = query.limit;
    let beyond: number | null = null;
    while (missing > 0) {
      const { events, isLast }: Page = await this.parts.reader.page(query, beyond, Math.min(missing, STREAM_PAGE));
      yield events;
      if (isLast) return;
      missing -= events.length;
      beyond = events.at(-1)?.streamSequence ?? null;
      await nextTurn();
    }
  }
}
