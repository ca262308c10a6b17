import { z } from 'zod';
import { taskStatuses, type TaskView } from '../tasks/index.ts';
import { taskUri } from './task-uris.ts';

const count = z.int().min(0);
const moment = z.string().nullable();

const moduleOutput = z.object({
  path: z.string(),
  status: z.string(),
  iteration: count.describe('Corrections so far'),
  version: count.describe('Code version of its last change'),
  tests_passed: count,
  tests_failed: count,
  last_error: z.string().nullable(),
});

/** A task as the tools show it. */
export const taskOutput = z.object({
  task_id: z.string(),
  status: z.enum(taskStatuses).describe('What it does or waits for'),
  prompt: z.string(),
  brain: z.string().nullable().describe('Who answers its model calls; delegated: whoever claims the work'),
  progress: z.number().min(0).max(1),
  current_module: z.string().nullable(),
  iteration: count,
  code_version: count,
  sequence: count.describe('Of its newest event: give it as after_sequence to hear of what comes after'),
  modules: z.array(moduleOutput),
  waiting_for: z.object({ reason: z.string(), detail: z.string(), until: moment }).nullable(),
  pause: z.object({ code: z.string(), reason: z.string(), by: z.string() }).nullable(),
  questions: z.array(z.string()).describe('Open ones, for answer_questions'),
  approval: z.enum(['notNeeded', 'pending', 'given']).describe('Of the plan'),
  usage: z.object({
    calls: count,
    input_tokens: count,
    output_tokens: count,
    cost_usd: z.number().min(0),
  }),
  error: z.object({ code: z.string(), reason: z.string() }).nullable(),
  summary: z.string().nullable(),
  created_at: moment,
  started_at: moment,
  finished_at: moment,
  metadata: z.record(z.string(), z.string()),
  forked_from: z.object({ task_id: z.string(), sequence: count }).nullable(),
  uri: z.string().describe('The resource of the task; it can be subscribed to'),
});

export type TaskOutput = z.input<typeof taskOutput>;

export function taskOutputOf(task: TaskView): TaskOutput {
  const { waitingFor, pause, error, usage, forkedFrom } = task;
  return {
    task_id: task.taskId,
    status: task.status,
    prompt: task.prompt,
    brain: task.brain,
    progress: task.progress,
    current_module: task.currentModule,
    iteration: task.iteration,
    code_version: task.codeVersion,
    sequence: task.sequence,
    modules: task.modules.map((module) => ({
      path: module.path,
      status: module.status,
      iteration: module.iteration,
      version: module.version,
      tests_passed: module.testsPassed,
      tests_failed: module.testsFailed,
      last_error: module.lastError,
    })),
    waiting_for: waitingFor && { reason: waitingFor.reason, detail: waitingFor.detail, until: waitingFor.until },
    pause: pause && { code: pause.code, reason: pause.reason, by: pause.by },
    questions: [...task.questions],
    approval: task.approval,
    usage: {
      calls: usage.calls,
      input_tokens: usage.inputTokens,
      output_tokens: usage.outputTokens,
      cost_usd: usage.costUsd,
    },
    error: error && { code: error.code, reason: error.reason },
    summary: task.summary,
    created_at: task.createdAt,
    started_at: task.startedAt,
    finished_at: task.finishedAt,
    metadata: { ...task.metadata },
    forked_from: forkedFrom && { task_id: forkedFrom.taskId, sequence: forkedFrom.sequence },
    uri: taskUri(task.taskId),
  };
}

const SHORT_PROMPT = 200;

/** A task in a list: enough to choose one. */
export const taskLine = z.object({
  task_id: z.string(),
  status: z.enum(taskStatuses),
  prompt: z.string().describe('At most its first 200 characters'),
  progress: z.number().min(0).max(1),
  created_at: moment,
  finished_at: moment,
  uri: z.string(),
});

export function taskLineOf(task: TaskView): z.input<typeof taskLine> {
  const { taskId, status, prompt, progress, createdAt, finishedAt } = task;
  return {
    task_id: taskId,
    status,
    prompt: Array.from(prompt.slice(0, 2 * SHORT_PROMPT))
      .slice(0, SHORT_PROMPT)
      .join(''),
    progress,
    created_at: createdAt,
    finished_at: finishedAt,
    uri: taskUri(taskId),
  };
}
