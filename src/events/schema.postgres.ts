/*
 * The tables of the log on PostgreSQL, as they are after the migrations of schema.ts. Text that is compared or sorted is so
 * by its bytes. JSON stands as text: hashes are over these very characters. The id of a stream is the sequence number of
 * its first event.
 */
export const eventTables = `
  CREATE TABLE streams (
    id bigint PRIMARY KEY,
    task_id text COLLATE "C" NOT NULL UNIQUE,
    version bigint NOT NULL,
    code_version bigint NOT NULL,
    clock text NOT NULL,
    hash text NOT NULL,
    correlation_id text NOT NULL,
    retired integer NOT NULL DEFAULT 0
  ) WITH (fillfactor = 70);
  CREATE TABLE payloads (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash text NOT NULL UNIQUE,
    data text NOT NULL
  );
  CREATE TABLE events (
    sequence bigint PRIMARY KEY,
    stream bigint NOT NULL,
    stream_sequence bigint NOT NULL,
    event_id text NOT NULL UNIQUE,
    type text NOT NULL,
    timestamp text COLLATE "C" NOT NULL,
    clock text NOT NULL,
    causation_id text,
    correlation_id text NOT NULL,
    code_version bigint NOT NULL,
    hash text NOT NULL,
    data text NOT NULL,
    type_version integer NOT NULL,
    payload bigint REFERENCES payloads (id),
    UNIQUE (stream, stream_sequence)
  );
  CREATE TABLE retired_processes (
    stream bigint PRIMARY KEY REFERENCES streams (id),
    generations text NOT NULL
  );
`;

export const snapshotTable = `
  CREATE TABLE snapshots (
    stream bigint NOT NULL REFERENCES streams (id),
    projection text NOT NULL,
    stream_sequence bigint NOT NULL,
    hash text NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (stream, projection)
  );
`;
