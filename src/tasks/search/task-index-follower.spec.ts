import { afterEach, expect, it } from '@jest/globals';
import { created } from '../../../test/support/coding-facts.ts';
import { describeOnEachDatabase } from '../../../test/support/each-database.ts';
import { PostgresEventStore, projectTask, SqliteEventStore } from '../../events/index.ts';
import { type Database, PostgresDatabase, SqliteDatabase } from '../../storage/index.ts';
import { TaskIndex } from './task-index.ts';
import { TaskIndexFollower } from './task-index-follower.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function server(database: Database) {
  if (!(database instanceof SqliteDatabase || database instanceof PostgresDatabase)) throw new Error('There are two.');
  const events = await (database instanceof SqliteDatabase
    ? SqliteEventStore.open({ database })
    : PostgresEventStore.open({ database }));
  const index = await TaskIndex.open(database);
  const problems: unknown[] = [];
  const follower = new TaskIndexFollower({
    events,
    index,
    stateOf: async (taskId) => projectTask(taskId, await events.getEvents(taskId)),
    report: (_message, error) => problems.push(error),
  });
  closing.push(
    () => events.close(),
    () => follower.stop(),
  );
  return { events, index, follower, problems };
}

describeOnEachDatabase('the index of tasks that two servers keep', (open) => {
  it('has each task once, and neither of them is refused what it asks for [API-1, PL-9, EV-27]', async () => {
    const place = await open();
    closing.push(() => place.close());
    const [one, two] = [await server(place.database), await server(await place.another())];
    for (let round = 0; round < 5; round++) {
      const taskIds = [`one-${round}`, `two-${round}`];
      for (const taskId of taskIds)
        await one.events.append(taskId, [created({ prompt: `build ${taskId}`, metadata: { by: 'test' } })]);
      await Promise.all([one.follower.catchUp(), two.follower.catchUp()]);
      const found = await two.index.find({ metadata: { by: 'test' }, limit: 2 });
      expect(found.map(({ taskId }) => taskId)).toEqual(taskIds.toReversed());
    }
    expect(await one.index.find({ text: 'build', limit: 100 })).toHaveLength(10);
    expect([...one.problems, ...two.problems]).toEqual([]);
  });
});
