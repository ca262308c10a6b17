import { setTimeout as pause } from 'node:timers/promises';
import { Database } from '../../src/storage/database.ts';
import { SqliteEventStore } from '../../src/events/event-store.sqlite.ts';

/*
 * A process that opens a log and appends to it until it is ended, and tries again when it is refused. One line on
 * standard output for each outcome: `<taskId> <streamSequence> <eventId>` of what was stored, or `refused <cause> <how many
 * events it can read, or ->`.
 */
const [path = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

/** Does it until it is not refused. */
async function patiently<T>(act: () => Promise<T>, readable: () => Promise<number | string>): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      const cause = error instanceof Error ? error.cause : error;
      say(`refused ${String(cause)} ${await readable()}`);
      await pause(20);
    }
  }
}

const store = await patiently(
  async () => SqliteEventStore.open({ database: await Database.open({ path }) }),
  () => Promise.resolve('-'),
);
const guidance = 'x'.repeat(20_000);
for (;;) {
  const [event] = await patiently(
    () => store.append('a', [{ eventType: 'USER_INTERVENTION', data: { guidance, by: 'tester' } }]),
    async () => (await store.getEvents('a')).length,
  );
  if (event) say(`a ${event.streamSequence} ${event.eventId}`);
  await pause(1);
}
