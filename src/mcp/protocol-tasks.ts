import {
  type ClientCapabilities,
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { EventStore } from '../events/index.ts';
import type { SteeringService, TasksService, TaskView } from '../tasks/index.ts';
import { taskId } from './fields.ts';
import { isOver, nextStep, standing } from './next-step.ts';
import { openInput } from './task-inputs.ts';
import { taskOutputOf } from './task-output.ts';
import { resultOf } from './tool-result.ts';

/** SEP-2663: a call may be answered with a handle, which the client asks about until the result is there. */
export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';

const POLL_INTERVAL_MS = 2000;

type Fields = Readonly<Record<string, unknown>>;

interface Services {
  readonly tasks: TasksService;
  readonly steering: SteeringService;
  readonly events: EventStore;
}

export function declaresTasks(capabilities: ClientCapabilities | undefined): boolean {
  return capabilities?.extensions?.[TASKS_EXTENSION] !== undefined;
}

/** A handle for a task that is stored. Its id is that of the task itself, so it outlives a restart and works everywhere. */
export function handleOf(task: TaskView): Fields {
  return { resultType: 'task', ...fieldsOf(task, 'working', task.createdAt) };
}

/** Serves tasks/get, tasks/update and tasks/cancel: any task may be asked about, however it was started. */
export function serveProtocolTasks(
  server: Server,
  services: Services,
  byOf: (context: ServerContext) => string,
  refusal: (error: unknown) => Error,
): void {
  const withTask = async (id: string, use: (task: TaskView) => Promise<Fields>): Promise<Fields> => {
    const capabilities = server.getClientCapabilities();
    if (!declaresTasks(capabilities)) {
      const requiredCapabilities = { extensions: { [TASKS_EXTENSION]: {} } };
      throw new MissingRequiredClientCapabilityError({ requiredCapabilities });
    }
    try {
      return await use(await services.tasks.read.get(id));
    } catch (error) {
      throw refusal(error);
    }
  };

  server.setRequestHandler('tasks/get', { params: z.looseObject({ taskId: taskId() }) }, ({ taskId: id }) =>
    withTask(id, (task) => detailed(services, task, server.getClientCapabilities()?.elicitation !== undefined)),
  );

  const update = z.looseObject({ taskId: taskId(), inputResponses: z.record(z.string(), z.unknown()).optional() });
  server.setRequestHandler('tasks/update', { params: update }, ({ taskId: id, ...given }, context) =>
    withTask(id, async (task) => {
      // The library takes them out of the parameters, as for calls that are repeated with more.
      const inputResponses = given.inputResponses ?? context.mcpReq.inputResponses ?? {};
      const input = await openInput(services, task);
      // Responses to what is not asked (any more) are ignored: somebody else may have been faster.
      if (input && Object.hasOwn(inputResponses, input.key)) await input.take(inputResponses[input.key], byOf(context));
      return { resultType: 'complete' };
    }),
  );

  server.setRequestHandler('tasks/cancel', { params: z.looseObject({ taskId: taskId() }) }, ({ taskId: id }, context) =>
    withTask(id, async (task) => {
      const by = byOf(context);
      await services.tasks.cancel(task.taskId, { by, reason: `cancelled by ${by}` });
      return { resultType: 'complete' };
    }),
  );
}

/** A task that failed is a completed call whose result is an error: `failed` is for errors of the protocol alone. */
async function detailed(services: Services, task: TaskView, canElicit: boolean): Promise<Fields> {
  const [newest] = await services.events.getEvents(task.taskId, { direction: 'backwards', limit: 1 });
  const at = newest?.timestamp ?? task.createdAt;
  if (task.status === 'cancelled') return { resultType: 'complete', ...fieldsOf(task, 'cancelled', at) };
  if (isOver(task)) {
    const result = resultOf({ data: taskOutputOf(task), said: standing(task), next: nextStep(task) });
    const outcome = { ...result, isError: task.status === 'failed' };
    return { resultType: 'complete', ...fieldsOf(task, 'completed', at), result: outcome };
  }
  const input = canElicit ? await openInput(services, task) : null;
  if (!input) return { resultType: 'complete', ...fieldsOf(task, 'working', at) };
  const inputRequests = { [input.key]: input.request };
  return { resultType: 'complete', ...fieldsOf(task, 'input_required', at), inputRequests };
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
