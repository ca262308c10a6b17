import type { PostgresDatabase, PostgresValue, SqlValue } from '../storage/index.ts';
import type { ChainedRow } from './log-source.ts';
import { ofAllTypes, PAGE_CHARACTERS, type Rows, type WithDataOf } from './rows.ts';
import { eventColumnsButLarge, type EventRow } from './schema.ts';

/** The server knows how long a payload is without reading it. */
const payloadColumns = 'payload, (SELECT octet_length(payloads.data) FROM payloads WHERE payloads.id = payload)';

/** What a SELECT of events lists for `eventRows`, and for `chainedRows`. */
export const eventRowColumns = `${eventColumnsButLarge}, ${payloadColumns}`;
export const chainedRowColumns = `${eventColumnsButLarge}, events.hash, ${payloadColumns}`;

/**
 * The rows of a SELECT of events, which ends with a LIMIT: first without large payloads, then those of the rows that
 * there is room for, together. A payload that is gone reads as null. Rejects with StoreUnavailableError.
 */
export const eventRows = rowsOf<EventRow>;
export const chainedRows = rowsOf<ChainedRow>;

const TYPE = 4;
const DATA = 10;

async function rowsOf<Row extends EventRow | ChainedRow>(
  database: PostgresDatabase,
  sql: string,
  parameters: readonly PostgresValue[],
  withDataOf: WithDataOf = ofAllTypes,
): Promise<Rows<Row>> {
  const found = (await database.query(sql, parameters)) as SqlValue[][];
  const rows: SqlValue[][] = [];
  const large = new Map<SqlValue[], number>();
  let characters = 0;
  for (const row of found) {
    const [payload, bytes] = row.splice(-2);
    if (typeof payload === 'number' && withDataOf(String(row[TYPE]))) {
      large.set(row, payload);
      characters += Number(bytes ?? 0);
    }
    characters += String(row[DATA]).length;
    rows.push(row);
    if (characters >= PAGE_CHARACTERS) break;
  }
  const dataOf = await payloads(database, [...new Set(large.values())]);
  for (const [row, payload] of large) row[DATA] = dataOf.get(payload) ?? null;
  // The SELECT lists the columns of such a row.
  return { rows: rows as unknown as Row[], isWhole: rows.length === found.length };
}

async function payloads(database: PostgresDatabase, ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
  if (ids.length === 0) return new Map();
  const rows = await database.query('SELECT id, data FROM payloads WHERE id = ANY ($1)', [ids]);
  return new Map(rows.map(([id, data]) => [Number(id), String(data)]));
}
