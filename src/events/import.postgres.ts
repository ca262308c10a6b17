import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { PoolClient } from 'pg';
import { messageOf } from '../kernel/errors.ts';
import { type PostgresDatabase, queryRows } from '../storage/index.ts';
import type { NewEvent } from './append-plan.ts';
import { writeRows } from './event-rows.postgres.ts';
import type { ImportOutput } from './import-outcome.ts';
import { DamagedLine, LogFileReading } from './log-file.ts';

const ROWS_PER_WRITE = 500;

/** A whole log file in one transaction, so that there is all of it or nothing. */
export async function importIntoPostgres(database: PostgresDatabase, path: string): Promise<ImportOutput> {
  try {
    return await database.transaction((client) => importFile(client, path));
  } catch (error) {
    if (error instanceof ImportRefused) return error.output;
    throw error;
  }
}

/** Takes the whole transaction back. */
class ImportRefused extends Error {
  readonly output: ImportOutput;

  constructor(output: ImportOutput) {
    super(output.kind);
    this.output = output;
  }
}

async function importFile(client: PoolClient, path: string): Promise<ImportOutput> {
  await client.query('LOCK TABLE events, streams IN EXCLUSIVE MODE');
  const [row] = await queryRows(client, 'SELECT coalesce(max(sequence), 0) FROM events', []);
  const events = Number(row?.[0] ?? 0);
  if (events > 0) return { kind: 'notEmpty', events };
  try {
    return await readInto(client, path);
  } catch (error) {
    if (error instanceof DamagedLine) {
      throw new ImportRefused({ kind: 'damaged', line: error.line, problem: error.message });
    }
    if (isFileError(error)) throw new ImportRefused({ kind: 'unreadable', problem: messageOf(error) });
    throw error;
  }
}

/** Not by `instanceof`: errors of the file system belong to the realm that loaded it. */
function isFileError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'path' in error;
}

async function readInto(client: PoolClient, path: string): Promise<ImportOutput> {
  const reading = new LogFileReading();
  const ids = new Map<string, number>();
  let rows: (readonly [number, NewEvent])[] = [];
  const write = async () => {
    if (rows.length > 0) await writeRows(client, rows, []);
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
    await writeRows(client, [], stands.slice(index, index + ROWS_PER_WRITE));
  }
  for (const { id, retired } of stands.filter(({ retired: { generations } }) => generations.length > 0)) {
    const { generations } = retired;
    await client.query('INSERT INTO retired_processes (stream, generations) VALUES ($1, $2)', [
      id,
      JSON.stringify(generations),
    ]);
    await client.query('UPDATE streams SET retired = $1 WHERE id = $2', [generations.length, id]);
  }
  return { kind: 'imported', events: reading.events, streams: streams.size, seal };
}
