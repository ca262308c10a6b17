import type { PoolClient } from 'pg';
import { AppError } from '../kernel/errors.ts';
import { applyStatements, failureOfPostgres, type PostgresDatabase, queryRows, toError } from '../storage/index.ts';
import { type AppendInput, type AppendOutput, type AppendPlan, type NewEvent, planAppend } from './append-plan.ts';
import { type StreamToWrite, writeRows } from './event-rows.postgres.ts';
import { retiredOf } from './retired-processes.ts';
import { eventColumns, type EventRow } from './schema.ts';
import type { VectorClock } from './vector-clock.ts';

/** All who append to one database take turns by it, so that commit order is the order of sequence numbers. */
const APPEND_LOCK = 20_483_002;
export const NEWS_CHANNEL = 'taskloom_events';
const MAX_GROUP = 500;

const sql = {
  heads: `SELECT task_id, id, version, code_version, clock, hash, correlation_id, generations
          FROM streams LEFT JOIN retired_processes ON stream = streams.id WHERE task_id = ANY ($1)`,
  earlier: `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ANY ($1)`,
  last: 'SELECT coalesce(max(sequence), 0) FROM events',
};

interface Waiting {
  readonly input: AppendInput;
  readonly resolve: (output: AppendOutput) => void;
  readonly reject: (error: unknown) => void;
}

type Settled = { readonly output: AppendOutput } | { readonly error: unknown };

/**
 * Commits what gathers while a commit is under way as one transaction with one sync. Each append is refused or kept by
 * itself. Rejects with StoreUnavailableError when the server is gone; if that was in the middle of a commit, only a
 * repetition with the same event ids tells whether it was kept.
 */
export class PostgresAppends {
  private readonly database: PostgresDatabase;
  private waiting: Waiting[] = [];
  private isBusy = false;

  constructor(database: PostgresDatabase) {
    this.database = database;
  }

  append(input: AppendInput): Promise<AppendOutput> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ input, resolve, reject });
      if (this.isBusy) return;
      this.isBusy = true;
      // Whoever asks in the same turn is in the same group.
      queueMicrotask(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, MAX_GROUP);
      try {
        const inputs = group.map(({ input }) => input);
        const settled = await this.database.transaction((client) => new Group(client).commit(inputs));
        group.forEach(({ resolve, reject }, index) => {
          const outcome = settled[index];
          if (outcome && 'output' in outcome) resolve(outcome.output);
          else reject(outcome?.error);
        });
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.isBusy = false;
  }
}

/** The appends of one transaction: planned one after the other, written together. */
class Group {
  private readonly client: PoolClient;
  private readonly streams = new Map<string, StreamToWrite>();
  private readonly moved = new Set<string>();
  private readonly earlier = new Map<string, EventRow>();
  private readonly rows: (readonly [number, NewEvent])[] = [];
  private last = 0;

  constructor(client: PoolClient) {
    this.client = client;
  }

  async commit(inputs: readonly AppendInput[]): Promise<Settled[]> {
    await this.client.query('SELECT pg_advisory_xact_lock($1)', [APPEND_LOCK]);
    await this.read(inputs);
    const settled: Settled[] = [];
    for (const input of inputs) settled.push(await this.add(input));
    if (this.rows.length > 0) {
      const moved = [...this.moved].map((taskId) => this.streams.get(taskId)).filter((stream) => stream !== undefined);
      await writeRows(this.client, this.rows, moved);
      await this.client.query(`NOTIFY ${NEWS_CHANNEL}`);
    }
    return settled;
  }

  private async read(inputs: readonly AppendInput[]): Promise<void> {
    const [last] = await queryRows(this.client, sql.last, []);
    this.last = Number(last?.[0] ?? 0);
    const taskIds = [...new Set(inputs.map(({ taskId }) => taskId))];
    for (const row of await queryRows(this.client, sql.heads, [taskIds])) this.keepHead(row as unknown as HeadRow);
    const given = inputs.flatMap(({ drafts }) => drafts.filter(({ idGiven }) => idGiven)).map(({ eventId }) => eventId);
    if (given.length === 0) return;
    for (const row of await queryRows(this.client, sql.earlier, [given])) {
      // The SELECT lists the columns of an EventRow.
      this.earlier.set(String(row[3]), row as unknown as EventRow);
    }
  }

  private keepHead([taskId, id, version, codeVersion, clock, hash, correlationId, generations]: HeadRow): void {
    const seen = JSON.parse(clock) as VectorClock;
    const retired = retiredOf(generations);
    this.streams.set(taskId, { id, taskId, version, codeVersion, clock: seen, hash, correlationId, retired });
  }

  private async add(input: AppendInput): Promise<Settled> {
    const stream = this.streams.get(input.taskId) ?? null;
    const plan = planAppend(input, stream, this.earlierOf(input), this.last);
    if (plan.kind !== 'write') return { output: plan };
    if (input.alongside.length > 0 && !plan.isRepetition) {
      const refusal = await this.alongside(input);
      if (refusal) return refusal;
    }
    this.take(input, plan, stream);
    return { output: plan.answer };
  }

  private earlierOf({ drafts }: AppendInput): ReadonlyMap<string, EventRow> {
    const rows = new Map<string, EventRow>();
    for (const { idGiven, eventId } of drafts) {
      const row = idGiven ? this.earlier.get(eventId) : undefined;
      if (row) rows.set(eventId, row);
    }
    return rows;
  }

  /** In a savepoint, so that what is refused hurts no other append of the group. Null: it went well. */
  private async alongside({ alongside }: AppendInput): Promise<Settled | null> {
    await this.client.query('SAVEPOINT write');
    try {
      await applyStatements(this.client, alongside);
      await this.client.query('RELEASE write');
      return null;
    } catch (error) {
      const failure = failureOfPostgres(error);
      // A server that is gone or full ends the group as a whole.
      if (failure.kind === 'unavailable') throw error;
      await this.client.query('ROLLBACK TO write');
      return { error: error instanceof AppError ? error : toError(failure, '') };
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
  ];
}
