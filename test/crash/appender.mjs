import { once } from 'node:events';
import { openSync, readSync } from 'node:fs';
import { SqliteDatabase } from '../../dist/storage/database.sqlite.js';
import { SqliteEventStore } from '../../dist/events/event-store.sqlite.js';

// A process of the build that waits for its orders, appends from several callers until it is killed or has written
// enough, and acknowledges on standard output what it was told is durable, one line each:
// `<taskId> <streamSequence> <eventId> <frames of the write-ahead log> <salt of that log>`. It says `ready` first. Its orders
// are one line of JSON on standard input: path, name, callers, events (default: no end), shared (all on the same two streams).

process.stdout.write('ready\n');
const [line] = await once(process.stdin.setEncoding('utf8'), 'data');
const { path, name, callers, events = Infinity, shared = false } = JSON.parse(line);
const database = await SqliteDatabase.open({ path });
const store = await SqliteEventStore.open({ database });
let begun = 0;
let index;

async function call(caller) {
  const taskId = shared ? `shared-${caller % 2}` : `${name}-${caller}`;
  while (begun < events) {
    const number = ++begun;
    const batch = Array.from({ length: 1 + (number % 3) }, (_, index) => ({
      eventType: 'USER_INTERVENTION',
      data: { guidance: `${name} ${number} ${index} ${'x'.repeat(200)}`, by: name },
    }));
    const stored = await store.append(taskId, batch);
    const { frames, salt } = syncedFrames();
    process.stdout.write(
      stored.map((event) => `${taskId} ${event.streamSequence} ${event.eventId} ${frames} ${salt}\n`).join(''),
    );
  }
}

/**
 * How many frames of the write-ahead log are on disk, and in which of its lives, as the index beside it says: SQLite moves
 * that number only after the sync (https://sqlite.org/walformat.html, "The WAL-Index Header").
 */
function syncedFrames() {
  index ??= openSync(`${path}-shm`, 'r');
  const header = Buffer.alloc(96);
  // Two copies: while they differ the header is being written.
  do readSync(index, header, 0, 96, 0);
  while (!header.subarray(0, 48).equals(header.subarray(48)));
  return { frames: header.readUInt32LE(16), salt: header.toString('hex', 32, 40) };
}

await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
await database.close();
process.exit(0);
