import type { TaskStatus, TaskView } from '../task-view.ts';
import type { TaskIndex } from './task-index.ts';
import type { TaskIndexFollower } from './task-index-follower.ts';

export interface TaskQuery {
  readonly status?: TaskStatus;
  readonly language?: string;
  /** Entries that a task was given, all of them. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Words of the prompt, in any order; the last one may be the beginning of one. */
  readonly text?: string;
  /** Accepted at this moment or later, and at this one or before. */
  readonly createdAfter?: Date;
  readonly createdBefore?: Date;
  /** 1 to 200; default 50. */
  readonly limit?: number;
  /** The cursor of the page before. */
  readonly before?: number;
}

export interface TaskPage {
  readonly tasks: readonly TaskView[];
  /** Give it as `before` for the next page; null at the end. */
  readonly nextBefore: number | null;
}

const MAX_PAGE = 200;

/** Finds tasks by what they were given and how they stand. A page stays the same however many tasks are added. */
export class TaskSearch {
  constructor(
    private readonly index: TaskIndex,
    private readonly follower: Pick<TaskIndexFollower, 'catchUp'>,
    private readonly get: (taskId: string) => Promise<TaskView>,
  ) {}

  /** The newest first, everything included that was accepted before it was asked. */
  async list({ status, limit = 50, before, createdAfter, createdBefore, ...given }: TaskQuery = {}): Promise<TaskPage> {
    await this.follower.catchUp();
    const size = Math.min(Math.max(1, limit), MAX_PAGE);
    const tasks: TaskView[] = [];
    let cursor = before;
    for (;;) {
      const found = await this.index.find({
        ...given,
        phases: status && phasesOf(status),
        createdFrom: createdAfter?.getTime(),
        createdTo: createdBefore?.getTime(),
        before: cursor,
        // One more tells whether there is a next page.
        limit: size + 1,
      });
      for (const { taskId, position } of found) {
        if (tasks.length === size) return { tasks, nextBefore: cursor ?? null };
        cursor = position;
        const task = await this.get(taskId);
        if (status === undefined || task.status === status) tasks.push(task);
      }
      if (found.length <= size) return { tasks, nextBefore: null };
    }
  }
}

/** The phases, which the events alone tell, that a task of this status can be in; its place in the queue tells the rest. */
function phasesOf(status: TaskStatus): readonly string[] {
  switch (status) {
    case 'queued':
    case 'awaitingModel':
      return ['planning', 'running'];
    case 'planning':
    case 'running':
    case 'created':
    case 'awaitingAnswers':
    case 'awaitingApproval':
    case 'paused':
    case 'completed':
    case 'failed':
    case 'cancelled':
      return [status];
  }
}
