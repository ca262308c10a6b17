import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventDraft } from './event.ts';
import type { EventStore } from './event-store.ts';
import { projectTask, rebuild, taskStateProjection } from './project-task.ts';
import type { StoreUnderTest } from './store-under-test.contract.ts';

const PROJECTION = 'sum@1';

/** Facts of a task's life, in an order in which life would not bring them. */
const module = fc.constantFrom('a.ts', 'b.ts', 'constructor');
const anyFact: fc.Arbitrary<EventDraft> = fc.oneof(
  module.map((path): EventDraft => ({ eventType: 'MODULE_STARTED', data: { module: path } })),
  fc.string().map((guidance): EventDraft => ({ eventType: 'USER_INTERVENTION', data: { guidance, by: 'tester' } })),
  fc.tuple(module, fc.nat(5)).map(([path, codeVersion]): EventDraft => ({
    eventType: 'CODE_GENERATED',
    codeVersion,
    data: {
      module: path,
      files: [{ path, content: 'code', role: 'source' }],
      codeHash: `${codeVersion}`,
      callId: null,
    },
  })),
  fc.tuple(module, fc.nat(9)).map(([path, iteration]): EventDraft => ({
    eventType: 'MODULE_ITERATION',
    data: { module: path, iteration },
  })),
  fc.nat(5).map((codeVersion): EventDraft => ({
    eventType: 'BUG_REPORT_RECEIVED',
    data: { report: { description: 'x', codeVersion, vectorClock: {}, codeHash: null } },
  })),
);

/** What every adapter does with states that are kept. */
export function snapshotContract(current: () => StoreUnderTest): void {
  let store: EventStore;

  beforeEach(() => {
    store = current().store;
  });

  describe('keeping snapshots', () => {
    it('gives the state that the whole stream gives, wherever the snapshot was taken [EV-42]', async () => {
      const lives = fc.tuple(
        fc.array(anyFact, { minLength: 500, maxLength: 700 }),
        fc.array(anyFact, { minLength: 1, maxLength: 40 }),
      );
      let number = 0;
      await fc.assert(
        fc.asyncProperty(lives, async ([before, after]) => {
          const taskId = `task-${number++}`;
          const whole = async (until?: number) =>
            projectTask(taskId, await store.getEvents(taskId, until === undefined ? {} : { until }));
          await store.append(taskId, before);
          expect(await rebuild(store, taskId)).toEqual(await whole());
          while (!(await store.loadSnapshot(taskId, taskStateProjection()))) await nextTurn();
          await store.append(taskId, after);
          // Read from the snapshot now, and more to be sure: it is one, and it is used.
          const read: unknown[] = [];
          const watched = Object.assign(Object.create(store) as EventStore, {
            getEventsWithDataOf: (...asked: Parameters<EventStore['getEventsWithDataOf']>) => (
              read.push(asked[2]),
              store.getEventsWithDataOf(...asked)
            ),
          });
          expect(await rebuild(watched, taskId)).toEqual(await whole());
          expect(read).toEqual([expect.objectContaining({ afterSequence: before.length })]);
          for (const until of [before.length - 7, before.length, before.length + 1]) {
            expect(await rebuild(store, taskId, { until })).toEqual(await whole(until));
          }
        }),
        { numRuns: 5 },
      );
    });

    it('keeps the newest, of each projection its own [EV-42]', async () => {
      await store.append('a', [{ eventType: 'TASK_STARTED', data: { brain: '1' } }]);
      await store.append('a', [{ eventType: 'TASK_STARTED', data: { brain: '2' } }]);
      expect(await store.loadSnapshot('a', PROJECTION)).toBeNull();
      await store.saveSnapshot('a', PROJECTION, { streamSequence: 2, state: '"two"' });
      await store.saveSnapshot('a', PROJECTION, { streamSequence: 1, state: '"one"' });
      await store.saveSnapshot('a', 'sum@2', { streamSequence: 1, state: '"other"' });
      expect(await store.loadSnapshot('a', PROJECTION)).toEqual({ streamSequence: 2, state: '"two"' });
      expect(await store.loadSnapshot('a', 'sum@2')).toEqual({ streamSequence: 1, state: '"other"' });
      expect(await store.loadSnapshot('b', PROJECTION)).toBeNull();
      await store.saveSnapshot('a', 'sum@3', { streamSequence: 9, state: '"of an event that is not there"' });
      expect(await store.loadSnapshot('a', 'sum@3')).toBeNull();
    });
  });
}
