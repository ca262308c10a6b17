import { SqliteDatabase } from '../../dist/storage/database.sqlite.js';
import { SqliteEventStore } from '../../dist/events/event-store.sqlite.js';

// A process of the build that reads all of a log in one way, told by its arguments: the file, the way, the task and how
// many events there are. Prints as JSON how many events it saw, whether in order, and the most memory it held, in bytes.

const [path, way, taskId, expected] = process.argv.slice(2);
const database = await SqliteDatabase.open({ path });
const store = await SqliteEventStore.open({ database });
let events = 0;
let inOrder = true;

// Not the peak that the system reports: that begins with the memory of the process that started this one.
let peakBytes = 0;
const look = () => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};
setInterval(look, 5).unref();

const see = (sequence) => {
  events += 1;
  if (sequence !== events) inOrder = false;
  if (events % 1000 === 0) look();
};

const ways = {
  async read() {
    for await (const event of store.read(taskId)) see(event.streamSequence);
  },
  async readAll() {
    const limit = 500;
    let page = await store.readAll({ after: 0, limit });
    while (page.length > 0) {
      for (const event of page) see(event.sequenceNumber);
      page = await store.readAll({ after: page.at(-1).sequenceNumber, limit });
    }
  },
  async subscribe() {
    for await (const batch of store.subscribe({ after: 0 })) {
      for (const event of batch) see(event.sequenceNumber);
      if (events >= Number(expected)) return;
    }
  },
  async verifyLog() {
    const verified = await store.verifyLog();
    events = verified.events;
    inOrder = verified.intact;
  },
};

await ways[way]();
look();
process.stdout.write(JSON.stringify({ events, inOrder, peakBytes }));
await database.close();
process.exit(0);
