import type { EventStore } from '../events/index.ts';
import { withPauses } from '../kernel/with-pauses.ts';
import type { TasksService, TaskView } from '../tasks/index.ts';

export interface Wait<View = TaskView> {
  /** Ends the wait early. `isQuiet`: nothing has happened for two seconds. */
  readonly until: (view: View, isQuiet: boolean) => boolean | Promise<boolean>;
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Told of the task or job whenever something has happened to it. */
  readonly onNews?: ((view: View) => void) | undefined;
}

/** While nothing happens it is looked at again after this: that a task waits for a model is no event of its own. */
const QUIET_MS = 2000;

/** Waits until a task is as wanted or the time is up, and answers it as it is then. Rejects with TaskNotFoundError. */
export function waitForTask(
  { events, tasks }: { readonly events: EventStore; readonly tasks: TasksService },
  taskId: string,
  wait: Wait,
): Promise<TaskView> {
  return waitForStream(events, taskId, (id) => tasks.read.get(id), wait);
}

/** The same for whatever has a stream of events of its own. Rejects as `read` does. */
export async function waitForStream<View extends { readonly sequence: number }>(
  events: EventStore,
  id: string,
  read: (id: string) => Promise<View>,
  { until, waitMs, signal, onNews }: Wait<View>,
): Promise<View> {
  let view = await read(id);
  if (waitMs <= 0 || (await until(view, false))) return view;
  const enough = new AbortController();
  const ended = AbortSignal.any([signal, enough.signal, AbortSignal.timeout(waitMs)]);
  const news = events.subscribe({ taskId: id, after: view.sequence, signal: ended });
  for await (const batch of withPauses(news, QUIET_MS)) {
    view = await read(id);
    if (batch !== null) onNews?.(view);
    if (!(await until(view, batch === null))) continue;
    enough.abort();
    return view;
  }
  return read(id);
}
