import type { Migration } from '../storage/index.ts';

/** `sequence` is given as max + 1 inside the commit and no row is ever deleted, so it has no gap. */
export const eventMigrations: readonly Migration[] = [
  {
    id: 1,
    up: `
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
];

/** The columns of an event in the order of EventRow. */
export const eventColumns =
  'events.sequence, streams.task_id, stream_sequence, event_id, type, timestamp, events.clock, causation_id, ' +
  'events.correlation_id, events.code_version, data';

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
];
