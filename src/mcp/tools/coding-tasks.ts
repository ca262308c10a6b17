import { z } from 'zod';
import { DEFAULT_WAIT_MS, metadata, taskId, text, waitMs, wholeNumber } from '../fields.ts';
import { isOver, needsSomebody, nextStep, standing } from '../next-step.ts';
import { handleOf } from '../coding-handles.ts';
import { taskLine, taskLineOf, taskOutput, taskOutputOf } from '../task-output.ts';
import { type DefinedTool, defineTool, type ToolAnswer, type ToolCall } from '../tool.ts';
import { waitForTask } from '../wait-for-task.ts';
import { taskStatuses, type TaskView } from '../../tasks/index.ts';
import { newTaskFields, newTaskOf } from './new-task-input.ts';
import type { ToolServices } from './tool-services.ts';

const creates = { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: false };
const reads = { readOnlyHint: true, openWorldHint: false };

export function answerWith(task: TaskView): ToolAnswer<z.input<typeof taskOutput>> {
  return { data: taskOutputOf(task), said: standing(task), next: nextStep(task) };
}

/** Starting coding tasks, and asking how they stand. */
export function codingTaskTools(services: ToolServices): readonly DefinedTool[] {
  const { tasks, items, configuration } = services;

  const create = async (input: Parameters<typeof newTaskOf>[0], { scope }: ToolCall) => {
    let isRepeated = false;
    const { submitter, idempotency_key: idempotencyKey } = input;
    const onRepeat = () => (isRepeated = true);
    const task = await tasks.create(newTaskOf(input, configuration), { submitter, idempotencyKey, scope, onRepeat });
    return { task, isRepeated };
  };

  /** Nobody has taken the question, and whoever called may be the one who is to answer it. */
  const hasFreeQuestion = async ({ taskId: id, status, brain }: TaskView) =>
    status === 'awaitingModel' &&
    brain === 'delegated' &&
    (await items.list()).some((item) => item.taskId === id && item.claimedBy === null);

  return [
    defineTool({
      name: 'start_coding_task',
      title: 'Start a coding task',
      description:
        'Has code planned, written, tested in a sandbox and corrected until the tests pass. Answers at once with a handle; the work goes on by itself. The task is durable when this answers. Give an idempotency_key so that a repeated call does not start a second task.',
      role: ['operator'],
      annotations: creates,
      input: z.strictObject(newTaskFields),
      output: taskOutput,
      run: async (input, call) => {
        const { task, isRepeated } = await create(input, call);
        const id = JSON.stringify(task.taskId);
        const said = isRepeated ? `It was accepted before. ${standing(task)}` : `Task ${id} is accepted.`;
        return { ...answerWith(task), said };
      },
    }),

    defineTool({
      name: 'run_coding_task',
      title: 'Run a coding task',
      description:
        'As start_coding_task, and waits for the outcome, at most wait_ms. A task that takes longer goes on by itself: get_task_status waits on. Ends early when the task needs somebody. A call that is cancelled or times out does not cancel the task.',
      role: ['operator'],
      annotations: creates,
      input: z.strictObject({
        ...newTaskFields,
        wait_ms: waitMs('How long to wait for the outcome, in milliseconds').default(DEFAULT_WAIT_MS),
      }),
      output: taskOutput,
      run: async ({ wait_ms, ...input }, call) => {
        const { signal, progress, takesTasks } = call;
        const { task: created } = await create(input, call);
        if (takesTasks && !isOver(created)) return { ...answerWith(created), handle: handleOf(created) };
        const task = await waitForTask(services, created.taskId, {
          until: (each, isQuiet) => isOver(each) || needsSomebody(each) || (isQuiet && hasFreeQuestion(each)),
          waitMs: wait_ms,
          signal,
          onNews: (each) => progress?.(each.sequence, standing(each)),
        });
        return answerWith(task);
      },
    }),

    defineTool({
      name: 'get_task_status',
      title: 'See how a task stands',
      description:
        'The status of a task, its modules and what it waits for. With wait_ms it waits: for events after after_sequence, or, without it, until the task is over or needs somebody.',
      role: ['viewer'],
      annotations: { ...reads, idempotentHint: true },
      input: z.strictObject({
        task_id: taskId(),
        wait_ms: waitMs('How long to wait for news, in milliseconds').default(0),
        after_sequence: wholeNumber('sequence of the status that you know', 0).optional(),
      }),
      output: taskOutput,
      run: async ({ task_id, wait_ms, after_sequence: known }, { signal, progress }) => {
        const hasNews = (task: TaskView) => known !== undefined && task.sequence > known;
        const isDone = (task: TaskView, isQuiet: boolean) =>
          isOver(task) || (known === undefined && (needsSomebody(task) || (isQuiet && hasFreeQuestion(task))));
        const task = await waitForTask(services, task_id, {
          until: (each, isQuiet) => hasNews(each) || isDone(each, isQuiet),
          waitMs: wait_ms,
          signal,
          onNews: (each) => progress?.(each.sequence, standing(each)),
        });
        return answerWith(task);
      },
    }),

    defineTool({
      name: 'list_tasks',
      title: 'List tasks',
      description:
        'The newest tasks first, page by page, also those that others have started; all, or those that are asked for.',
      role: ['viewer'],
      annotations: { ...reads, idempotentHint: true },
      input: z.strictObject({
        status: z.enum(taskStatuses).describe('Only tasks of this status').optional(),
        text: text('Only tasks whose prompt has all of these words', { max: 1000 }).optional(),
        metadata: metadata().describe('Only tasks that were given all of these').optional(),
        limit: wholeNumber('Tasks of a page', 1, 200).default(20),
        before: wholeNumber('next_before of the page before', 0).optional(),
      }),
      output: z.object({
        tasks: z.array(taskLine),
        next_before: z.int().nullable().describe('Give it as before for the next page; null at the end'),
      }),
      run: async (query) => {
        const page = await tasks.read.list(query);
        const { length } = page.tasks;
        return {
          data: { tasks: page.tasks.map(taskLineOf), next_before: page.nextBefore },
          said: length === 0 ? 'There are no such tasks.' : `${length} ${length === 1 ? 'task' : 'tasks'}.`,
          next:
            page.nextBefore === null
              ? 'get_task_status shows one in full.'
              : 'There are more: give next_before as before.',
        };
      },
    }),

    defineTool({
      name: 'cancel_task',
      title: 'Cancel a task',
      description:
        'Ends a task at once, whatever it does; its events and files stay. A task that is over stays as it is.',
      role: ['operator'],
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
      input: z.strictObject({ task_id: taskId(), reason: text('Why; it is recorded', { max: 1000 }).optional() }),
      output: z.object({ changed: z.boolean().describe('false: it was over already'), task: taskOutput }),
      run: async ({ task_id, reason }, { by }) => {
        const { task, changed } = await tasks.cancel(task_id, { by, reason: reason ?? `cancelled by ${by}` });
        return {
          data: { changed, task: taskOutputOf(task) },
          said: changed ? standing(task) : `It was over already. ${standing(task)}`,
          next: nextStep(task),
        };
      },
    }),
  ];
}
