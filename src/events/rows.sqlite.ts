import type { Columns, SqliteDatabase, SqliteFile, SqlValue } from '../storage/index.ts';
import type { ChainedRow } from './log-source.ts';
import { ofAllTypes, PAGE_CHARACTERS, type Rows, type WithDataOf } from './rows.ts';
import { eventColumnsButLarge, type EventRow } from './schema.ts';

/** What a SELECT of events lists for `eventRows`, and for `chainedRows`. */
export const eventRowColumns = `${eventColumnsButLarge}, payload`;
export const chainedRowColumns = `${eventColumnsButLarge}, events.hash, payload`;

/**
 * The rows of a SELECT of events, which ends with a LIMIT. It takes them all at once, twice as fast as one by one, as
 * none is large without its payload, and fetches those one by one. A payload that is gone reads as null.
 */
export const eventRows = rowsOf<EventRow>;
export const chainedRows = rowsOf<ChainedRow>;

const TYPE = 4;
const DATA = 10;

function rowsOf<Row extends EventRow | ChainedRow>(
  database: SqliteDatabase | SqliteFile,
  sql: string,
  parameters: readonly SqlValue[],
  withDataOf: WithDataOf = ofAllTypes,
): Rows<Row> {
  const rows = database.select(sql, parameters) as SqlValue[][];
  let characters = 0;
  for (const [index, row] of rows.entries()) {
    const payload = row.pop();
    if (typeof payload === 'number' && withDataOf(row[TYPE] as string)) row[DATA] = payloadOf(database, payload);
    characters += (row[DATA] as string | null)?.length ?? 0;
    if (characters < PAGE_CHARACTERS) continue;
    const isWhole = index === rows.length - 1;
    rows.length = index + 1;
    return { rows: rows as unknown as Row[], isWhole };
  }
  // The SELECT lists the columns of such a row.
  return { rows: rows as unknown as Row[], isWhole: true };
}

function payloadOf(database: SqliteDatabase | SqliteFile, id: number): Columns[number] {
  return database.select('SELECT data FROM payloads WHERE id = ?', [id])[0]?.[0] ?? null;
}
