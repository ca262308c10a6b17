import * as api from './generated/sdk.gen.ts';
import type {
  Agent,
  Approval,
  ApprovalDecision,
  Job,
  JobPage,
  JobWhy,
  NewAgent,
  NewJob,
  NewSchedule,
  RegisteredAgent,
  Schedule,
  Scheduled,
  ScheduleRequest,
  StepEdit,
} from './job-types.ts';
import { type Creation, headersOf, TaskRequests } from './task-requests.ts';
import type { EventPage } from './types.ts';

/** What can be asked of a server about jobs, agents, approvals and schedules. */
export class JobRequests extends TaskRequests {
  /** Of steps, of an intent, or of a request in plain words. Durable once it resolves. */
  createJob(job: NewJob, creation: Creation = {}): Promise<Job> {
    return this.rest.answer(api.createJob({ ...this.rest.via, body: job, headers: headersOf(creation) }));
  }

  getJob(jobId: string): Promise<Job> {
    return this.rest.answer(api.getJob({ ...this.rest.via, path: { id: jobId } }));
  }

  /** One page, the newest first. */
  listJobs(
    query: { readonly status?: Job['status']; readonly limit?: number; readonly offset?: number } = {},
  ): Promise<JobPage> {
    return this.rest.answer(api.listJobs({ ...this.rest.via, query }));
  }

  /** Ends the job at once. Cancelling twice is the same as once. */
  cancelJob(jobId: string, { reason }: { readonly reason?: string } = {}): Promise<Job> {
    return this.rest.answer(api.cancelJob({ ...this.rest.via, path: { id: jobId }, query: { reason } }));
  }

  /** What is done stays done; what failed or was skipped begins anew. */
  retryJob(
    jobId: string,
    { idempotencyKey, ...body }: { readonly by?: string; readonly idempotencyKey?: string } = {},
  ): Promise<Job> {
    const headers = { 'Idempotency-Key': idempotencyKey };
    return this.rest.answer(api.retryJob({ ...this.rest.via, path: { id: jobId }, body, headers }));
  }

  /** What keeps a job, and each step of it, from going on. */
  whyJob(jobId: string): Promise<JobWhy> {
    return this.rest.answer(api.explainJobWait({ ...this.rest.via, path: { id: jobId } }));
  }

  /** One page of the events of a job. */
  async jobEvents(
    jobId: string,
    query: { readonly afterSequence?: number; readonly limit?: number } = {},
  ): Promise<EventPage> {
    return this.rest.object(api.readJobEvents({ ...this.rest.via, path: { id: jobId }, query }));
  }

  /** Changes a step that no agent has yet; approvals of it are void. */
  editJobStep(jobId: string, step: string, body: StepEdit): Promise<Job> {
    return this.rest.answer(api.editJobStep({ ...this.rest.via, path: { id: jobId, step }, body }));
  }

  /** Jobs that failed for good, and that nobody has retried or dropped. */
  deadLetters(query: { readonly limit?: number; readonly offset?: number } = {}): Promise<JobPage> {
    return this.rest.answer(api.listDeadLetters({ ...this.rest.via, query }));
  }

  /** It stays failed and is not listed any more. */
  dropDeadLetter(jobId: string, body: { readonly by?: string; readonly reason?: string } = {}): Promise<Job> {
    return this.rest.answer(api.dropDeadLetter({ ...this.rest.via, path: { id: jobId }, body }));
  }

  async agents(): Promise<readonly Agent[]> {
    return (await this.rest.answer(api.listAgents(this.rest.via))).agents;
  }

  /** The key in the answer is shown this once. */
  registerAgent(body: NewAgent): Promise<RegisteredAgent> {
    return this.rest.answer(api.registerAgent({ ...this.rest.via, body }));
  }

  async deleteAgent(agentId: string): Promise<void> {
    await this.rest.answer(api.deleteAgent({ ...this.rest.via, path: { id: agentId } }));
  }

  /** Questions that wait for people, the oldest first. */
  async approvals(): Promise<readonly Approval[]> {
    return (await this.rest.answer(api.listApprovals(this.rest.via))).approvals;
  }

  getApproval(approvalId: string): Promise<Approval> {
    return this.rest.answer(api.getApproval({ ...this.rest.via, path: { id: approvalId } }));
  }

  /** Bound to what was seen, by its hash. */
  decideApproval(
    approvalId: string,
    body: ApprovalDecision,
    { idempotencyKey }: Pick<Creation, 'idempotencyKey'> = {},
  ): Promise<Approval> {
    const headers = { 'Idempotency-Key': idempotencyKey };
    return this.rest.answer(api.decideApproval({ ...this.rest.via, path: { id: approvalId }, body, headers }));
  }

  /** Plain words, now, at a time or by cron. */
  schedule(body: ScheduleRequest, creation: Creation = {}): Promise<Scheduled> {
    return this.rest.answer(api.scheduleRequest({ ...this.rest.via, body, headers: headersOf(creation) }));
  }

  createSchedule(body: NewSchedule, creation: Creation = {}): Promise<Schedule> {
    return this.rest.answer(api.createSchedule({ ...this.rest.via, body, headers: headersOf(creation) }));
  }

  async schedules(query: { readonly all?: boolean } = {}): Promise<readonly Schedule[]> {
    return (await this.rest.answer(api.listSchedules({ ...this.rest.via, query }))).schedules;
  }

  /** It is never due again; jobs that came of it go on. */
  deleteSchedule(scheduleId: string): Promise<Schedule> {
    return this.rest.answer(api.deleteSchedule({ ...this.rest.via, path: { id: scheduleId } }));
  }
}
