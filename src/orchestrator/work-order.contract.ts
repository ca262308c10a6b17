import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EventLog } from '../../test/support/event-log.ts';
import type { Database } from '../storage/index.ts';
import { Instances } from './instances.ts';
import { workMigrations } from './work-schema.ts';
import { type Lease, moves, type NewWork } from './work-moves.ts';
import { WorkTable } from './work-table.ts';

const RUNS = 25;
const ANY_NUMBER = 1_000_000;

/** The order of the queue, whichever database keeps it. */
export function workOrderContract(open: () => Promise<EventLog>): void {
  let log: EventLog;
  let database: Database;
  let work: WorkTable;
  let owner: Instances;

  beforeEach(async () => {
    log = await open();
    database = log.database;
    await database.migrate('orchestrator', workMigrations);
    work = new WorkTable(database);
    owner = new Instances({ database, id: 'owner', timeoutMs: 60_000, isRunning: () => true });
    await owner.join();
    await work.ageBy(20);
  });

  afterEach(() => log.close());

  const forget = () =>
    database.write(
      ['work', 'work_counts', 'work_dependencies', 'work_turns'].map((table) => ({
        sql: `DELETE FROM ${table}`,
        parameters: [],
      })),
    );

  function newWork(taskId: string, change: Partial<NewWork> = {}): NewWork {
    return { taskId, workflow: 'w', priority: 20, timeoutMs: 1, submitter: '', dependsOn: [], ...change };
  }

  const enqueue = (...tasks: readonly NewWork[]) =>
    database.write(tasks.flatMap((task) => moves.enqueue(task, ANY_NUMBER)));

  async function claim(): Promise<Lease> {
    const lease = await work.claim('owner', ANY_NUMBER);
    if (!lease) throw new Error('nothing is ready');
    return lease;
  }

  /** Claims and ends a number of tasks; answers their ids. */
  async function dispatch(count: number): Promise<readonly string[]> {
    const claimed: string[] = [];
    while (claimed.length < count) {
      const lease = await claim();
      await database.write([moves.finish(lease)]);
      claimed.push(lease.taskId);
    }
    return claimed;
  }

  const many = (count: number, name: string, change: Partial<NewWork> = {}) =>
    Array.from({ length: count }, (_, index) => newWork(`${name}${index + 1}`, change));

  describe('submitters of one priority', () => {
    it('take turns whatever their backlog, each in order of arrival [OR-1, OR-5]', async () => {
      await enqueue(...many(5, 'a', { submitter: 'ada' }));
      expect(await dispatch(2)).toEqual(['a1', 'a2']);
      await enqueue(...many(2, 'b', { submitter: 'bob' }), newWork('c1', { submitter: 'cy' }));
      expect(await dispatch(6)).toEqual(['a3', 'b1', 'c1', 'a4', 'b2', 'a5']);
    });

    it('are not kept waiting by one who submits again as soon as a task has its slot [OR-5]', async () => {
      await enqueue(...many(3, 'b', { submitter: 'bob' }), newWork('a1', { submitter: 'ada' }));
      const order: string[] = [];
      for (let next = 2; next <= 4; next++) {
        while (order.at(-1) !== `a${next - 1}`) order.push(...(await dispatch(1)));
        await enqueue(newWork(`a${next}`, { submitter: 'ada' }));
      }
      expect(order).toEqual(['b1', 'a1', 'b2', 'a2', 'b3', 'a3']);
    });

    it('are not kept waiting by ever new ones [OR-5]', async () => {
      await enqueue(...many(3, 'b', { submitter: 'bob' }));
      const order: string[] = [];
      for (let stranger = 0; stranger < 6; stranger++) {
        await enqueue(newWork(`s${stranger}`, { submitter: `stranger ${stranger}` }));
        order.push(...(await dispatch(1)));
      }
      expect(order).toEqual(['b1', 's0', 'b2', 's1', 's2', 'b3']);
    });

    it('are not kept waiting by tasks that were parked and wake up all at once [OR-5]', async () => {
      await enqueue(...many(20, 'a', { submitter: 'ada' }));
      for (let parked = 0; parked < 10; parked++) {
        await database.write([moves.park(await claim(), 'awaitingModel', '', 1)]);
      }
      await enqueue(newWork('b', { submitter: 'bob' }));
      await work.wakeDue(1);
      expect(await dispatch(5)).toEqual(['a1', 'a11', 'b', 'a2', 'a12']);
    });

    it('are not kept waiting by tasks that could not start until now [OR-5]', async () => {
      await enqueue(newWork('first', { submitter: 'ada' }), newWork('b1', { submitter: 'bob' }));
      await enqueue(...many(20, 'a', { submitter: 'ada', dependsOn: ['first', 'b1'] }));
      await enqueue(...many(2, 'own', { submitter: 'ada' }));
      expect(await dispatch(3)).toEqual(['first', 'b1', 'own1']);
      await enqueue(newWork('b2', { submitter: 'bob' }));
      expect(await dispatch(4)).toEqual(['own2', 'b2', 'a1', 'a2']);
    });

    it('never start more than two tasks while the next one of another waits [OR-1, OR-5]', async () => {
      const step = fc.oneof(
        fc.record({ submitter: fc.constantFrom('ada', 'bob', 'cy'), priority: fc.constantFrom(0, 20) }),
        fc.constant('claim' as const),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          await forget();
          const waiting: { taskId: string; submitter: string; priority: number; overtakenBy: string[] }[] = [];
          const claimNext = async () => {
            if (waiting.length === 0) return;
            const [taskId] = await dispatch(1);
            const { submitter, priority } = waiting.find((task) => task.taskId === taskId)!;
            const ofLine = (other: string) =>
              waiting.find((task) => task.submitter === other && task.priority === priority);
            expect(ofLine(submitter)?.taskId).toBe(taskId);
            waiting.splice(waiting.indexOf(ofLine(submitter)!), 1);
            for (const other of ['ada', 'bob', 'cy'].filter((name) => name !== submitter)) {
              const head = ofLine(other);
              head?.overtakenBy.push(submitter);
              expect(head?.overtakenBy.filter((name) => name === submitter).length ?? 0).toBeLessThanOrEqual(2);
            }
          };
          for (const [index, action] of steps.entries()) {
            if (action === 'claim') {
              await claimNext();
            } else {
              await enqueue(newWork(`t${index}`, action));
              waiting.push({ taskId: `t${index}`, ...action, overtakenBy: [] });
            }
          }
          while (waiting.length > 0) await claimNext();
        }),
        { numRuns: RUNS },
      );
    });
  });

  describe('waiting', () => {
    it('makes up for each point of priority after so many claims as are set [OR-5]', async () => {
      await work.ageBy(3);
      await enqueue(newWork('low', { priority: 12 }));
      const order: string[] = [];
      while (order.at(-1) !== 'low') {
        await enqueue(newWork(`high${order.length}`, { priority: 10 }));
        order.push(...(await dispatch(1)));
      }
      // At six claims they are equal, and of equals the more urgent goes first.
      expect(order).toHaveLength(8);
    });

    it('changes nothing when it is switched off [OR-5]', async () => {
      await work.ageBy(0);
      await enqueue(newWork('low', { priority: 11 }));
      for (let round = 0; round < 100; round++) {
        await enqueue(newWork(`high${round}`, { priority: 10 }));
        expect(await dispatch(1)).toEqual([`high${round}`]);
      }
    });

    it('lets nobody be overtaken by what came too long after, whatever comes [OR-5]', async () => {
      const step = fc.oneof(fc.constantFrom(0, 1, 2, 5), fc.constant('claim' as const), fc.constant('claim' as const));
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 50 }), async (steps) => {
          await forget();
          await work.ageBy(2);
          const waiting = new Map<string, { priority: number; since: number }>();
          let claims = 0;
          for (const [index, action] of [...steps, ...steps.map(() => 'claim' as const)].entries()) {
            if (action !== 'claim') {
              await enqueue(newWork(`t${index}`, { priority: action }));
              waiting.set(`t${index}`, { priority: action, since: claims });
            } else if (waiting.size > 0) {
              const [taskId = ''] = await dispatch(1);
              claims += 1;
              const claimed = waiting.get(taskId)!;
              waiting.delete(taskId);
              for (const { priority, since } of waiting.values()) {
                expect(claimed.since - since).toBeLessThanOrEqual(2 * (priority - claimed.priority));
              }
            }
          }
        }),
        { numRuns: RUNS },
      );
    });

    it('counts anew for what is queued already when the setting changes [OR-5]', async () => {
      await work.ageBy(1);
      await enqueue(newWork('low', { priority: 20 }));
      await enqueue(...many(12, 'high', { priority: 10 }));
      await dispatch(11);
      await enqueue(newWork('late', { priority: 10 }), newWork('low2', { priority: 20 }));
      const ready = async () => (await work.nextReady(10)).map(({ priority }) => priority);
      expect(await ready()).toEqual([10, 20, 10, 20]);
      await work.ageBy(0);
      expect(await ready()).toEqual([10, 10, 20, 20]);
      await work.ageBy(1);
      expect(await ready()).toEqual([10, 20, 10, 20]);
    });
  });

  describe('a task that goes back to the queue', () => {
    it('keeps its place, whatever came meanwhile [OR-4, OR-5, OR-16]', async () => {
      await enqueue(...many(4, 'a', { submitter: 'ada' }));
      const leases = [await claim(), await claim(), await claim()];
      await enqueue(newWork('b', { submitter: 'bob' }));
      await database.write([moves.requeue(leases[1]!)]);
      await owner.leave();
      await owner.join();
      expect(await dispatch(5)).toEqual(['a1', 'a2', 'a3', 'a4', 'b']);
    });
  });
}
