import { Database } from '../../src/storage/database.ts';
import { SqliteEventStore } from '../../src/events/event-store.sqlite.ts';

/*
 * A process that reads a long log in one way, and says what that took: `<events> <sum of sequences> <peak of RSS in MiB>`.
 */
const [path = '', way = '', expected = '0'] = process.argv.slice(2);
const store = await SqliteEventStore.open({ database: await Database.open({ path }) });
let events = 0;
let sum = 0;
const see = ({ sequenceNumber }: { readonly sequenceNumber: number }) => {
  events += 1;
  sum += sequenceNumber;
};

if (way === 'read') {
  for await (const event of store.read('long')) see(event);
} else if (way === 'readAll') {
  for (let page = await store.readAll({ after: 0 }); page.length > 0; page = await store.readAll({ after: events })) {
    page.forEach(see);
  }
} else {
  for await (const batch of store.subscribe({ after: 0 })) {
    batch.forEach(see);
    if (events >= Number(expected)) break;
  }
}

process.stdout.write(`${events} ${sum} ${process.resourceUsage().maxRSS / 1024}\n`);
process.exit();
