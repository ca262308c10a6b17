import { closeSync, openSync, readSync } from 'node:fs';
import type { WriteTransaction } from '../storage/index.ts';
import { createStream, insertEvent, moveStream } from './event-rows.sqlite.ts';
import type { ImportOutput } from './import-outcome.ts';
import { DamagedLine, LogFileReading } from './log-file.ts';

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
  for (const line of linesOf(path, reading)) {
    const event = reading.take(line);
    if (!event) continue;
    const { taskId, row } = event;
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
/** More than the largest event that any setting allows. */
const MAX_LINE_BYTES = 300 * 1024 * 1024;
const NEW_LINE = 0x0a;

/** The lines of a file, one at a time in memory. An end without a line break is a line too. */
function* linesOf(path: string, reading: LogFileReading): Generator<string, void, undefined> {
  const file = openSync(path, 'r');
  try {
    let begun: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const chunk = Buffer.alloc(CHUNK_BYTES);
      const length = readSync(file, chunk);
      if (length === 0) break;
      let start = 0;
      for (let end = chunk.indexOf(NEW_LINE); end >= 0 && end < length; end = chunk.indexOf(NEW_LINE, start)) {
        yield Buffer.concat([...begun, chunk.subarray(start, end)]).toString();
        begun = [];
        bytes = 0;
        start = end + 1;
      }
      if (start < length) begun.push(chunk.subarray(start, length));
      bytes += length - start;
      if (bytes > MAX_LINE_BYTES) throw reading.nextDamaged(`is longer than ${MAX_LINE_BYTES} bytes, as no event is`);
    }
    if (begun.length > 0) yield Buffer.concat(begun).toString();
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
