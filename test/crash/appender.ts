import { Database } from '../../src/storage/database.ts';
import { SqliteEventStore } from '../../src/events/event-store.sqlite.ts';

// A process that appends from several callers until it is killed or has written enough, and acknowledges on standard
// output, one line each, what it was told is durable: `<taskId> <streamSequence> <eventId>`.
const [path = '', name = '', callers = '4', events = 'Infinity', streams = 'own'] = process.argv.slice(2);
const database = await Database.open({ path });
const store = await SqliteEventStore.open({ database });
const wanted = Number(events);
let begun = 0;

async function call(caller: number): Promise<void> {
  const taskId = streams === 'shared' ? `shared-${caller % 2}` : `${name}-${caller}`;
  while (begun < wanted) {
    const number = ++begun;
    const batch = Array.from({ length: 1 + (number % 3) }, (_, index) => ({
      eventType: 'USER_INTERVENTION' as const,
      data: { guidance: `${name} ${number} ${index} ${'x'.repeat(200)}`, by: name },
    }));
    const stored = await store.append(taskId, batch);
    process.stdout.write(stored.map((event) => `${taskId} ${event.streamSequence} ${event.eventId}\n`).join(''));
  }
}

await Promise.all(Array.from({ length: Number(callers) }, (_, caller) => call(caller)));
await database.close();
