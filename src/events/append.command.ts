import type { WriteTransaction } from '../storage/index.ts';
import {
  type AppendInput,
  type AppendOutput,
  type NewEvent,
  planAppend,
  type PreparedDraft,
  type StreamStand,
} from './append-plan.ts';
import { createStream, insertEvent, moveStream } from './event-rows.sqlite.ts';
import { retiredOf } from './retired-processes.ts';
import { eventColumns, type EventRow } from './schema.ts';
import type { VectorClock } from './vector-clock.ts';

/*
 * Append on SQLite. Runs inside the writer's transaction.
 * Takes   valid drafts of one stream, the position expected of it, statements that commit with them.
 * Gives   one row for each draft; or where the stream stands instead of where it was expected; or the reused event id.
 * Changes `streams`, `events`, `payloads`, and what the statements change.
 */

const sql = {
  stream: `SELECT id, version, code_version, clock, hash, correlation_id,
             CASE WHEN retired > 0 THEN (SELECT generations FROM retired_processes WHERE stream = streams.id) END,
             (SELECT max(sequence) FROM events)
           FROM streams WHERE task_id = ?`,
  earlier: `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ?`,
  last: 'SELECT max(sequence) FROM events',
};

export default function append(transaction: WriteTransaction, input: unknown): AppendOutput {
  return new Append(transaction, input as AppendInput).run();
}

class Append {
  private readonly transaction: WriteTransaction;
  private readonly input: AppendInput;

  constructor(transaction: WriteTransaction, input: AppendInput) {
    this.transaction = transaction;
    this.input = input;
  }

  run(): AppendOutput {
    const { taskId, drafts, alongside } = this.input;
    const known = this.statement(sql.stream).get(taskId) as StreamRow | undefined;
    // Two questions in one, where there is a stream to ask about.
    const last = known?.[7] ?? Number(this.statement(sql.last).get()?.[0] ?? 0);
    const plan = planAppend(this.input, known ? standOf(known) : null, this.earlier(drafts), last);
    if (plan.kind !== 'write') return plan;
    if (alongside.length > 0 && !plan.isRepetition) {
      this.transaction.savepoint();
      this.transaction.apply(alongside);
    }
    if (plan.stream) this.write(known?.[0] ?? null, plan.rows, plan.stream);
    return plan.answer;
  }

  private earlier(drafts: readonly PreparedDraft[]): Map<string, EventRow> {
    const rows = new Map<string, EventRow>();
    for (const { idGiven, eventId } of drafts) {
      const row = idGiven ? (this.statement(sql.earlier).get(eventId) as EventRow | undefined) : undefined;
      if (row) rows.set(eventId, row);
    }
    return rows;
  }

  private write(known: number | null, rows: readonly NewEvent[], after: StreamStand): void {
    const stream = known ?? createStream(this.transaction, this.input.taskId, after.correlationId);
    for (const row of rows) insertEvent(this.transaction, stream, row);
    moveStream(this.transaction, stream, after);
  }

  private statement(text: string) {
    return this.transaction.statement(text, 'arrays');
  }
}

type StreamRow = readonly [
  id: number,
  version: number,
  codeVersion: number,
  clock: string,
  hash: string,
  correlationId: string,
  retired: string | null,
  last: number | null,
];

function standOf([, version, codeVersion, clock, hash, correlationId, retired]: StreamRow): StreamStand {
  const seen = JSON.parse(clock) as VectorClock;
  return { version, codeVersion, clock: seen, hash, correlationId, retired: retiredOf(retired) };
}
