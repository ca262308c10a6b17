import { hash as digest } from 'node:crypto';
import type { SqlValue, WriteSession } from '../storage/index.ts';
import type { NewEvent } from './append-plan.ts';
import type { LogEnd, StreamToWrite } from './known-log.ts';
import { LARGE_DATA_CHARACTERS } from './schema.ts';

const sql = {
  keep: `INSERT INTO payloads (hash, data) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`,
  kept: 'SELECT hash, id FROM payloads WHERE hash = ANY ($1)',
  streams: `INSERT INTO streams (id, version, code_version, clock, hash, task_id, correlation_id)
            SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[])
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, code_version = excluded.code_version,
              clock = excluded.clock, hash = excluded.hash`,
  move: `WITH moved AS (
           UPDATE streams SET version = new.version, code_version = new.code_version, clock = new.clock, hash = new.hash
           FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::integer[])
             AS new (id, version, code_version, clock, hash, retired)
           WHERE streams.id = new.id AND streams.retired = new.retired
           RETURNING 1
         )
         SELECT 1 / (count(*) = cardinality($1) AND (SELECT hash FROM events ORDER BY sequence DESC LIMIT 1) = $7)::integer
         FROM moved`,
};

/** In the order of `columnsOf`. */
const columns =
  'sequence, stream, stream_sequence, event_id, type, timestamp, clock, causation_id, correlation_id, code_version, ' +
  'hash, data, type_version, payload, actor';

/** Writes new events; the commit waits for it. */
export async function writeEvents(
  session: WriteSession,
  rows: readonly (readonly [stream: number, row: NewEvent])[],
): Promise<void> {
  const payloads = await keepPayloads(session, rows);
  session.copy(
    'events',
    columns,
    rows.map(([stream, row]) => columnsOf(stream, row, payloads.get(row) ?? null)),
  );
}

/** Writes where streams stand, new ones among them; the commit waits for it. */
export function writeStreams(session: WriteSession, streams: readonly StreamToWrite[]): void {
  if (streams.length === 0) return;
  const correlationIds = streams.map(({ correlationId }) => correlationId);
  const taskIds = streams.map(({ taskId }) => taskId);
  session.send(sql.streams, [...standsOf(streams), taskIds, correlationIds], 'taskloom-streams');
}

/**
 * Writes where streams stand that are there, on condition that the log still ends at `end` and that none of their clocks
 * was made smaller since; else the transaction is refused with GuardFailedError.
 */
export function moveKnownStreams(session: WriteSession, streams: readonly StreamToWrite[], end: LogEnd): void {
  const retired = streams.map(({ retired: { generations } }) => generations.length);
  session.sendGuarded('events.known', sql.move, [...standsOf(streams), retired, end.hash], 'taskloom-move');
}

/** A column of each kind. */
function standsOf(streams: readonly StreamToWrite[]): readonly (readonly SqlValue[])[] {
  return [
    streams.map(({ id }) => id),
    streams.map(({ version }) => version),
    streams.map(({ codeVersion }) => codeVersion),
    streams.map(({ clock }) => JSON.stringify(clock)),
    streams.map(({ hash }) => hash),
  ];
}

function columnsOf(stream: number, row: NewEvent, payload: number | null): readonly SqlValue[] {
  return [
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
  ];
}

/** Large data is stored once, however many events hold it; answers where that of a row is. */
async function keepPayloads(
  session: WriteSession,
  rows: readonly (readonly [number, NewEvent])[],
): Promise<ReadonlyMap<NewEvent, number>> {
  const large = rows.map(([, row]) => row).filter((row) => row.data.length >= LARGE_DATA_CHARACTERS);
  if (large.length === 0) return new Map();
  const hashOf = new Map(large.map((row) => [row, digest('sha256', row.data)]));
  const dataOf = new Map(large.map((row) => [hashOf.get(row) ?? '', row.data]));
  await session.query(sql.keep, [[...dataOf.keys()], [...dataOf.values()]]);
  const kept = await session.query(sql.kept, [[...dataOf.keys()]]);
  const idOf = new Map(kept.map(([hash, id]) => [String(hash), Number(id)]));
  return new Map(large.map((row) => [row, idOf.get(hashOf.get(row) ?? '') ?? 0]));
}
