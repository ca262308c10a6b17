import { hash as digest } from 'node:crypto';
import type { WriteTransaction } from '../storage/index.ts';
import {
  type AppendInput,
  type AppendOutput,
  type NewEvent,
  planAppend,
  type PreparedDraft,
  type StreamStand,
} from './append-plan.ts';
import { FIRST_HASH } from './event-hash.ts';
import { retiredOf } from './retired-processes.ts';
import { eventColumns, type EventRow, LARGE_DATA_CHARACTERS } from './schema.ts';
import type { VectorClock } from './vector-clock.ts';

/*
 * Append on SQLite. Runs inside the writer's transaction.
 * Takes   valid drafts of one stream, the position expected of it, statements that commit with them.
 * Gives   one row for each draft; or where the stream stands instead of where it was expected; or the reused event id.
 * Changes `streams`, `events`, `payloads`, and what the statements change.
 */

const sql = {
  stream: `SELECT id, version, code_version, clock, hash, correlation_id,
             CASE WHEN retired THEN (SELECT generations FROM retired_processes WHERE stream = streams.id) END
           FROM streams WHERE task_id = ?`,
  earlier: `SELECT ${eventColumns} FROM events JOIN streams ON streams.id = stream WHERE event_id = ?`,
  last: 'SELECT max(sequence) FROM events',
  create: `INSERT INTO streams (task_id, version, code_version, clock, hash, correlation_id)
           VALUES (?, 0, 0, '{}', ?, ?)`,
  move: 'UPDATE streams SET version = ?, code_version = ?, clock = ?, hash = ? WHERE id = ?',
  insert: `INSERT INTO events (sequence, stream, stream_sequence, event_id, type, timestamp, clock, causation_id,
             correlation_id, code_version, hash, data, type_version, payload)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  keep: 'INSERT INTO payloads (hash, data) VALUES (?, ?) ON CONFLICT DO NOTHING',
  kept: 'SELECT id FROM payloads WHERE hash = ?',
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
    const last = Number(this.statement(sql.last).get()?.[0] ?? 0);
    const plan = planAppend(this.input, known ? standOf(known) : null, this.earlier(drafts), last);
    if (plan.kind !== 'write') return plan;
    if (alongside.length > 0 && !plan.isRepetition) {
      this.transaction.savepoint();
      this.transaction.apply(alongside);
    }
    if (plan.stream) this.write(known?.[0] ?? this.create(plan.stream), plan.rows, plan.stream);
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

  private create({ correlationId }: StreamStand): number {
    return Number(this.statement(sql.create).run(this.input.taskId, FIRST_HASH, correlationId).lastInsertRowid);
  }

  private write(stream: number, rows: readonly NewEvent[], after: StreamStand): void {
    for (const row of rows) this.insert(stream, row);
    const { version, codeVersion, clock, hash } = after;
    this.statement(sql.move).run(version, codeVersion, JSON.stringify(clock), hash, stream);
  }

  private insert(stream: number, row: NewEvent): void {
    const payload = row.data.length < LARGE_DATA_CHARACTERS ? null : this.keep(row.data);
    this.statement(sql.insert).run(
      row.sequence,
      stream,
      row.streamSequence,
      row.eventId,
      row.eventType,
      row.timestamp,
      row.clock,
      row.causationId,
      row.correlationId,
      row.codeVersion,
      row.hash,
      payload === null ? row.data : '',
      row.typeVersion,
      payload,
    );
  }

  /** Large data is stored once, however many events hold it. */
  private keep(data: string): number {
    const hash = digest('sha256', data);
    const { changes, lastInsertRowid } = this.statement(sql.keep).run(hash, data);
    return Number(changes === 1 ? lastInsertRowid : this.statement(sql.kept).get(hash)?.[0]);
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
];

function standOf([, version, codeVersion, clock, hash, correlationId, retired]: StreamRow): StreamStand {
  const seen = JSON.parse(clock) as VectorClock;
  return { version, codeVersion, clock: seen, hash, correlationId, retired: retiredOf(retired) };
}
