import type { Migration } from '../storage/index.ts';
import { eventTables, snapshotTable } from './schema.postgres.ts';

/** PostgreSQL came with the second step. `sequence` is given as max + 1 inside the commit and no row is ever deleted, so it has no gap. */
export const eventMigrations: readonly Migration[] = [
  {
    id: 1,
    up: {
      postgres: '',
      sqlite: `
      CREATE TABLE streams (
        id INTEGER PRIMARY KEY,
        task_id TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL,
        code_version INTEGER NOT NULL,
        clock TEXT NOT NULL,
        hash TEXT NOT NULL,
        correlation_id TEXT NOT NULL
      ) STRICT;
      CREATE TABLE events (
        sequence INTEGER PRIMARY KEY,
        stream INTEGER NOT NULL,
        stream_sequence INTEGER NOT NULL,
        event_id TEXT NOT NULL UNIQUE,
        type TEXT NOT NULL,
        timestamp TEXT NOT NULL,
        clock TEXT NOT NULL,
        causation_id TEXT,
        correlation_id TEXT NOT NULL,
        code_version INTEGER NOT NULL,
        hash TEXT NOT NULL,
        data TEXT NOT NULL,
        UNIQUE (stream, stream_sequence)
      ) STRICT;
    `,
    },
  },
  {
    // Payloads have a version of their shape; large ones are stored once; processes can be retired from clocks.
    id: 2,
    up: {
      postgres: eventTables,
      sqlite: `
      CREATE TABLE payloads (
        id INTEGER PRIMARY KEY,
        hash TEXT NOT NULL UNIQUE,
        data TEXT NOT NULL
      ) STRICT;
      ALTER TABLE events ADD COLUMN type_version INTEGER NOT NULL DEFAULT 1;
      ALTER TABLE events ADD COLUMN payload INTEGER REFERENCES payloads (id);
      ALTER TABLE streams ADD COLUMN retired INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE retired_processes (
        stream INTEGER PRIMARY KEY REFERENCES streams (id),
        generations TEXT NOT NULL
      ) STRICT;
    `,
    },
  },
  {
    // Folded states that may be thrown away at any time; `hash` is that of the last event that is in.
    id: 3,
    up: {
      postgres: snapshotTable,
      sqlite: `
      CREATE TABLE snapshots (
        stream INTEGER NOT NULL REFERENCES streams (id),
        projection TEXT NOT NULL,
        stream_sequence INTEGER NOT NULL,
        hash TEXT NOT NULL,
        state TEXT NOT NULL,
        PRIMARY KEY (stream, projection)
      ) STRICT;
    `,
    },
  },
  {
    // Who brought an event in. Those of before have none.
    id: 4,
    up: 'ALTER TABLE events ADD COLUMN actor TEXT;',
  },
];

/** Data of at least so many characters of JSON stands in `payloads`, by its content. */
export const LARGE_DATA_CHARACTERS = 8192;

const columnsWith = (data: string) =>
  'events.sequence, streams.task_id, stream_sequence, event_id, type, events.timestamp, events.clock, causation_id, ' +
  `events.correlation_id, events.code_version, ${data}, type_version, ` +
  'CASE WHEN retired > 0 THEN (SELECT generations FROM retired_processes WHERE stream = streams.id) END, actor';

/** The columns of an event in the order of EventRow. */
export const eventColumns = columnsWith(
  'CASE WHEN payload IS NULL THEN events.data ELSE (SELECT payloads.data FROM payloads WHERE payloads.id = payload) END',
);

/** The same with '' for large data, for whoever fetches that by `payload`. */
export const eventColumnsButLarge = columnsWith('events.data');

export type EventRow = readonly [
  sequence: number,
  taskId: string,
  streamSequence: number,
  eventId: string,
  eventType: string,
  timestamp: string,
  clock: string,
  causationId: string | null,
  correlationId: string,
  codeVersion: number,
  data: string,
  /** Version of the payload's shape when it was written. */
  typeVersion: number,
  /** JSON of the stream's Generations; null when nobody is retired. */
  retired: string | null,
  /** JSON of an Actor. */
  actor: string | null,
];
