import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeOnEachDatabase, type TestDatabase } from '../../../test/support/each-database.ts';
import { until } from '../../../test/support/orchestrator-bench.ts';
import { Heartbeats } from './heartbeats.ts';

describeOnEachDatabase('when agents were heard (JB-6)', (open) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await open();
  });

  afterEach(() => place.close());

  it('is known to all instances, by the clock of the database, with where they are and how busy [JB-6, PL-9, EV-27]', async () => {
    const [here, there] = [await Heartbeats.open(place.database), await Heartbeats.open(await place.another())];
    await here.seen('é🧵', { instance: 'here' });
    const first = (await there.all()).get('é🧵');
    expect(first).toEqual({ seenAt: expect.any(Number), instance: 'here', load: null });
    expect(Math.abs((first?.seenAt ?? 0) - Date.now())).toBeLessThan(60_000);
    await until(async () => {
      await there.seen('é🧵', { load: 0.25 });
      return ((await here.all()).get('é🧵')?.seenAt ?? 0) > (first?.seenAt ?? 0);
    });
    expect((await here.all()).get('é🧵')).toMatchObject({ instance: 'here', load: 0.25 });
    await there.seen('é🧵', { instance: 'there' });
    // It has moved on: where it was before has nothing more to say.
    await here.left('é🧵', 'here');
    expect((await here.all()).get('é🧵')).toMatchObject({ instance: 'there', load: 0.25 });
    await there.left('é🧵', 'there');
    expect((await here.all()).get('é🧵')).toMatchObject({ instance: null });
    await there.forget('é🧵');
    expect([...(await here.all())]).toEqual([]);
  });
});
