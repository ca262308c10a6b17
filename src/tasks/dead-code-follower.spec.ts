import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { created, generated, planned } from '../../test/support/coding-facts.ts';
import { describeOnEachDatabase, type TestDatabase } from '../../test/support/each-database.ts';
import { type EventDraft, type EventStore, openEventStore } from '../events/index.ts';
import { DeadCodeFollower } from './dead-code-follower.ts';

const completed: EventDraft = { eventType: 'TASK_COMPLETE', data: { summary: 'done' }, codeVersion: 1 };
const facts = [created(), planned({ path: 'a.js' }), generated('a.js', 1), completed];

describeOnEachDatabase('the search for dead code (TK-10)', (openDatabase) => {
  let place: TestDatabase;
  let events: EventStore;
  let problems: unknown[];

  beforeEach(async () => {
    place = await openDatabase();
    events = await openEventStore(place.database);
    problems = [];
  });

  afterEach(() => place.close());

  const follower = (database = place.database) =>
    DeadCodeFollower.open({
      events,
      database,
      orchestrator: {
        taskOver: () => new Promise((resolve) => setTimeout(resolve, 5)),
        hasSlotToSpare: () => Promise.resolve(true),
      },
      analyser: { analyse: () => Promise.resolve({ analyser: 'none', findings: [], findingsCut: 0 }) },
      report: (_message, error) => problems.push(error),
    });

  const searched = async () => {
    const analyses = await events.readAll({ after: 0, limit: 100, types: ['DEAD_CODE_ANALYSIS'] });
    return analyses.map(({ taskId }) => taskId);
  };

  async function until(count: number): Promise<void> {
    const deadline = performance.now() + 10_000;
    while ((await searched()).length < count && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it('is made once for each task completed since it was first opened, by several instances [TK-10, PL-9, EV-27]', async () => {
    await events.append('before', facts);
    const followers = [await follower(), await follower(await place.another())];
    for (const each of followers) each.start();
    for (const taskId of ['one', 'two', 'three']) await events.append(taskId, facts);
    await until(3);
    await Promise.all(followers.map((each) => each.stop()));
    expect({ searched: await searched(), problems }).toEqual({ searched: ['one', 'two', 'three'], problems: [] });
  });

  it('begins anew with what is completed after it was forgotten [TK-10, EV-27]', async () => {
    await follower();
    await events.append('one', facts);
    await DeadCodeFollower.forget(place.database);
    const anew = await follower();
    anew.start();
    await events.append('two', facts);
    await until(1);
    await anew.stop();
    expect({ searched: await searched(), problems }).toEqual({ searched: ['two'], problems: [] });
  });
});
