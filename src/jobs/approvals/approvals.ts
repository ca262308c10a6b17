import type { AppendOptions, EventDraft, EventStore } from '../../events/index.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { isUuid } from '../../kernel/ids.ts';
import type { Json } from '../../kernel/json.ts';
import type { StepBoard } from '../agents/step-board.ts';
import { ApprovalChangedError, ApprovalNotFoundError, ApprovalOverError, SamePersonError } from '../job-work.errors.ts';
import { APPROVAL } from '../workflow/due-facts.ts';
import type { JobState, StepRecord } from '../workflow/job-state.ts';
import type { JobStates } from '../workflow/job-states.ts';
import type { JobWriter } from '../workflow/job-writer.ts';
import { failedAttempt } from '../workflow/step-facts.ts';
import { type Answer, readAnswer } from './wanted-answer.ts';

/** A question to people as every door shows it. */
export interface ApprovalView {
  readonly approvalId: string;
  readonly jobId: string;
  readonly step: string;
  readonly action: string;
  readonly selector: string | null;
  readonly text: string | null;
  readonly params: Readonly<Record<string, Json>>;
  /** Names what is to run as it stands here: a decision carries it. */
  readonly hash: string;
  /** 1, or 2 different people. */
  readonly needed: number;
  readonly approvedBy: readonly string[];
  /** What they told, where the step wants to be told something (`params.answer`); null: nothing yet. */
  readonly answer: Answer | null;
  readonly status: 'open' | 'approved' | 'refused' | 'expired' | 'void';
  readonly reason: string;
  readonly askedAt: string;
  readonly until: string;
}

export interface ApprovalDecision {
  readonly decision: 'approve' | 'refuse';
  /** Of what was seen. */
  readonly hash: string;
  readonly by: string;
  /** Why, with `refuse`. */
  readonly reason?: string | undefined;
  /** With `approve`, what the step wants to be told: text, or a number or choice as text. */
  readonly answer?: string | undefined;
}

/** Questions to people: which wait, and what is said to them. Every word is a fact in the job's stream. */
export class Approvals {
  constructor(
    private readonly events: EventStore,
    private readonly board: StepBoard,
    private readonly states: JobStates,
    private readonly writer: JobWriter,
    private readonly clock: () => number,
  ) {}

  /** Those that wait, the oldest first. */
  async list(): Promise<readonly ApprovalView[]> {
    const views = await Promise.all(this.board.approvals().map(({ approvalId }) => this.get(approvalId)));
    return views.filter(({ status }) => status === 'open').sort((one, other) => (one.askedAt < other.askedAt ? -1 : 1));
  }

  /** Rejects with ApprovalNotFoundError. */
  async get(approvalId: string): Promise<ApprovalView> {
    const asked = isUuid(approvalId) ? await this.events.findEvent(approvalId) : null;
    if (asked?.eventType !== 'APPROVAL_REQUESTED') throw new ApprovalNotFoundError(approvalId);
    const { state } = await this.states.current(asked.taskId);
    const { step, action, selector, text, params, hash, needed, reason, until } = asked.data;
    const record = state.steps.get(step);
    return {
      approvalId,
      jobId: asked.taskId,
      step,
      action,
      selector,
      text,
      params,
      hash,
      needed,
      approvedBy: record?.approval?.approvalId === approvalId ? record.approval.by : [],
      answer: record?.approval?.approvalId === approvalId ? record.approval.answer : null,
      status: statusOf(state, record, approvalId),
      reason,
      askedAt: asked.timestamp,
      until,
    };
  }

  /**
   * Records what somebody says. The step runs once as many different people as are needed have approved it as it is, and
   * fails when one refuses. Rejects with ApprovalOverError, ApprovalChangedError, SamePersonError, or InvalidInputError for
   * an answer that is not what the step wants to be told; then nothing changed.
   */
  async decide(
    approvalId: string,
    decision: ApprovalDecision,
    { alongside = [] }: { readonly alongside?: AppendOptions['alongside'] } = {},
  ): Promise<ApprovalView> {
    const { jobId, step, status, params } = await this.get(approvalId);
    if (status !== 'open') throw over(approvalId, status);
    const facts = (state: JobState) => {
      const record = state.steps.get(step);
      const now = statusOf(state, record, approvalId);
      if (now !== 'open' || !record) throw over(approvalId, now);
      return decisionFacts(state, record, { ...decision, approvalId, wanted: params.answer }, this.clock());
    };
    await this.writer.say(jobId, facts, () => alongside);
    return this.get(approvalId);
  }
}

function decisionFacts(
  state: JobState,
  record: StepRecord,
  said: ApprovalDecision & { readonly approvalId: string; readonly wanted: Json | undefined },
  now: number,
): readonly EventDraft[] {
  const { approvalId, decision, hash, by, reason = '' } = said;
  const { step, approval } = record;
  if (approval && approval.hash !== hash)
    throw new ApprovalChangedError(approvalId, { seen: hash, current: approval.hash });
  if (decision === 'approve') {
    if (approval?.by.includes(by)) throw new SamePersonError(approvalId, by);
    const answer = step.action === APPROVAL ? readAnswer(said.wanted, said.answer) : readAnswer(undefined, said.answer);
    if (approval && approval.answer !== null && answer !== approval.answer) {
      const message = `is not what ${approval.by.join(' and ')} said (${JSON.stringify(approval.answer)}): agree on one`;
      throw new InvalidInputError([{ path: 'answer', message }]);
    }
    const data = { approvalId, step: step.id, by, ...(answer === null ? {} : { answer }) };
    return [{ eventType: 'APPROVAL_GIVEN', causationId: approvalId, data }];
  }
  const failure = {
    code: 'APPROVAL_REFUSED',
    reason: reason ? `${by} refused it: ${reason}` : `${by} refused it.`,
    retryable: false,
  };
  return [
    { eventType: 'APPROVAL_REFUSED', causationId: approvalId, data: { approvalId, step: step.id, by, reason } },
    failedAttempt(state, record, failure, now),
  ];
}

function statusOf(state: JobState, record: StepRecord | undefined, approvalId: string): ApprovalView['status'] {
  const { approval, phase, error } = record ?? {};
  if (approval?.approvalId !== approvalId) return 'void';
  if (error?.code === 'APPROVAL_REFUSED') return 'refused';
  if (error?.code === 'APPROVAL_TIMEOUT') return 'expired';
  if (approval.by.length >= approval.needed) return 'approved';
  return state.outcome || phase !== 'approval' ? 'void' : 'open';
}

function over(approvalId: string, status: ApprovalView['status']): ApprovalOverError {
  const why = {
    open: 'it was answered meanwhile',
    approved: 'it was approved',
    refused: 'it was refused',
    expired: 'nobody answered in time',
    void: 'the step has changed, or its job is over; look whether it was asked anew',
  } as const;
  return new ApprovalOverError(approvalId, why[status]);
}
