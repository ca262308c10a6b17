import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { messageOf } from '../kernel/errors.ts';
import type { PostgresDatabase, WriteSession } from '../storage/index.ts';
import type { NewEvent } from './append-plan.ts';
import { writeRows } from './event-rows.postgres.ts';
import type { ImportOutput } from './import-outcome.ts';
import { DamagedLine, LogFileReading } from './log-file.ts';

const ROWS_PER_WRITE = 500;
const UNIQUE_VIOLATION = '23505';

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

/** The line of the event whose id stands in the file twice; an event stands one line below its number. */
function refuseRepeatedId(error: unknown, rows: readonly (readonly [number, NewEvent])[]): never {
  const { code, detail = '' } = error as { readonly code?: string; readonly detail?: string };
  const eventId = /^Key \(event_id\)=\((.*)\) already exists/.exec(detail)?.[1];
  const repeated = rows.findLast(([, row]) => row.eventId === eventId)?.[1];
  if (code !== UNIQUE_VIOLATION || !repeated) throw error;
  throw new DamagedLine(repeated.sequence + 1, `has the eventId ${repeated.eventId} of an event before it`);
}

/** Not by `instanceof`: errors of the file system belong to the realm that loaded it. */
function isFileError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'path' in error;
}

async function readInto(session: WriteSession, path: string): Promise<ImportOutput> {
  const reading = new LogFileReading();
  const ids = new Map<string, number>();
  let rows: (readonly [number, NewEvent])[] = [];
  const write = async () => {
    if (rows.length > 0) await writeRows(session, rows, []).catch((error: unknown) => refuseRepeatedId(error, rows));
    rows = [];
  };
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const event = reading.take(line);
    if (!event) continue;
    const id = ids.get(event.taskId) ?? event.row.sequence;
    ids.set(event.taskId, id);
    rows.push([id, event.row]);
    if (rows.length >= ROWS_PER_WRITE) await write();
  }
  await write();
  const { streams, seal } = reading.end();
  const stands = [...streams].map(([taskId, stand]) => ({ ...stand, taskId, id: ids.get(taskId) ?? 0 }));
  for (let index = 0; index < stands.length; index += ROWS_PER_WRITE) {
    await writeRows(session, [], stands.slice(index, index + ROWS_PER_WRITE));
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
