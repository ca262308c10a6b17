import { hash as digest } from 'node:crypto';
import type { WriteTransaction } from '../storage/index.ts';
import type { NewEvent, StreamStand } from './append-plan.ts';
import { FIRST_HASH } from './event-hash.ts';
import { LARGE_DATA_CHARACTERS } from './schema.ts';

/*
 * Rows of the log as SQLite keeps them, for the commands that write some. Runs inside the writer's transaction.
 * Changes `streams`, `events` and `payloads`.
 */

const sql = {
  create: `INSERT INTO streams (task_id, version, code_version, clock, hash, correlation_id)
           VALUES (?, 0, 0, '{}', '${FIRST_HASH}', ?)`,
  move: 'UPDATE streams SET version = ?, code_version = ?, clock = ?, hash = ? WHERE id = ?',
  insert: `INSERT INTO events (sequence, stream, stream_sequence, event_id, type, timestamp, clock, causation_id,
             correlation_id, code_version, hash, data, type_version, payload, actor)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  keep: 'INSERT INTO payloads (hash, data) VALUES (?, ?) ON CONFLICT DO NOTHING',
  kept: 'SELECT id FROM payloads WHERE hash = ?',
};

/** A new stream without events; answers the id of its row. */
export function createStream(transaction: WriteTransaction, taskId: string, correlationId: string): number {
  return Number(transaction.statement(sql.create, 'arrays').run(taskId, correlationId).lastInsertRowid);
}

/** Where a stream stands after its new events. */
export function moveStream(transaction: WriteTransaction, stream: number, after: StreamStand): void {
  const { version, codeVersion, clock, hash } = after;
  transaction.statement(sql.move, 'arrays').run(version, codeVersion, JSON.stringify(clock), hash, stream);
}

export function insertEvent(transaction: WriteTransaction, stream: number, row: NewEvent): void {
  const payload = row.data.length < LARGE_DATA_CHARACTERS ? null : keepPayload(transaction, row.data);
  transaction
    .statement(sql.insert, 'arrays')
    .run(
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
      row.actor,
    );
}

/** Large data is stored once, however many events hold it. */
function keepPayload(transaction: WriteTransaction, data: string): number {
  const hash = digest('sha256', data);
  const { changes, lastInsertRowid } = transaction.statement(sql.keep, 'arrays').run(hash, data);
  if (changes === 1) return Number(lastInsertRowid);
  const row = transaction.statement(sql.kept, 'arrays').get(hash) as readonly [number] | undefined;
  return Number(row?.[0]);
}
