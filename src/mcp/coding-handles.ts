import type { EventStore } from '../events/index.ts';
import type { SteeringService, TasksService, TaskView } from '../tasks/index.ts';
import { isOver, nextStep, standing } from './next-step.ts';
import type { Fields, ProtocolTasks } from './protocol-tasks.ts';
import { openInput } from './task-inputs.ts';
import { taskOutputOf } from './task-output.ts';
import { resultOf } from './tool-result.ts';

const POLL_INTERVAL_MS = 2000;

/** A handle for a task that is stored. Its id is that of the task itself, so it outlives a restart and works everywhere. */
export function handleOf(task: TaskView): Fields {
  return { resultType: 'task', ...fieldsOf(task, 'working', task.createdAt) };
}

/** Coding tasks as the tasks extension has them: any may be asked about, however it was started. */
export class CodingHandles implements ProtocolTasks {
  constructor(
    private readonly services: {
      readonly tasks: TasksService;
      readonly steering: SteeringService;
      readonly events: EventStore;
    },
  ) {}

  /** A task that failed is a completed call whose result is an error: `failed` is for errors of the protocol alone. */
  async get(id: string, { canElicit }: { readonly canElicit: boolean }): Promise<Fields> {
    const { tasks, events } = this.services;
    const task = await tasks.read.get(id);
    const [newest] = await events.getEvents(task.taskId, { direction: 'backwards', limit: 1 });
    const at = newest?.timestamp ?? task.createdAt;
    if (task.status === 'cancelled') return fieldsOf(task, 'cancelled', at);
    if (isOver(task)) {
      const result = resultOf({ data: taskOutputOf(task), said: standing(task), next: nextStep(task) });
      return { ...fieldsOf(task, 'completed', at), result: { ...result, isError: task.status === 'failed' } };
    }
    const input = canElicit ? await openInput(this.services, task) : null;
    if (!input) return fieldsOf(task, 'working', at);
    return { ...fieldsOf(task, 'input_required', at), inputRequests: { [input.key]: input.request } };
  }

  async update(id: string, inputResponses: Fields, by: string): Promise<void> {
    const input = await openInput(this.services, await this.services.tasks.read.get(id));
    if (input && Object.hasOwn(inputResponses, input.key)) await input.take(inputResponses[input.key], by);
  }

  async cancel(id: string, by: string): Promise<void> {
    await this.services.tasks.cancel(id, { by, reason: `cancelled by ${by}` });
  }
}

function fieldsOf(
  task: TaskView,
  status: 'working' | 'input_required' | 'completed' | 'cancelled',
  updatedAt: string | null,
): Fields {
  const createdAt = task.createdAt ?? new Date(0).toISOString();
  return {
    taskId: task.taskId,
    status,
    statusMessage: standing(task),
    createdAt,
    lastUpdatedAt: updatedAt ?? createdAt,
    // It stays in the log for ever.
    ttlMs: null,
    pollIntervalMs: POLL_INTERVAL_MS,
  };
}
