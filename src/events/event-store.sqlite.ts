import { extname, resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Clock, systemClock } from '../kernel/clock.ts';
import type { Issue } from '../kernel/errors.ts';
import { newProcessId } from '../kernel/ids.ts';
import type { Database, LoadedCommand } from '../storage/index.ts';
import type { AppendInput, AppendOutput, PreparedDraft } from './append-plan.ts';
import type { EventDraft, StoredEvent } from './event.ts';
import { countIssue, streamId, taskIdIssue, textIssue, uuidIssue } from './event-fields.ts';
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
import { exportLog } from './export-log.ts';
import { EventIdReusedError, InvalidEventError, StreamConflictError } from './events.errors.ts';
import { EventReader, type Page } from './event-reader.ts';
import type { ImportInput, ImportOutput } from './import.command.ts';
import { summaryOfImport } from './import-outcome.ts';
import type { LogSource } from './log-source.ts';
import { SqliteLogSource } from './log-source.sqlite.ts';
import { draftIssues, type DraftLimits, prepareDraft } from './prepare-draft.ts';
import { refuse, streamQuery } from './read-query.ts';
import { Retirement } from './retirement.ts';
import { eventMigrations } from './schema.ts';
import { Snapshots } from './snapshots.ts';
import { eventOfAppend, eventOfRow } from './stored-event.ts';
import { Subscription } from './subscription.ts';
import { Tail } from './tail.ts';
import { type LogVerification, type Seal, type Verification, verifyLog, verifyStream } from './verify-log.ts';

export interface SqliteEventStoreOptions {
  readonly database: Database;
  /** Whose counter of the vector clocks this is. Default: one that no other process has. */
  readonly processId?: string;
  readonly clock?: Clock;
  /** Largest data of one event, in bytes of JSON. Default: 16 MiB. */
  readonly maxBytes?: number;
  /** How far in the future a time stamp may be. Default: one minute. */
  readonly maxClockSkewMs?: number;
}

const DEFAULT_PAGE = 1000;
const SUBSCRIPTION_BATCH = 500;

/** The log in one SQLite file. Several processes may use the same file. */
export class SqliteEventStore extends EventStore {
  private readonly reader: EventReader;
  private readonly tail: Tail;
  private readonly source: LogSource;
  private readonly retirement: Retirement;
  private readonly snapshots: Snapshots;

  private readonly options: Required<SqliteEventStoreOptions>;
  private readonly appendCommand: LoadedCommand<AppendInput, AppendOutput>;

  private constructor(
    options: Required<SqliteEventStoreOptions>,
    appendCommand: LoadedCommand<AppendInput, AppendOutput>,
  ) {
    super();
    this.options = options;
    this.appendCommand = appendCommand;
    this.reader = new EventReader(options.database);
    this.tail = new Tail(this.reader);
    this.source = new SqliteLogSource(options.database);
    this.retirement = new Retirement(options.database, this.source);
    this.snapshots = new Snapshots(options.database);
  }

  /** Brings the tables up to date. The database stays the caller's to close. */
  static async open(options: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    const { database } = options;
    await database.migrate('events', eventMigrations);
    const append = await database.load<AppendInput, AppendOutput>(commandFile('append'));
    return new SqliteEventStore(
      {
        processId: newProcessId(),
        clock: systemClock,
        maxBytes: 16 * 1024 * 1024,
        maxClockSkewMs: 60_000,
        ...options,
      },
      append,
    );
  }

  override async append(
    taskId: string,
    drafts: readonly EventDraft[],
    options: AppendOptions = {},
  ): Promise<readonly StoredEvent[]> {
    const input = this.prepare(taskId, drafts, options);
    const output = await this.options.database.execute(this.appendCommand, input);
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

  override async *read(taskId: string, options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    for await (const page of this.pages(taskId, options)) yield* page;
  }

  override async readAll({ after, limit = DEFAULT_PAGE }: { readonly after: number; readonly limit?: number }) {
    refuse([countIssue(after, 'after'), countIssue(limit, 'limit')]);
    return Promise.resolve(this.reader.log(after, limit).events);
  }

  override async findEvent(eventId: string): Promise<StoredEvent | null> {
    return Promise.resolve(this.reader.find(eventId.toLowerCase()));
  }

  override async latestVersion(taskId: string): Promise<number> {
    return (await this.head(taskId))?.codeVersion ?? 0;
  }

  override async head(taskId: string): Promise<StreamHead | null> {
    return Promise.resolve(this.reader.head(streamId(taskId)));
  }

  override async streams({ afterTaskId = '', limit = DEFAULT_PAGE }: StreamsOptions = {}) {
    refuse([countIssue(limit, 'limit')]);
    return Promise.resolve(this.reader.streams(streamId(afterTaskId), limit));
  }

  override async lastSequence(): Promise<number> {
    return Promise.resolve(this.reader.lastSequence());
  }

  override subscribe({ taskId, after, signal }: SubscribeOptions): AsyncIterable<readonly StoredEvent[]> {
    refuse([countIssue(after, 'after')]);
    const stream = taskId === undefined ? null : streamId(taskId);
    const query = stream === null ? null : streamQuery(stream, {});
    let position = after;
    const nextBatch = () => {
      const { events: batch } = query
        ? this.reader.page(query, position, SUBSCRIPTION_BATCH)
        : this.reader.log(position, SUBSCRIPTION_BATCH);
      const last = batch.at(-1);
      if (last) position = query ? last.streamSequence : last.sequenceNumber;
      return batch;
    };
    return new Subscription({ listen: () => this.tail.listen(stream), nextBatch }, signal);
  }

  override verify(taskId: string): Promise<Verification> {
    return verifyStream(this.source, streamId(taskId));
  }

  override verifyLog(options: { readonly seal?: Seal } = {}): Promise<LogVerification> {
    return verifyLog(this.source, options);
  }

  override exportLog(write: (text: string) => void | Promise<void>, options?: ExportOptions): Promise<LogSummary> {
    return exportLog(this.source, write, options);
  }

  override async importLog(path: string): Promise<LogSummary> {
    const { database } = this.options;
    const command = await database.load<ImportInput, ImportOutput>(commandFile('import'));
    return summaryOfImport(path, await database.execute(command, { path: resolve(path) }));
  }

  override loadSnapshot(taskId: string, projection: string): Promise<Snapshot | null> {
    return this.snapshots.load(streamId(taskId), projection);
  }

  override saveSnapshot(taskId: string, projection: string, snapshot: Snapshot): Promise<void> {
    return this.snapshots.save(streamId(taskId), projection, snapshot);
  }

  /** Ends all subscriptions. The database stays open. Safe to repeat. */
  close(): void {
    this.tail.close();
  }

  private prepare(taskId: string, drafts: readonly EventDraft[], options: AppendOptions): AppendInput {
    const { maxBytes, maxClockSkewMs, clock, processId } = this.options;
    const limits: DraftLimits = { now: clock(), maxBytes, maxClockSkewMs };
    const issues = [...appendIssues(taskId, options), ...allDraftIssues(drafts, limits)];
    if (issues.length > 0) throw new InvalidEventError(issues);
    const causationId = options.causationId ?? null;
    return {
      taskId: streamId(taskId),
      processId,
      expectedSequence: options.expectedSequence ?? null,
      correlationId: options.correlationId ?? null,
      drafts: drafts.map((draft) => prepareDraft(draft, limits, causationId)),
      alongside: options.alongside ?? [],
    };
  }

  private appended(input: AppendInput, events: Extract<AppendOutput, { kind: 'stored' }>['events']): StoredEvent[] {
    const stored = events.map((event, index) =>
      'clock' in event ? eventOfAppend(input.taskId, input.drafts[index] as PreparedDraft, event) : eventOfRow(event),
    );
    const first = stored[0];
    const last = stored.at(-1);
    if (first && last) {
      this.tail.appended(input.taskId, first.sequenceNumber, last.sequenceNumber);
      void this.retirement.consider(input.taskId, last.vectorClock);
    }
    return stored;
  }

  /** Pages of a stream; the event loop gets its turn between two of them. */
  private async *pages(taskId: string, options: ReadOptions): AsyncGenerator<readonly StoredEvent[]> {
    const query = streamQuery(streamId(taskId), options);
    let missing = query.limit;
    let beyond: number | null = null;
    while (missing > 0) {
      const { events, isLast }: Page = this.reader.page(query, beyond, missing);
      yield events;
      if (isLast) return;
      missing -= events.length;
      beyond = events.at(-1)?.streamSequence ?? null;
      await nextTurn();
    }
  }
}

/** Run from the sources or from the build: a command's file has the same ending as this one. */
function commandFile(name: string): URL {
  return new URL(`./${name}.command${extname(import.meta.url)}`, import.meta.url);
}

function appendIssues(taskId: string, options: AppendOptions): Issue[] {
  const { expectedSequence, causationId, correlationId } = options;
  return [
    taskIdIssue(taskId),
    expectedSequence === undefined ? null : countIssue(expectedSequence, 'expectedSequence'),
    causationId === undefined || causationId === null ? null : uuidIssue(causationId, 'causationId'),
    correlationId === undefined ? null : textIssue(correlationId, 'correlationId'),
  ].filter((issue) => issue !== null);
}

/** With several drafts the path says which one is meant. */
function allDraftIssues(drafts: readonly EventDraft[], limits: DraftLimits): Issue[] {
  return drafts.flatMap((draft, index) => {
    const prefix = drafts.length === 1 ? '' : `[${index}].`;
    return draftIssues(draft, limits).map(({ path, message }) => ({ path: `${prefix}${path}`, message }));
  });
}
