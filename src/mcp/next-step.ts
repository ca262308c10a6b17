import type { TaskView } from '../tasks/index.ts';
import { DEFAULT_WAIT_MS } from './fields.ts';

/** A task that is over: nothing more becomes of it. */
export function isOver({ status }: TaskView): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** A task that goes on only when somebody says something. */
export function needsSomebody({ status }: TaskView): boolean {
  return status === 'awaitingAnswers' || status === 'awaitingApproval' || status === 'paused';
}

/** How a task stands, in one sentence. */
export function standing(task: TaskView): string {
  const id = JSON.stringify(task.taskId);
  switch (task.status) {
    case 'completed':
      return `Task ${id} is completed: ${task.summary ?? 'see its files.'}`;
    case 'failed':
      return `Task ${id} failed: ${task.error?.reason ?? 'see its events.'}`;
    case 'cancelled':
      return `Task ${id} is cancelled.`;
    case 'paused':
      return `Task ${id} is paused: ${task.pause?.reason ?? 'nobody said why.'}`;
    case 'awaitingAnswers':
      return `Task ${id} asks ${task.questions.length === 1 ? 'a question' : `${task.questions.length} questions`}.`;
    case 'awaitingApproval':
      return `Task ${id} has a plan that waits for approval.`;
    case 'awaitingModel':
      return `Task ${id} waits for an answer of a model: ${task.waitingFor?.detail ?? 'none has come yet.'}`;
    case 'created':
    case 'queued':
      return `Task ${id} waits for its turn.`;
    case 'planning':
    case 'running':
      return `Task ${id} is at work, ${Math.round(task.progress * 100)} % done.`;
  }
}

/** What whoever looks at a task should do next, by the names of the tools. */
export function nextStep(task: TaskView): string {
  const id = JSON.stringify(task.taskId);
  switch (task.status) {
    case 'completed':
      return `get_task_files {"task_id": ${id}} lists what was written; with "paths" it gives the content.`;
    case 'failed':
      return `explain {"task_id": ${id}} and list_events say what was tried; start another task with a clearer prompt, more files or higher limits.`;
    case 'cancelled':
      return 'Nothing: it stays as it is. start_coding_task starts another.';
    case 'paused':
      return `resume_task {"task_id": ${id}}, with higher "limits" where a limit paused it.`;
    case 'awaitingAnswers':
      return `answer_questions with one answer for each of "questions", in their order.`;
    case 'awaitingApproval':
      return `Read its plan (the resource ${JSON.stringify('…/plan')} of the task), then approve_plan or reject_plan with its plan_hash.`;
    case 'awaitingModel':
      return task.brain === 'delegated'
        ? 'claim_work gives you the question, and submit_work takes your answer; you, or anybody else, is the model.'
        : `It asks again by itself. explain {"task_id": ${id}} says what it waits for.`;
    case 'created':
    case 'queued':
    case 'planning':
    case 'running':
      return `get_task_status {"task_id": ${id}, "after_sequence": ${task.sequence}, "wait_ms": ${DEFAULT_WAIT_MS}} waits for news.`;
  }
}
