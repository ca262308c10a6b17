import { closeSync, copyFileSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { emmettSqlite } from './peers.mjs';
import { openStore } from './stores.mjs';
import { taskLife } from './task-life.mjs';

const EVENTS_A_STREAM = 100;
/** As many tasks go on at the same time; each commits so few events at once, so that they lie scattered in the log. */
const STREAMS_AT_ONCE = 50;
const BATCH = 5;

/** The name of a stream in `taskLog`, counted from 0. Names sort by age, as the ids that the server gives tasks do. */
export const streamName = (index) => `task-${String(index).padStart(7, '0')}`;

export const streamsIn = (events) => events / EVENTS_A_STREAM;

/** The file of a log of so many events in streams of 100, filled through the public append, once a run. */
export function taskLog(events) {
  const streams = Array.from({ length: streamsIn(events) }, (_, index) => ({ name: streamName(index) }));
  return once(`log-${events}.db`, (file) =>
    fill(
      file,
      streams.map(({ name }) => ({ name, drafts: () => taskLife(EVENTS_A_STREAM) })),
    ),
  );
}

/** The file of a log that holds one long stream, called `task-0`. */
export function longStream(events) {
  return once(`long-${events}.db`, (file) => fill(file, [{ name: streamName(0), drafts: () => taskLife(events, 40) }]));
}

/** A copy of a log that is there, in a directory that may change it. On disk, so that its writing disturbs nobody. */
export function copyOf(file, to) {
  copyFileSync(file, to);
  const handle = openSync(to, 'r+');
  fsyncSync(handle);
  closeSync(handle);
  return to;
}

/** The same events as Emmett would have stored them. Skips the arm where Emmett is not installed. */
export async function emmettCopy(file) {
  return once(`emmett-${file.split('/').at(-1)}`, async (copy) => {
    const store = await emmettSqlite(copy);
    await store.schema.migrate();
    const database = new DatabaseSync(copy);
    database.exec(`PRAGMA synchronous = OFF; ATTACH '${file.replaceAll("'", "''")}' AS log;
      INSERT INTO emt_messages (stream_id, stream_position, partition, message_data, message_metadata,
          message_schema_version, message_type, message_id, is_archived, global_position)
        SELECT task_id, stream_sequence, 'emt:default', data, json_object('streamName', task_id, 'messageId', event_id,
          'streamPosition', CAST(stream_sequence AS TEXT)), '0', type, event_id, FALSE, sequence
        FROM log.events JOIN log.streams ON log.streams.id = stream ORDER BY sequence`);
    database.close();
  });
}

/** Where in the directory that this run shares something is, made if nobody has made it yet. */
export async function once(name, make) {
  const file = join(process.env.BENCH_SHARED, name);
  if (existsSync(file)) return file;
  const unfinished = `${file}-unfinished`;
  await make(unfinished);
  renameSync(unfinished, file);
  return file;
}

async function fill(file, streams) {
  const { database, store } = await openStore('', file);
  const waiting = streams.values();
  const lane = async () => {
    for (const { name, drafts } of waiting) {
      const all = drafts();
      for (let index = 0; index < all.length; index += BATCH) await store.append(name, all.slice(index, index + BATCH));
    }
  };
  await Promise.all(Array.from({ length: STREAMS_AT_ONCE }, lane));
  await database.close();
}
