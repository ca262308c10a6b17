import {
  Gathering,
  type PostgresDatabase,
  type Settled,
  StoreUnavailableError,
  type WriteSession,
} from '../storage/index.ts';
import { type AppendInput, type AppendOutput, type AppendPlan, type NewEvent, planAppend } from './append-plan.ts';
import { type StreamToWrite, writeRows } from './event-rows.postgres.ts';
import { retiredOf } from './retired-processes.ts';
import { eventColumns, type EventRow } from './schema.ts';
import type { VectorClock } from './vector-clock.ts';

export const NEWS_CHANNEL = 'taskloom_events';

const sql = {
  heads: `SELECT task_id, id, version, code_version, clock, hash, correlation_id, generations
          FROM streams LEFT JOIN retired_processes ON stream = streams.id WHERE task_id = ANY ($1)`,
  earlier: `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ANY ($1)`,
  last: 'SELECT coalesce(max(sequence), 0) FROM events',
};

/**
 * Commits what gathers while a commit is under way as one transaction with one sync. Each append is refused or kept by
 * itself. Writes of all processes come one after the other, so commit order is the order of sequence numbers. Rejects
 * with StoreUnavailableError when the server is gone; if that was in the middle of a commit, only a repetition with the
 * same event ids tells whether it was kept.
 */
export function postgresAppends(database: PostgresDatabase): Gathering<AppendInput, AppendOutput> {
  return new Gathering((inputs) =>
    database.transaction((session) => new Group(session, (error) => database.errorOf(error)).commit(inputs)),
  );
}

/** The appends of one transaction: planned one after the other, written together. */
class Group {
  private readonly session: WriteSession;
  private readonly errorOf: (error: unknown) => Error;
  private readonly streams = new Map<string, StreamToWrite>();
  private readonly moved = new Set<string>();
  private readonly earlier = new Map<string, EventRow>();
  private readonly rows: (readonly [number, NewEvent])[] = [];
  private last = 0;

  constructor(session: WriteSession, errorOf: (error: unknown) => Error) {
    this.session = session;
    this.errorOf = errorOf;
  }

  async commit(inputs: readonly AppendInput[]): Promise<Settled<AppendOutput>[]> {
    await this.read(inputs);
    const settled: Settled<AppendOutput>[] = [];
    for (const input of inputs) settled.push(await this.add(input));
    if (this.rows.length > 0) {
      const moved = [...this.moved].map((taskId) => this.streams.get(taskId)).filter((stream) => stream !== undefined);
      await writeRows(this.session, this.rows, moved);
      await this.session.run(`NOTIFY ${NEWS_CHANNEL}`);
    }
    return settled;
  }

  private async read(inputs: readonly AppendInput[]): Promise<void> {
    const taskIds = [...new Set(inputs.map(({ taskId }) => taskId))];
    const given = inputs.flatMap(({ drafts }) => drafts.filter(({ idGiven }) => idGiven)).map(({ eventId }) => eventId);
    // Asked together, answered in order.
    const [[last], heads, earlier] = await Promise.all([
      this.session.query(sql.last),
      this.session.query(sql.heads, [taskIds], 'taskloom-heads'),
      given.length === 0 ? [] : this.session.query(sql.earlier, [given], 'taskloom-earlier'),
    ]);
    this.last = Number(last?.[0] ?? 0);
    // The SELECTs list the columns of a HeadRow and of an EventRow.
    for (const row of heads) this.keepHead(row as unknown as HeadRow);
    for (const row of earlier) this.earlier.set(String(row[3]), row as unknown as EventRow);
  }

  private keepHead([taskId, id, version, codeVersion, clock, hash, correlationId, generations]: HeadRow): void {
    const seen = JSON.parse(clock) as VectorClock;
    const retired = retiredOf(generations);
    this.streams.set(taskId, { id, taskId, version, codeVersion, clock: seen, hash, correlationId, retired });
  }

  private async add(input: AppendInput): Promise<Settled<AppendOutput>> {
    const stream = this.streams.get(input.taskId) ?? null;
    const plan = planAppend(input, stream, this.earlierOf(input), this.last);
    if (plan.kind !== 'write') return { result: plan };
    if (input.alongside.length > 0 && !plan.isRepetition) {
      const refusal = await this.alongside(input);
      if (refusal) return refusal;
    }
    this.take(input, plan, stream);
    return { result: plan.answer };
  }

  private earlierOf({ drafts }: AppendInput): ReadonlyMap<string, EventRow> {
    const rows = new Map<string, EventRow>();
    for (const { idGiven, eventId } of drafts) {
      const row = idGiven ? this.earlier.get(eventId) : undefined;
      if (row) rows.set(eventId, row);
    }
    return rows;
  }

  /** Apart, so that what is refused hurts no other append of the group. Null: it went well. */
  private async alongside({ alongside }: AppendInput): Promise<{ readonly error: unknown } | null> {
    try {
      await this.session.apart(() => this.session.apply(alongside));
      return null;
    } catch (error) {
      const said = this.errorOf(error);
      // A server that is gone or full ends the group as a whole.
      if (said instanceof StoreUnavailableError) throw error;
      return { error: said };
    }
  }

  private take(input: AppendInput, { rows, stream }: AppendPlan, before: StreamToWrite | null): void {
    if (!stream) return;
    const { taskId } = input;
    const id = before?.id ?? this.last + 1;
    this.streams.set(taskId, { ...stream, id, taskId });
    this.moved.add(taskId);
    this.last += rows.length;
    for (const row of rows) {
      this.rows.push([id, row]);
      // A later append of the group may repeat it.
      this.earlier.set(row.eventId, rowOf(row, stream));
    }
  }
}

type HeadRow = readonly [
  taskId: string,
  id: number,
  version: number,
  codeVersion: number,
  clock: string,
  hash: string,
  correlationId: string,
  generations: string | null,
];

/** A new row as it will be read. */
function rowOf(row: NewEvent, { retired }: { readonly retired: StreamToWrite['retired'] }): EventRow {
  const generations = retired.generations.length === 0 ? null : JSON.stringify(retired.generations);
  return [
    row.sequence,
    row.taskId,
    row.streamSequence,
    row.eventId,
    row.eventType,
    row.timestamp,
    row.clock,
    row.causationId,
    row.correlationId,
    row.codeVersion,
    row.data,
    row.typeVersion,
    generations,
    row.actor,
  ];
}
