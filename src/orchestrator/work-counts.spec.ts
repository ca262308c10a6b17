import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventLog, type EventLog } from '../../test/support/event-log.ts';
import { moves, type NewWork } from './work-moves.ts';
import { workMigrations, type WorkTables } from './work-schema.ts';
import { WorkTable } from './work-table.ts';

let log: EventLog;

beforeEach(async () => {
  log = await eventLog();
});

afterEach(() => log.close());

const newWork = (taskId: string, workflow: string, priority: number): NewWork => {
  return { taskId, workflow, priority, timeoutMs: 1, submitter: '', dependsOn: [] };
};

const enqueue = (...tasks: readonly NewWork[]) =>
  log.database.write(tasks.flatMap((task) => moves.enqueue(task, 1000)));

/** How many rows there are of each workflow, status and priority: by the counts that are kept, and by counting. */
async function counted(): Promise<{ readonly kept: readonly string[]; readonly real: readonly string[] }> {
  const kept = (await new WorkTable(log.database).counts()).filter(({ count }) => count !== 0);
  const real = await log.database
    .reader<WorkTables>()
    .selectFrom('work')
    .select(({ fn }) => ['workflow', 'status', 'priority', fn.countAll<number>().as('count')])
    .groupBy(['workflow', 'status', 'priority'])
    .execute();
  const written = (rows: typeof kept) =>
    rows.map(({ workflow, status, priority, count }) => `${workflow} ${status} ${priority}: ${count}`).sort();
  return { kept: written(kept), real: written(real) };
}

describe('counts of the queue (OR-3)', () => {
  it('are right of each workflow, whatever moves its tasks [OR-3, PL-6]', async () => {
    await log.database.migrate('orchestrator', workMigrations);
    const work = new WorkTable(log.database);
    let next = 0;
    const step = fc.record({
      move: fc.constantFrom('enqueue', 'claim', 'park', 'finish', 'requeue', 'close', 'reopen', 'wake'),
      workflow: fc.constantFrom('coding', 'job'),
      priority: fc.integer({ min: 0, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
        for (const { move, workflow, priority } of steps) {
          if (move === 'enqueue') await enqueue(newWork(`t${next++}`, workflow, priority));
          else if (move === 'close' || move === 'reopen' || move === 'wake') {
            await log.database.write([moves[move](`t${Math.floor(next / 2)}`)]);
          } else {
            const lease = await work.claim('one', 1000);
            if (!lease || move === 'claim') continue;
            await log.database.write([move === 'park' ? moves.park(lease, 'r', 'd', null) : moves[move](lease)]);
          }
        }
        const { kept, real } = await counted();
        expect(kept).toEqual(real);
      }),
      { numRuns: 12 },
    );
  });

  it('are made by workflow of a database whose counts did not know them [OR-3, PL-6]', async () => {
    await log.database.migrate('orchestrator', workMigrations.slice(0, 2));
    await enqueue(
      newWork('a', 'coding', 20),
      newWork('b', 'job', 20),
      newWork('c', 'job', 20),
      newWork('d', 'job', 30),
    );
    await log.database.write([moves.close('b')]);
    await log.database.migrate('orchestrator', workMigrations);
    const { kept, real } = await counted();
    expect(kept).toEqual(['coding queued 20: 1', 'job done 20: 1', 'job queued 20: 1', 'job queued 30: 1']);
    expect(kept).toEqual(real);
    expect((await new WorkTable(log.database).claim('one', 5))?.taskId).toBe('a');
  });
});
