import type { EventStore } from '../events/index.ts';
import { withPauses } from '../kernel/with-pauses.ts';
import type { TasksService, TaskView } from '../tasks/index.ts';

export interface Wait {
  /** Ends the wait early. `isQuiet`: nothing has happened to the task for two seconds. */
  readonly until: (task: TaskView, isQuiet: boolean) => boolean | Promise<boolean>;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Told of the task whenever something has happened to it. */
  readonly onNews?: ((task: TaskView) => void) | undefined;
}

/** While nothing happens a task is looked at again after this: that it waits for a model is no event of its own. */
const QUIET_MS = 2000;

/** Waits until a task is as wanted or the time is up, and answers it as it is then. Rejects with TaskNotFoundError. */
export async function waitForTask(
  { events, tasks }: { readonly events: EventStore; readonly tasks: TasksService },
  taskId: string,
  { until, waitMs, signal, onNews }: Wait,
): Promise<TaskView> {
  let task = await tasks.read.get(taskId);
  if (waitMs <= 0 || (await until(task, false))) return task;
  const enough = new AbortController();
  const ended = AbortSignal.any([signal, enough.signal, AbortSignal.timeout(waitMs)]);
  const news = events.subscribe({ taskId: task.taskId, after: task.sequence, signal: ended });
  for await (const batch of withPauses(news, QUIET_MS)) {
    task = await tasks.read.get(task.taskId);
    if (batch !== null) onNews?.(task);
    if (!(await until(task, batch === null))) continue;
    enough.abort();
    return task;
  }
  return tasks.read.get(task.taskId);
}
