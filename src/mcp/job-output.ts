import { z } from 'zod';
import { stepPhases, workStatuses, type ApprovalView, type JobView } from '../jobs/index.ts';

const count = z.int().min(0);
const moment = z.string().nullable();
const failure = z.object({ code: z.string(), reason: z.string() }).nullable();

const stepOutput = z.object({
  id: z.string(),
  action: z.string(),
  phase: z.enum(stepPhases),
  depends_on: z.array(z.string()),
  agent_id: z.string().nullable(),
  result: z.unknown().describe('null: it has none'),
  error: failure,
  retries: count.describe('Attempts that failed and were tried again'),
  approval_id: z.string().nullable().describe('The question that waits for people: decide_approval answers it'),
});

/** A job as the tools show it. */
export const jobOutput = z.object({
  job_id: z.string(),
  status: z.enum(workStatuses),
  intent: z.string(),
  request: z.string().nullable(),
  progress: z.number().min(0).max(1).describe('The part of its steps that has ended'),
  steps: z.array(stepOutput),
  result: z.unknown().describe('Of the steps that no other one needs; null before the end'),
  waiting_for: z.object({ reason: z.string(), detail: z.string(), until: moment }).nullable(),
  error: failure,
  sequence: count.describe('Of its newest event'),
  created_at: moment,
  finished_at: moment,
  metadata: z.record(z.string(), z.string()),
});

export function jobOutputOf(job: JobView): z.input<typeof jobOutput> {
  const { waitingFor, error } = job;
  return {
    ...{ job_id: job.jobId, status: job.status, intent: job.intent, request: job.request, progress: job.progress },
    steps: job.steps.map((step) => ({
      ...{ id: step.id, action: step.action, phase: step.phase, depends_on: [...step.dependsOn] },
      ...{ agent_id: step.agentId, result: step.result ?? null, retries: step.retries },
      error: step.error && { code: step.error.code, reason: step.error.reason },
      approval_id: step.approvalId,
    })),
    result: job.result,
    waiting_for: waitingFor && { reason: waitingFor.reason, detail: waitingFor.detail, until: waitingFor.until },
    error: error && { code: error.code, reason: error.reason },
    ...{ sequence: job.sequence, created_at: job.createdAt, finished_at: job.finishedAt },
    metadata: { ...job.metadata },
  };
}

/** A question to people: what is to run, and who has said what. */
export const approvalOutput = z.object({
  approval_id: z.string(),
  job_id: z.string(),
  step: z.string(),
  action: z.string(),
  text: z.string().nullable(),
  params: z.record(z.string(), z.unknown()).describe('With what it is to run'),
  hash: z.string().describe('Names what is to run as it stands here: a decision carries it'),
  needed: z.int().min(1).max(2).describe('Different people that have to approve'),
  approved_by: z.array(z.string()),
  answer: z.union([z.string(), z.number()]).nullable().describe('What they told, where the step wants an answer'),
  status: z.enum(['open', 'approved', 'refused', 'expired', 'void']),
  reason: z.string(),
  until: z.string().describe('When the step fails by itself'),
});

export function approvalOutputOf(approval: ApprovalView): z.input<typeof approvalOutput> {
  const { approvalId, jobId, step, action, text, params, hash, needed, approvedBy, answer, status, reason, until } =
    approval;
  return {
    ...{ approval_id: approvalId, job_id: jobId, step, action, text, params: { ...params } },
    ...{ hash, needed, approved_by: [...approvedBy], answer, status, reason, until },
  };
}
