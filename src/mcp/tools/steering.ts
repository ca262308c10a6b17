import { z } from 'zod';
import type { TaskView } from '../../tasks/index.ts';
import { taskId, text } from '../fields.ts';
import { taskOutput } from '../task-output.ts';
import { type DefinedTool, defineTool } from '../tool.ts';
import { answerWith } from './coding-tasks.ts';
import { limitsInput, limitsOf } from './new-task-input.ts';
import type { ToolServices } from './tool-services.ts';

const steers = { readOnlyHint: false, destructiveHint: false, openWorldHint: false };
const repeatable = { ...steers, idempotentHint: true };

const planHash = () =>
  text('plan_hash of the plan that you read; when it has changed meanwhile nothing is done', { max: 64 });

const saying = (what: string, task: TaskView) => {
  const answer = answerWith(task);
  return { ...answer, said: `${what} ${answer.said}` };
};

/** What can be said to a task while it runs. */
export function steeringTools({ steering }: ToolServices): readonly DefinedTool[] {
  return [
    defineTool({
      name: 'send_intervention',
      title: 'Give guidance to a task',
      description:
        'What the very next model call is to know, before everything else: a correction, a preference, a fact. Can pause or resume the task in the same step.',
      role: ['operator'],
      annotations: steers,
      input: z.strictObject({
        task_id: taskId(),
        guidance: text('What the next model call is to know', { max: 20_000 }),
        action: z.enum(['pause', 'resume']).describe('What to do in the same step. Default: nothing more').optional(),
      }),
      output: taskOutput,
      run: async ({ task_id, guidance, action }, { by }) =>
        saying('It is recorded.', await steering.intervene(task_id, { guidance, by, action })),
    }),

    defineTool({
      name: 'answer_questions',
      title: 'Answer the questions of a task',
      description: 'All that are open, in their order. The task then plans on.',
      role: ['operator'],
      annotations: steers,
      input: z.strictObject({
        task_id: taskId(),
        answers: z
          .array(text('An answer', { max: 20_000, mayBeEmpty: true }))
          .min(1)
          .max(100),
      }),
      output: taskOutput,
      run: async ({ task_id, answers }, { by }) =>
        saying('The answers are recorded.', await steering.answer(task_id, { answers, by })),
    }),

    defineTool({
      name: 'approve_plan',
      title: 'Approve the plan of a task',
      description:
        'Lets the plan be built. Bound to the plan that you read: its plan_hash stands in the plan resource.',
      role: ['operator'],
      annotations: repeatable,
      input: z.strictObject({ task_id: taskId(), plan_hash: planHash() }),
      output: taskOutput,
      run: async ({ task_id, plan_hash }, { by }) =>
        saying('The plan is approved.', await steering.approvePlan(task_id, { planHash: plan_hash, by })),
    }),

    defineTool({
      name: 'reject_plan',
      title: 'Reject the plan of a task',
      description: 'Has the planner plan anew, with your reason. What was built by the plan is dropped with it.',
      role: ['operator'],
      annotations: { ...steers, destructiveHint: true },
      input: z.strictObject({
        task_id: taskId(),
        plan_hash: planHash(),
        reason: text('Why: the planner gets it', { max: 20_000 }),
      }),
      output: taskOutput,
      run: async ({ task_id, plan_hash, reason }, { by }) =>
        saying('The plan is rejected.', await steering.rejectPlan(task_id, { planHash: plan_hash, reason, by })),
    }),

    defineTool({
      name: 'pause_task',
      title: 'Pause a task',
      description: 'Nothing new is begun; what is in flight ends and is recorded. Pausing twice is the same as once.',
      role: ['operator'],
      annotations: repeatable,
      input: z.strictObject({ task_id: taskId(), reason: text('Why; everybody sees it', { max: 1000 }).optional() }),
      output: taskOutput,
      run: async ({ task_id, reason }, { by }) => answerWith(await steering.pause(task_id, { by, reason })),
    }),

    defineTool({
      name: 'resume_task',
      title: 'Resume a task',
      description: 'It goes on, with higher limits where one of them paused it. Resuming twice is the same as once.',
      role: ['operator'],
      annotations: repeatable,
      input: z.strictObject({
        task_id: taskId(),
        limits: limitsInput.describe('They take the place of those of the same name').optional(),
      }),
      output: taskOutput,
      run: async ({ task_id, limits }, { by }) =>
        answerWith(await steering.resume(task_id, { by, limits: limits && limitsOf(limits) })),
    }),
  ];
}
