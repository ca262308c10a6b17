import { afterEach, beforeEach, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { describeOnEachDatabase, type TestDatabase } from '../../../test/support/each-database.ts';
import { Heartbeats } from './heartbeats.ts';

describeOnEachDatabase('when agents were heard (JB-6)', (open) => {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await open();
  });

  afterEach(() => place.close());

  it('is the latest that anybody has heard of each, in whatever order it is told [JB-6, PL-9, EV-27]', async () => {
    const [here, there] = [await Heartbeats.open(place.database), await Heartbeats.open(await place.another())];
    const beat = fc.record({
      agent: fc.constantFrom('ada', 'bob', 'é🧵'),
      atMs: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
      isHere: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(beat, { minLength: 1, maxLength: 8 }), async (beats) => {
        for (const agent of (await here.all()).keys()) await there.forget(agent);
        expect((await here.all()).size).toBe(0);
        const latest = new Map<string, number>();
        for (const { agent, atMs, isHere } of beats) {
          await (isHere ? here : there).seen(agent, atMs);
          latest.set(agent, Math.max(latest.get(agent) ?? 0, atMs));
        }
        expect(new Map([...(await here.all())].sort())).toEqual(new Map([...latest].sort()));
      }),
      { numRuns: 20 },
    );
  });
});
