import { closeSync, openSync, readSync } from 'node:fs';
import type { WriteTransaction } from '../storage/index.ts';
import { createStream, insertEvent, moveStream } from './event-rows.sqlite.ts';
import type { ImportOutput } from './import-outcome.ts';
import { DamagedLine, LogFileReading, type ReadEvent } from './log-file.ts';
import { LogFileLines } from './log-file-lines.ts';

/*
 * Import on SQLite: a whole log file in one transaction, so that there is all of it or nothing, also after a crash.
 * Takes   the path of the file.
 * Gives   how much was imported; or the line that is damaged; or how many events are there already.
 * Changes `streams`, `events`, `payloads` and `retired_processes`.
 */

export interface ImportInput {
  readonly path: string;
}

const sql = {
  last: 'SELECT max(sequence) FROM events',
  retire: 'INSERT INTO retired_processes (stream, generations) VALUES (?, ?)',
  retired: 'UPDATE streams SET retired = ? WHERE id = ?',
};

export default function importLog(transaction: WriteTransaction, input: unknown): ImportOutput {
  const { path } = input as ImportInput;
  const row = transaction.statement(sql.last, 'arrays').get() as readonly [number | null] | undefined;
  const events = Number(row?.[0] ?? 0);
  if (events > 0) return { kind: 'notEmpty', events };
  transaction.savepoint();
  try {
    return readInto(transaction, path);
  } catch (error) {
    transaction.undo();
    if (error instanceof DamagedLine) return { kind: 'damaged', line: error.line, problem: error.message };
    if (isFileError(error)) return { kind: 'unreadable', problem: error.message };
    throw error;
  }
}

function readInto(transaction: WriteTransaction, path: string): ImportOutput {
  const reading = new LogFileReading();
  const ids = new Map<string, number>();
  for (const { taskId, row } of eventsOf(path, reading)) {
    let stream = ids.get(taskId);
    if (stream === undefined) ids.set(taskId, (stream = createStream(transaction, taskId, row.correlationId)));
    try {
      insertEvent(transaction, stream, row);
    } catch (error) {
      if (isTaken(error)) throw reading.damaged(`has the eventId ${row.eventId} of an event before it`);
      throw error;
    }
  }
  const { streams, seal } = reading.end();
  for (const [taskId, stand] of streams) {
    const stream = ids.get(taskId) ?? 0;
    moveStream(transaction, stream, stand);
    const { generations } = stand.retired;
    if (generations.length === 0) continue;
    transaction.statement(sql.retire).run(stream, JSON.stringify(generations));
    transaction.statement(sql.retired).run(generations.length, stream);
  }
  return { kind: 'imported', events: reading.events, streams: streams.size, seal };
}

const CHUNK_BYTES = 1 << 20;

function* eventsOf(path: string, reading: LogFileReading): Generator<ReadEvent, void, undefined> {
  const file = openSync(path, 'r');
  try {
    const lines = new LogFileLines(reading);
    for (;;) {
      const piece = Buffer.alloc(CHUNK_BYTES);
      const length = readSync(file, piece);
      if (length === 0) break;
      yield* lines.take(piece.subarray(0, length));
    }
    yield* lines.end();
  } finally {
    closeSync(file);
  }
}

/** SQLITE_CONSTRAINT_UNIQUE: of all that is unique only the event id is not given by the reading itself. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 2067;
}

function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}
