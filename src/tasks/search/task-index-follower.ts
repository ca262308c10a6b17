import {
  type EventStore,
  type EventType,
  IndexFollower,
  type StoredEvent,
  type TaskState,
} from '../../events/index.ts';
import type { DatabaseDialect, GuardedStatement } from '../../storage/index.ts';
import { statusOf } from '../task-view.ts';
import { indexChanges } from './task-index-changes.ts';
import type { TaskIndex } from './task-index.ts';

/** What a task is found by changes with these alone. */
const followedTypes: readonly EventType[] = [
  'TASK_CREATED',
  'TASK_STARTED',
  'QUESTIONS_ASKED',
  'QUESTIONS_ANSWERED',
  'PLANNING_COMPLETE',
  'PLAN_APPROVED',
  'PLAN_REJECTED',
  'PLAN_EDITED',
  'TASK_PAUSED',
  'TASK_RESUMED',
  'TASK_COMPLETE',
  'TASK_FAILED',
  'TASK_CANCELLED',
];

export interface TaskIndexParts {
  readonly events: EventStore;
  readonly index: TaskIndex;
  /** The newest state of a task. */
  readonly stateOf: (taskId: string) => Promise<TaskState>;
  readonly report: (message: string, error: unknown) => void;
}

/** Keeps the index of tasks in step with the log. */
export class TaskIndexFollower extends IndexFollower {
  constructor({ events, index, stateOf, report }: TaskIndexParts) {
    const followed = {
      types: followedTypes,
      cursor: () => index.cursor(),
      keep: async (batch: readonly StoredEvent[], from: number, to: number) => {
        const statements = await changesOf(index.dialect, batch, stateOf);
        // The cursor first: whoever comes second is refused by it, before a row that is there already refuses.
        await index.apply([indexChanges.moveCursor(from, to), ...statements]);
      },
    };
    super(events, followed, (error) => {
      report('the index of tasks was not brought up to date; it is tried again', error);
    });
  }
}

async function changesOf(
  dialect: DatabaseDialect,
  batch: readonly StoredEvent[],
  stateOf: TaskIndexParts['stateOf'],
): Promise<readonly GuardedStatement[]> {
  const statements: GuardedStatement[] = [];
  const changed = new Set<string>();
  for (const event of batch) {
    if (event.eventType !== 'TASK_CREATED') changed.add(event.taskId);
    else if (event.streamSequence === 1) statements.push(...added(dialect, event));
  }
  for (const taskId of changed) {
    const state = await stateOf(taskId);
    statements.push(indexChanges.move(taskId, statusOf(state, null), state.plan?.language ?? null));
  }
  return statements;
}

/** The log holds whatever was once accepted: what does not fit is left out. */
function added(
  dialect: DatabaseDialect,
  { taskId, sequenceNumber, timestamp, data }: StoredEvent<'TASK_CREATED'>,
): readonly GuardedStatement[] {
  const { prompt, language, metadata } = data as Partial<typeof data>;
  const texts = Object.entries(metadata ?? {}).filter(([, value]) => typeof value === 'string');
  return indexChanges.add(
    dialect,
    { position: sequenceNumber, taskId },
    {
      prompt: typeof prompt === 'string' ? prompt : '',
      language: typeof language === 'string' ? language : null,
      createdAt: Date.parse(timestamp) || 0,
      metadata: Object.fromEntries(texts),
    },
  );
}
