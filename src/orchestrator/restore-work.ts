import type { EventStore, StoredEvent } from '../events/index.ts';
import type { Database, GuardedStatement } from '../storage/index.ts';
import { moves } from './work-moves.ts';
import type { WorkTable } from './work-table.ts';
import type { StepAction, Workflow } from './workflow.ts';

export interface WorkSources {
  readonly events: EventStore;
  readonly database: Database;
  readonly work: WorkTable;
  readonly workflows: readonly Workflow<unknown, StepAction>[];
  /** Of tasks whose first fact names none. */
  readonly timeoutMs: number;
}

const ROWS_PER_WRITE = 500;

/**
 * Makes the work table anew from the log where it is empty, as it is after an import: every task in the order of
 * arrival, those that are not over ready to go on. Answers how many rows it made. Safe to repeat.
 */
export async function restoreWork(sources: WorkSources): Promise<number> {
  const { events, database, work } = sources;
  if (!(await work.isEmpty())) return 0;
  let restored = 0;
  let rows: GuardedStatement[] = [];
  const write = async () => {
    if (rows.length > 0) await database.write(rows);
    restored += rows.length;
    rows = [];
  };
  for (let after = 0, page = await events.readAll({ after }); page.length > 0; page = await events.readAll({ after })) {
    for (const event of page) {
      after = event.sequenceNumber;
      const row = event.streamSequence === 1 ? await rowOf(event, sources) : null;
      if (row) rows.push(row);
      if (rows.length >= ROWS_PER_WRITE) await write();
    }
  }
  await write();
  return restored;
}

/** The row of the stream that begins with this event; null when no workflow knows such a stream. */
async function rowOf(
  first: StoredEvent,
  { events, workflows, timeoutMs }: WorkSources,
): Promise<GuardedStatement | null> {
  for (const workflow of workflows) {
    let queued = workflow.adopt(first, null);
    if (!queued) continue;
    const { taskId } = first;
    let state = workflow.initial(taskId);
    for await (const event of events.read(taskId)) {
      state = workflow.evolve(state, event);
      queued = workflow.adopt(event, queued) ?? queued;
    }
    const isOver = workflow.decide(state).kind === 'done';
    return moves.restore(
      { taskId, workflow: workflow.name, timeoutMs, dependsOn: [], submitter: '', ...queued },
      isOver,
    );
  }
  return null;
}
