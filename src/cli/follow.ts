import type { TaskloomClient } from '../client/index.ts';
import type { Cli } from './cli.ts';
import { interruptible } from './end-signals.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { isEnd, liveMessage } from './live-message.ts';
import { LiveView } from './live-view.ts';

export interface FollowOptions {
  readonly json: boolean;
  /** Only messages after this stream sequence; default: all. */
  readonly after?: number;
}

/**
 * Shows a task live until it is over, across lost connections. Answers 0 when it is completed, 1 when it failed or was
 * cancelled, 130 when Ctrl-C ended the watching: the task goes on.
 */
export async function followTask(
  { terminal }: Pick<Cli, 'terminal'>,
  client: TaskloomClient,
  taskId: string,
  { json, after = 0 }: FollowOptions,
): Promise<ExitCode> {
  const view = new LiveView(terminal, json);
  using interrupt = interruptible();
  try {
    for await (const received of client.watch(taskId, { afterStreamSequence: after, signal: interrupt.signal })) {
      const message = liveMessage(received);
      view.show(message);
      // Where what is asked for begins after the end, this is all that comes: only completed tasks are searched.
      if (message.type === 'DEAD_CODE_ANALYSIS') return exitCodes.done;
      if (isEnd(message)) return message.type === 'TASK_COMPLETE' ? exitCodes.done : exitCodes.failed;
    }
    throw new Error(`The watching of ${taskId} ended before the task did: taskloom watch ${taskId} goes on with it.`);
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
  }
  terminal.note(`Left; the task goes on. To follow it again: taskloom watch ${taskId}`);
  return exitCodes.interrupted;
}

/** Tells the id of a task that nobody follows here. */
export function detached(
  { terminal }: Pick<Cli, 'terminal'>,
  taskId: string,
  { json }: { readonly json?: boolean },
): ExitCode {
  if (json) terminal.json({ taskId });
  else terminal.print(taskId);
  return exitCodes.done;
}
