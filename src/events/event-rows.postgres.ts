import { hash as digest } from 'node:crypto';
import type { WriteSession } from '../storage/index.ts';
import type { NewEvent, StreamStand } from './append-plan.ts';
import { LARGE_DATA_CHARACTERS } from './schema.ts';

/** Where a stream stands, with the id of its row: the sequence number of its first event. */
export interface StreamToWrite extends StreamStand {
  readonly id: number;
  readonly taskId: string;
}

const sql = {
  keep: `INSERT INTO payloads (hash, data) SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`,
  kept: 'SELECT hash, id FROM payloads WHERE hash = ANY ($1)',
  streams: `INSERT INTO streams (id, task_id, version, code_version, clock, hash, correlation_id)
            SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[], $7::text[])
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, code_version = excluded.code_version,
              clock = excluded.clock, hash = excluded.hash`,
  events: `INSERT INTO events (sequence, stream, stream_sequence, event_id, type, timestamp, clock, causation_id,
             correlation_id, code_version, hash, data, type_version, payload, actor)
           SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[],
             $8::text[], $9::text[], $10::bigint[], $11::text[], $12::text[], $13::integer[], $14::bigint[], $15::text[])`,
};

/** Writes events and where their streams stand after them, each kind in one statement. */
export async function writeRows(
  session: WriteSession,
  rows: readonly (readonly [stream: number, row: NewEvent])[],
  streams: readonly StreamToWrite[],
): Promise<void> {
  const payloads = await keepPayloads(session, rows);
  const stand = <T>(of: (stream: StreamToWrite) => T) => streams.map(of);
  const event = <T>(of: (row: NewEvent) => T) => rows.map(([, row]) => of(row));
  const payloadOf = (row: NewEvent) => payloads.get(row) ?? null;
  const streamsWritten = session.query(
    sql.streams,
    [
      stand(({ id }) => id),
      stand(({ taskId }) => taskId),
      stand(({ version }) => version),
      stand(({ codeVersion }) => codeVersion),
      stand(({ clock }) => JSON.stringify(clock)),
      stand(({ hash }) => hash),
      stand(({ correlationId }) => correlationId),
    ],
    'taskloom-streams',
  );
  const eventsWritten = session.query(
    sql.events,
    [
      event(({ sequence }) => sequence),
      rows.map(([stream]) => stream),
      event(({ streamSequence }) => streamSequence),
      event(({ eventId }) => eventId),
      event(({ eventType }) => eventType),
      event(({ timestamp }) => timestamp),
      event(({ clock }) => clock),
      event(({ causationId }) => causationId),
      event(({ correlationId }) => correlationId),
      event(({ codeVersion }) => codeVersion),
      event(({ hash }) => hash),
      event((row) => (payloadOf(row) === null ? row.data : '')),
      event(({ typeVersion }) => typeVersion),
      event(payloadOf),
      event(({ actor }) => actor),
    ],
    'taskloom-events',
  );
  await Promise.all([streamsWritten, eventsWritten]);
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
