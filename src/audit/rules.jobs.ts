import type { RuleSet } from './audit-rule.ts';

type JobTypes =
  | 'JOB_CREATED'
  | 'JOB_PLANNED'
  | 'JOB_STARTED'
  | 'STEP_DISCOVERED'
  | 'STEP_OFFERED'
  | 'STEP_ASSIGNED'
  | 'STEP_INFORMED'
  | 'STEP_DONE'
  | 'STEP_FAILED'
  | 'STEP_LOST'
  | 'STEP_SKIPPED'
  | 'STEP_RESULT_REFUSED'
  | 'STEP_EDITED'
  | 'APPROVAL_REQUESTED'
  | 'APPROVAL_GIVEN'
  | 'APPROVAL_REFUSED'
  | 'JOB_DONE'
  | 'JOB_FAILED'
  | 'JOB_CANCELLED'
  | 'JOB_RETRIED'
  | 'JOB_DROPPED';

/** Jobs: what people do with them, every run of a step with what came of it, and every question to people with its answers. */
export const jobRules: RuleSet<JobTypes> = {
  kind: 'job',
  prefix: '',
  rules: {
    JOB_CREATED: ({ intent, request, scheduleId, submitter }) => ({
      action: 'job.created',
      what: `Created the job${intent === '' ? '' : ` (${intent})`}${scheduleId === undefined ? '' : ' as it was due'}`,
      why: request,
      detail: scheduleId ?? (submitter === undefined ? null : `on behalf of ${submitter}`),
    }),
    JOB_PLANNED: ({ steps, by }) => ({
      action: 'job.planned',
      what: `Made ${steps.length} steps of the request, by ${by === 'model' ? 'a model' : 'rules'}`,
    }),
    JOB_STARTED: null,
    STEP_DISCOVERED: null,
    STEP_OFFERED: null,
    STEP_ASSIGNED: ({ step, agentId, attempt, chosenBy }) => ({
      action: 'step.assigned',
      what: `Gave step ${step} to ${agentId}`,
      step,
      detail: `attempt ${attempt}, chosen by ${chosenBy}`,
    }),
    STEP_INFORMED: null,
    STEP_DONE: ({ step, agentId, result }) => ({
      action: 'step.done',
      what: `Did step ${step}`,
      ...(agentId === null ? {} : { who: agentId }),
      step,
      detail: JSON.stringify(result),
    }),
    STEP_FAILED: ({ step, agentId, code, reason, retryAt }) => ({
      action: code === 'APPROVAL_TIMEOUT' ? 'approval.expired' : 'step.failed',
      what:
        code === 'APPROVAL_TIMEOUT'
          ? `Not enough people approved step ${step} in time`
          : `Step ${step} failed${retryAt === null ? '' : ' and is tried again'}`,
      ...(agentId === null ? {} : { who: agentId }),
      step,
      result: 'failed',
      detail: `${code}: ${reason}`,
    }),
    STEP_LOST: ({ step, agentId, reason }) => ({
      action: 'step.lost',
      what: `Step ${step} was lost by ${agentId}`,
      step,
      result: 'failed',
      detail: reason,
    }),
    STEP_SKIPPED: ({ step, because }) => ({
      action: 'step.skipped',
      what: `Skipped step ${step}`,
      step,
      why: `because of ${because.join(', ')}`,
    }),
    STEP_RESULT_REFUSED: ({ step, agentId, type }) => ({
      action: 'step.refused',
      what: `Did not use an answer for step ${step}: it came too late`,
      who: agentId,
      step,
      result: 'refused',
      detail: type,
    }),
    STEP_EDITED: ({ step, by }) => ({
      action: 'step.edited',
      what: `Changed step ${step}; an approval of it as it was is void`,
      who: by,
      step,
    }),
    APPROVAL_REQUESTED: ({ step, action, needed, approvalId, reason, until, replaces }) => ({
      action: replaces === undefined ? 'approval.asked' : 'approval.renewed',
      what:
        replaces === undefined
          ? `Asked ${people(needed)} to approve step ${step} (${action})`
          : `Asked ${people(needed)} anew to approve step ${step} (${action}): approval ${replaces} is void`,
      step,
      why: reason,
      detail: `approval ${approvalId}, until ${until}`,
    }),
    APPROVAL_GIVEN: ({ approvalId, step, by, answer }) => ({
      action: 'approval.given',
      what: `Approved step ${step}`,
      who: by,
      step,
      detail: `approval ${approvalId}${answer === undefined ? '' : `, answer ${JSON.stringify(answer)}`}`,
    }),
    APPROVAL_REFUSED: ({ approvalId, step, by, reason }) => ({
      action: 'approval.refused',
      what: `Refused step ${step}`,
      who: by,
      step,
      why: reason,
      result: 'refused',
      detail: `approval ${approvalId}`,
    }),
    JOB_DONE: ({ summary }) => ({ action: 'job.done', what: 'The job is done', detail: summary }),
    JOB_FAILED: ({ code, reason }) => ({
      action: 'job.failed',
      what: 'The job failed',
      result: 'failed',
      detail: `${code}: ${reason}`,
    }),
    JOB_CANCELLED: ({ by, reason }) => ({
      action: 'job.cancelled',
      what: 'Cancelled the job; what it still asked of people is void',
      who: by,
      why: reason,
    }),
    JOB_RETRIED: ({ by }) => ({ action: 'job.retried', what: 'Had the job tried again', who: by }),
    JOB_DROPPED: ({ by, reason }) => ({
      action: 'job.dropped',
      what: 'Took the job from the dead letters',
      who: by,
      why: reason,
    }),
  },
};

function people(count: number): string {
  return count === 1 ? 'somebody' : `${count} different people`;
}
