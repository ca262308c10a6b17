import { AppError } from '../kernel/errors.ts';

export class JobNotFoundError extends AppError {
  readonly code = 'JOBS_JOB_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(jobId: string) {
    super(`There is no job ${JSON.stringify(jobId)}: list jobs to see which there are.`, { jobId });
  }
}

export class StepNotFoundError extends AppError {
  readonly code = 'JOBS_STEP_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(jobId: string, step: string, known: readonly string[]) {
    const some = known.slice(0, 10).join(', ');
    super(`Job ${jobId} has no step ${JSON.stringify(step)}: give one of ${some}.`, { jobId, step });
  }
}

/** What cannot be done with a job that is over, or not yet. */
export class JobStateError extends AppError {
  readonly code = 'JOBS_JOB_STATE';
  readonly kind = 'conflict';

  constructor(jobId: string, status: string, wanted: string) {
    super(`Job ${jobId} is ${status}: ${wanted}.`, { jobId, status });
  }
}

/** A step that has begun, or ended, stays as it is. */
export class StepBegunError extends AppError {
  readonly code = 'JOBS_STEP_BEGUN';
  readonly kind = 'conflict';

  constructor(jobId: string, step: string, phase: string) {
    super(`Step ${step} of job ${jobId} is past changing (${phase}): only one that no agent has yet can be changed.`, {
      jobId,
      step,
      phase,
    });
  }
}

export class AgentNotFoundError extends AppError {
  readonly code = 'JOBS_AGENT_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(agentId: string) {
    super(`There is no agent ${JSON.stringify(agentId)}: register it, or list agents to see which there are.`, {
      agentId,
    });
  }
}

export class AgentIdTakenError extends AppError {
  readonly code = 'JOBS_AGENT_ID_TAKEN';
  readonly kind = 'conflict';

  constructor(agentId: string) {
    super(`There is, or was, an agent ${JSON.stringify(agentId)}: choose another id, or leave it out.`, { agentId });
  }
}

/** The key is none of this agent. Nothing says whether there is such an agent. */
export class AgentKeyError extends AppError {
  readonly code = 'JOBS_AGENT_KEY';
  readonly kind = 'denied';

  constructor(agentId: string) {
    super(`The key given is not that of agent ${JSON.stringify(agentId)}: give the one from its registration.`, {
      agentId,
    });
  }
}

/** A connection that has not said which agent it is. */
export class NotAnAgentError extends AppError {
  readonly code = 'JOBS_NOT_AN_AGENT';
  readonly kind = 'conflict';

  constructor() {
    super('This connection is no agent: send agent:connect first.');
  }
}

/** A step was given to another agent, or nobody waits for it any more: an answer to it is not used. */
export class StepLeaseLostError extends AppError {
  readonly code = 'JOBS_LEASE_LOST';
  readonly kind = 'conflict';

  constructor(lease: string) {
    super(`The lease ${JSON.stringify(lease)} is no longer valid: drop the work, its result is not used.`, { lease });
  }
}

export class ApprovalNotFoundError extends AppError {
  readonly code = 'JOBS_APPROVAL_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(approvalId: string) {
    super(`There is no question ${JSON.stringify(approvalId)}: list approvals to see which wait.`, { approvalId });
  }
}

/** It was answered, ran out of time, or was asked anew because the step changed. */
export class ApprovalOverError extends AppError {
  readonly code = 'JOBS_APPROVAL_OVER';
  readonly kind = 'conflict';

  constructor(approvalId: string, why: string) {
    super(`The question ${approvalId} is over: ${why}.`, { approvalId });
  }
}

/** The decision was about something else than what is to run. */
export class ApprovalChangedError extends AppError {
  readonly code = 'JOBS_APPROVAL_CHANGED';
  readonly kind = 'conflict';

  constructor(approvalId: string, { seen, current }: { readonly seen: string; readonly current: string }) {
    super(
      `What you saw (${seen.slice(0, 12)}…) is not what is to run (${current.slice(0, 12)}…): look again and decide anew.`,
      {
        approvalId,
        seen,
        current,
      },
    );
  }
}

/** Four eyes are two people. */
export class SamePersonError extends AppError {
  readonly code = 'JOBS_APPROVAL_SAME_PERSON';
  readonly kind = 'conflict';

  constructor(approvalId: string, by: string) {
    super(`${by} has approved ${approvalId} already: the second one has to be somebody else.`, { approvalId, by });
  }
}

export class ScheduleNotFoundError extends AppError {
  readonly code = 'JOBS_SCHEDULE_NOT_FOUND';
  readonly kind = 'notFound';

  constructor(scheduleId: string) {
    super(`There is no schedule ${JSON.stringify(scheduleId)}: list schedules to see which there are.`, { scheduleId });
  }
}
