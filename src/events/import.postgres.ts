import { createReadStream } from 'node:fs';
import { messageOf } from '../kernel/errors.ts';
import type { PostgresDatabase, WriteSession } from '../storage/index.ts';
import type { NewEvent } from './append-plan.ts';
import { writeEvents, writeStreams } from './event-rows.postgres.ts';
import type { ImportOutput } from './import-outcome.ts';
import { DamagedLine, LogFileReading, type ReadEvent } from './log-file.ts';
import { LogFileLines } from './log-file-lines.ts';

const ROWS_PER_WRITE = 500;
const CHUNK_BYTES = 1 << 20;

/** A whole log file in one transaction, so that there is all of it or nothing. */
export async function importIntoPostgres(database: PostgresDatabase, path: string): Promise<ImportOutput> {
  let refusal: ImportOutput | null = null;
  const work = async (session: WriteSession) => {
    try {
      return await importFile(session, path);
    } catch (error) {
      refusal = refusalOf(error);
      // Takes the whole transaction back.
      throw error;
    }
  };
  return database.transaction(work).catch((error: unknown) => {
    if (refusal) return refusal;
    throw error;
  });
}

function refusalOf(error: unknown): ImportOutput | null {
  if (error instanceof DamagedLine) return { kind: 'damaged', line: error.line, problem: error.message };
  return isFileError(error) ? { kind: 'unreadable', problem: messageOf(error) } : null;
}

async function importFile(session: WriteSession, path: string): Promise<ImportOutput> {
  const [row] = await session.query('SELECT coalesce(max(sequence), 0) FROM events');
  const events = Number(row?.[0] ?? 0);
  if (events > 0) return { kind: 'notEmpty', events };
  return readInto(session, path);
}

/** Not by `instanceof`: errors of the file system belong to the realm that loaded it. */
function isFileError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'path' in error;
}

async function readInto(session: WriteSession, path: string): Promise<ImportOutput> {
  const reading = new LogFileReading();
  const ids = new Map<string, number>();
  let rows: (readonly [number, NewEvent])[] = [];
  const lineOf = new Map<string, number>();
  const taken = (eventId: string, line: number) =>
    new DamagedLine(line, `has the eventId ${eventId} of an event before it`);
  const write = async () => {
    const known = await session.query('SELECT event_id FROM events WHERE event_id = ANY ($1)', [[...lineOf.keys()]]);
    for (const [eventId] of known) throw taken(String(eventId), lineOf.get(String(eventId)) ?? 0);
    if (rows.length > 0) await writeEvents(session, rows);
    rows = [];
    lineOf.clear();
  };
  for await (const { taskId, row } of eventsOf(path, reading)) {
    if (lineOf.has(row.eventId)) throw taken(row.eventId, reading.lines);
    lineOf.set(row.eventId, reading.lines);
    const id = ids.get(taskId) ?? row.sequence;
    ids.set(taskId, id);
    rows.push([id, row]);
    if (rows.length >= ROWS_PER_WRITE) await write();
  }
  await write();
  const { streams, seal } = reading.end();
  const stands = [...streams].map(([taskId, stand]) => ({ ...stand, taskId, id: ids.get(taskId) ?? 0 }));
  for (let index = 0; index < stands.length; index += ROWS_PER_WRITE) {
    writeStreams(session, stands.slice(index, index + ROWS_PER_WRITE));
  }
  for (const { id, retired } of stands.filter(({ retired: { generations } }) => generations.length > 0)) {
    const { generations } = retired;
    await session.query('INSERT INTO retired_processes (stream, generations) VALUES ($1, $2)', [
      id,
      JSON.stringify(generations),
    ]);
    await session.query('UPDATE streams SET retired = $1 WHERE id = $2', [generations.length, id]);
  }
  return { kind: 'imported', events: reading.events, streams: streams.size, seal };
}

async function* eventsOf(path: string, reading: LogFileReading): AsyncGenerator<ReadEvent, void, undefined> {
  const lines = new LogFileLines(reading);
  // Pieces of a file without an encoding are buffers.
  for await (const piece of createReadStream(path, { highWaterMark: CHUNK_BYTES })) yield* lines.take(piece as Buffer);
  yield* lines.end();
}
