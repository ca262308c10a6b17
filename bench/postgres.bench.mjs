import { randomUUID } from 'node:crypto';
import { compare } from './support/arms.mjs';
import { callsPerSecond } from './support/callers.mjs';
import { emmettEvent, peer } from './support/peers.mjs';
import { connected, emptyDatabase, postgresBeside } from './support/postgres.mjs';
import { smallEvent } from './support/small-event.mjs';
import { openPostgresStore } from './support/stores.mjs';

// The same on PostgreSQL as in append.bench.mjs: durable appends of events with 500 bytes of data, in events a second.
const GROUP = 100;
const COLUMNS = ['text', 'bigint', 'uuid', 'text', 'timestamptz', 'json'];

async function raw() {
  const client = await connected(await emptyDatabase());
  await client.query(`CREATE TABLE events (sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream text NOT NULL,
    stream_sequence bigint NOT NULL, event_id uuid NOT NULL UNIQUE, type text NOT NULL, timestamp timestamptz NOT NULL,
    data json NOT NULL, UNIQUE (stream, stream_sequence))`);
  const rows = Array.from({ length: GROUP }, (_, row) =>
    COLUMNS.map((type, column) => `$${row * COLUMNS.length + column + 1}::${type}`).join(', '),
  );
  const text = `INSERT INTO events (stream, stream_sequence, event_id, type, timestamp, data)
    VALUES (${rows.join('), (')})`;
  let version = 0;
  const commit = () => {
    version += 1;
    const now = new Date().toISOString();
    const values = Array.from({ length: GROUP }, (_, stream) => [
      `task-${stream}`,
      version,
      randomUUID(),
      smallEvent.eventType,
      now,
      JSON.stringify(smallEvent.data),
    ]);
    return client.query({ name: 'insert', text, values: values.flat() });
  };
  return (await callsPerSecond(1, commit)) * GROUP;
}

function emmett(callers) {
  return async () => {
    const url = await emptyDatabase();
    const { getPostgreSQLEventStore } = await peer('@event-driven-io/emmett-postgresql');
    const events = getPostgreSQLEventStore(url);
    await events.schema.migrate();
    const append = (caller) => events.appendToStream(`task-${caller}`, [emmettEvent(smallEvent)]);
    const measured = await callsPerSecond(callers, (caller) => append(caller).catch(() => false));
    await events.close();
    return measured;
  };
}

function store(callers) {
  return async () => {
    const { store: events } = await openPostgresStore(await emptyDatabase());
    return callsPerSecond(callers, (caller) => events.append(`task-${caller}`, [smallEvent]));
  };
}

const peers = ['emmett-postgresql, 100 callers', 'emmett-postgresql, 1 caller'];

await compare({
  file: import.meta.url,
  title: 'Durable append to PostgreSQL, 500-byte events',
  unit: 'events/s',
  environment: postgresBeside,
  arms: {
    'pg, 100 rows a transaction': raw,
    [peers[0]]: emmett(GROUP),
    'event store, 100 callers': store(GROUP),
    [peers[1]]: emmett(1),
    'event store, 1 caller': store(1),
  },
  targets: {
    'event store, 100 callers': [
      { of: 'pg, 100 rows a transaction', atLeast: 0.8 },
      { of: peers, atLeast: 10 },
    ],
    'event store, 1 caller': { of: peers[1] },
  },
});
