import type { RuleSet } from './audit-rule.ts';

type TaskTypes =
  | 'TASK_CREATED'
  | 'TASK_FORKED'
  | 'TASK_STARTED'
  | 'PLANNING_COMPLETE'
  | 'MODULE_STARTED'
  | 'CODE_GENERATED'
  | 'MODULE_ITERATION'
  | 'TEST_STARTED'
  | 'TEST_PASSED'
  | 'TEST_FAILED'
  | 'CORRECTION_STARTED'
  | 'CORRECTION_COMPLETED'
  | 'BUG_REPORT_RECEIVED'
  | 'USER_INTERVENTION'
  | 'TASK_PAUSED'
  | 'TASK_RESUMED'
  | 'QUESTIONS_ASKED'
  | 'QUESTIONS_ANSWERED'
  | 'PLAN_APPROVED'
  | 'PLAN_REJECTED'
  | 'PLAN_EDITED'
  | 'MODEL_CALL_REQUESTED'
  | 'MODEL_CALL_COMPLETED'
  | 'MODEL_CALL_FAILED'
  | 'MODEL_ANSWER_REJECTED'
  | 'MODEL_ANSWER_STALE'
  | 'WORK_ITEM_CLAIMED'
  | 'WORK_ITEM_RELEASED'
  | 'TESTS_WRITTEN'
  | 'TEST_OUTPUT'
  | 'MODULE_COMPLETE'
  | 'DEAD_CODE_ANALYSIS'
  | 'TASK_COMPLETE'
  | 'TASK_FAILED'
  | 'TASK_CANCELLED'
  | 'WAIT_ELAPSED';

/** Coding tasks: what people do with them, what is asked of people, and how they end. How they are built is in their own log. */
export const taskRules: RuleSet<TaskTypes> = {
  kind: 'task',
  prefix: '',
  rules: {
    TASK_CREATED: ({ submitter, requireApproval }) => ({
      action: 'task.created',
      what: requireApproval ? 'Created the task; its plan has to be approved' : 'Created the task',
      detail: submitter === undefined ? null : `on behalf of ${submitter}`,
    }),
    TASK_FORKED: ({ from, atSequence }) => ({
      action: 'task.forked',
      what: `Forked the task from ${from}`,
      detail: `at its event ${atSequence}`,
    }),
    TASK_STARTED: null,
    PLANNING_COMPLETE: ({ source, plan }) => ({
      action: 'plan.made',
      what: source === 'caller' ? 'Took the plan that was given' : 'Planned the task',
      detail: `${plan.modules.length} modules`,
    }),
    MODULE_STARTED: null,
    CODE_GENERATED: ({ by, module }, { codeVersion }) =>
      by === undefined
        ? null
        : { action: 'code.provided', what: `Gave code for ${module}`, who: by, detail: `code version ${codeVersion}` },
    MODULE_ITERATION: null,
    TEST_STARTED: null,
    TEST_PASSED: null,
    TEST_FAILED: null,
    CORRECTION_STARTED: null,
    CORRECTION_COMPLETED: null,
    BUG_REPORT_RECEIVED: ({ report, by = 'user' }) => ({
      action: 'bug.reported',
      what: `Reported a bug in code version ${report.codeVersion}`,
      who: by,
      why: report.description,
    }),
    USER_INTERVENTION: ({ guidance, by }) => ({
      action: 'task.guided',
      what: 'Gave guidance to the task',
      who: by,
      why: guidance,
    }),
    TASK_PAUSED: ({ code, reason, by }) => ({
      action: 'task.paused',
      what: code === 'USER' ? 'Paused the task' : 'Paused the task at a limit',
      who: by,
      why: reason,
      detail: code === 'USER' ? null : code,
    }),
    TASK_RESUMED: ({ by, limits }) => ({
      action: 'task.resumed',
      what: limits ? 'Resumed the task with other limits' : 'Resumed the task',
      who: by,
      detail: limits && JSON.stringify(limits),
    }),
    QUESTIONS_ASKED: ({ questions }) => ({
      action: 'questions.asked',
      what: `Asked ${questions.length} questions`,
      detail: questions.join(' '),
    }),
    QUESTIONS_ANSWERED: ({ answers, by }) => ({
      action: 'questions.answered',
      what: `Answered ${answers.length} questions`,
      who: by,
      detail: answers.join(' '),
    }),
    PLAN_APPROVED: ({ planHash, by }) => ({
      action: 'plan.approved',
      what: 'Approved the plan',
      who: by,
      detail: `plan ${planHash}`,
    }),
    PLAN_REJECTED: ({ planHash, reason, by }) => ({
      action: 'plan.rejected',
      what: 'Rejected the plan',
      who: by,
      why: reason,
      result: 'refused',
      detail: `plan ${planHash}`,
    }),
    PLAN_EDITED: ({ replaces, by }) => ({
      action: 'plan.edited',
      what: 'Changed the plan; an approval of the one before is void',
      who: by,
      detail: `instead of plan ${replaces}`,
    }),
    MODEL_CALL_REQUESTED: null,
    // A model's own answer is nobody's; that of whoever claimed the question is.
    MODEL_CALL_COMPLETED: ({ by, model }, { actor }) =>
      model === null && actor ? { action: 'work.answered', what: 'Answered a question of the task', who: by } : null,
    MODEL_CALL_FAILED: null,
    MODEL_ANSWER_REJECTED: null,
    MODEL_ANSWER_STALE: null,
    WORK_ITEM_CLAIMED: ({ by, leaseUntil }) => ({
      action: 'work.claimed',
      what: 'Claimed a question of the task',
      who: by,
      detail: `until ${leaseUntil}`,
    }),
    WORK_ITEM_RELEASED: ({ by }) => ({
      action: 'work.released',
      what: 'Gave a question of the task back',
      who: by,
    }),
    TESTS_WRITTEN: null,
    TEST_OUTPUT: null,
    MODULE_COMPLETE: null,
    DEAD_CODE_ANALYSIS: null,
    TASK_COMPLETE: ({ summary }) => ({ action: 'task.completed', what: 'Completed the task', detail: summary }),
    TASK_FAILED: ({ code, reason }) => ({
      action: 'task.failed',
      what: 'The task failed',
      result: 'failed',
      detail: `${code}: ${reason}`,
    }),
    TASK_CANCELLED: ({ by, reason }) => ({
      action: 'task.cancelled',
      what: 'Cancelled the task',
      who: by,
      why: reason,
    }),
    WAIT_ELAPSED: null,
  },
};
