import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from './event.ts';
import type { EventStore } from './event-store.ts';
import { LogModel } from './log-model.contract.ts';
import { history } from './model-operations.contract.ts';
import { ModelRun, type Writer } from './model-run.contract.ts';
import { said, type StoreUnderTest } from './store-under-test.contract.ts';

const RUNS = Number(process.env.EVENT_STORE_RUNS ?? 20);
const TIMEOUT_MS = 60_000 + RUNS * 200;

/** What every adapter does, whatever is asked of it in whatever order: the same as a plain list of events. */
export function modelContract(current: () => StoreUnderTest): void {
  let subject: StoreUnderTest;

  beforeEach(() => {
    subject = current();
  });

  /** The store under test and another one on its log; what each writes first tells the id under which it counts. */
  async function writersOf(model: LogModel): Promise<Writer[]> {
    const writers: Writer[] = [];
    for (const store of [subject.store, await subject.another()]) {
      const answered = await store.append(`0-${writers.length}`, [said('first')]);
      const processId = Object.keys(answered[0]?.vectorClock ?? {})[0] ?? 'none';
      const by = { processId, now: subject.now, answered };
      expect(answered).toEqual(model.append(`0-${writers.length}`, [said('first')], {}, by));
      writers.push({ store, processId });
    }
    return writers;
  }

  async function everything(store: EventStore): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    let page: readonly StoredEvent[];
    do events.push(...(page = await store.readAll({ after: events.length })));
    while (page.length > 0);
    return events;
  }

  describe('any history', () => {
    it(
      'comes to what a plain list of events would be [EV-2, EV-20, EV-21, EV-22, EV-23, EV-24, EV-28]',
      async () => {
        let model = new LogModel();
        const writers = await writersOf(model);
        let runs = 0;
        await fc.assert(
          fc.asyncProperty(history, async (spec) => {
            const name = `${String((runs += 1)).padStart(6, '0')}-`;
            const hasFailed = await new ModelRun(subject, writers, model, name)
              .run(spec)
              .catch((error: Error) => error);
            if (!hasFailed) return;
            // A shorter history is tried next: it begins with what is there now.
            model = LogModel.of(await everything(subject.store), await subject.counter());
            throw hasFailed;
          }),
          { numRuns: RUNS, interruptAfterTimeLimit: TIMEOUT_MS - 10_000 },
        );
        const events = model.events.length;
        for (const { store } of writers) expect(await store.verifyLog()).toMatchObject({ intact: true, events });
      },
      TIMEOUT_MS,
    );
  });
}
