import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type EventDraft, EventStore, StreamConflictError } from '../events/index.ts';
import { systemClock, toTimestamp } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { InvalidInputError } from '../kernel/errors.ts';
import { isUuid } from '../kernel/ids.ts';
import type { Json } from '../kernel/json.ts';
import { checkAnswer, readAnswer } from '../llm/index.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import type { OpenCall } from './coding-state.ts';
import { CodingStates } from './coding-states.ts';
import { CODING } from './coding-workflow.ts';
import { sha256 } from './task-files.ts';
import { AnswerRefusedError, WorkItemLeaseError, WorkItemNotFoundError } from './tasks.errors.ts';

/** A model call that waits for somebody to answer it. */
export interface WorkItemView {
  readonly id: string;
  readonly taskId: string;
  readonly role: string;
  /** PlanTask, WriteTests, GenerateModule, CorrectModule. */
  readonly kind: string;
  readonly module: string | null;
  readonly requestedAt: string;
  /** Who holds it and until when; null when it is open. */
  readonly claimedBy: string | null;
  readonly leaseUntil: string | null;
}

export interface ClaimedWorkItem extends WorkItemView {
  readonly messages: OpenCall['request']['messages'];
  readonly answerSchema: OpenCall['request']['answerSchema'];
  /** Proof of the claim: give it with the answer. */
  readonly leaseToken: string;
}

export interface ClaimOptions {
  readonly by: string;
  /** Only these kinds or roles; default: any. */
  readonly kinds?: readonly string[];
  /** Wait this long for an item, at most 50 s. Default: 0. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal;
}

interface Item {
  readonly taskId: string;
  readonly sequence: number;
  readonly call: OpenCall;
}

const MAX_WAIT_MS = 50_000;
const MAX_TASKS = 10_000;

/** The open calls of a delegated model as work that anybody may claim, answer or give back. All of it stands in the log. */
@Injectable()
export class WorkItemsService {
  private readonly states: CodingStates;

  constructor(
    private readonly events: EventStore,
    private readonly orchestrator: Orchestrator,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {
    this.states = new CodingStates(events);
  }

  /** Every item that waits, claimed or not, oldest task first. */
  async list(): Promise<readonly WorkItemView[]> {
    const views: WorkItemView[] = [];
    for await (const { taskId, call } of this.open(await this.orchestrator.work.unfinished(CODING, MAX_TASKS))) {
      views.push(view(taskId, call));
    }
    return views;
  }

  /** Takes the oldest free item under a lease; null when there is none within the time. */
  async claim({ by, kinds, waitMs = 0, signal }: ClaimOptions): Promise<ClaimedWorkItem | null> {
    const after = await this.events.lastSequence();
    const first = await this.tryClaim(by, kinds, await this.orchestrator.work.unfinished(CODING, MAX_TASKS));
    if (first || waitMs <= 0) return first;
    const deadline = AbortSignal.timeout(Math.min(waitMs, MAX_WAIT_MS));
    const ended = signal ? AbortSignal.any([signal, deadline]) : deadline;
    for await (const batch of this.events.subscribe({ after, signal: ended })) {
      const opened = batch.filter(
        ({ eventType }) => eventType === 'MODEL_CALL_REQUESTED' || eventType === 'WORK_ITEM_RELEASED',
      );
      const claimed = await this.tryClaim(by, kinds, new Set(opened.map((event) => event.taskId)));
      if (claimed) return claimed;
    }
    return null;
  }

  /**
   * Hands in an answer, a JSON value or the text it stands in. Rejects with AnswerRefusedError (it does not fit the
   * schema: correct it and try again), WorkItemLeaseError (not yours, or answered) or WorkItemNotFoundError.
   */
  async answer(
    id: string,
    { leaseToken, answer }: { readonly leaseToken: string; readonly answer: unknown },
  ): Promise<void> {
    await this.withLease(id, leaseToken, ({ call }) => {
      const { answerSchema } = call.request;
      const reading = typeof answer === 'string' ? readAnswer(answerSchema, answer) : checkObject(answerSchema, answer);
      if (!reading.ok) throw new AnswerRefusedError(reading.issues);
      return {
        eventType: 'MODEL_CALL_COMPLETED',
        data: {
          callId: id,
          answer: reading.value as Json,
          by: call.lease?.by ?? '',
          model: null,
          usage: null,
          durationMs: Math.max(0, systemClock() - Date.parse(call.requestedAt)),
          attempts: 1,
        },
      };
    });
  }

  /** Gives a claimed item back: it is open again at once. */
  async release(id: string, { leaseToken }: { readonly leaseToken: string }): Promise<void> {
    await this.withLease(id, leaseToken, ({ call }) => ({
      eventType: 'WORK_ITEM_RELEASED',
      data: { callId: id, by: call.lease?.by ?? '' },
    }));
  }

  private async tryClaim(
    by: string,
    kinds: readonly string[] | undefined,
    taskIds: Iterable<string>,
  ): Promise<ClaimedWorkItem | null> {
    for await (const { taskId, sequence, call } of this.open(taskIds)) {
      const { callId, role, signature, messages, answerSchema } = call.request;
      if (isLeased(call) || (kinds && !kinds.includes(signature) && !kinds.includes(role))) continue;
      const leaseToken = randomBytes(24).toString('base64url');
      const leaseUntil = toTimestamp(systemClock() + this.configuration.WORK_ITEM_LEASE_MS);
      const data = { callId, by, leaseHash: sha256(leaseToken), leaseUntil };
      try {
        // The task goes on waiting: a claim is no answer, so its row is not touched.
        const draft: EventDraft<'WORK_ITEM_CLAIMED'> = { eventType: 'WORK_ITEM_CLAIMED', data };
        const [event] = await this.events.append(taskId, [draft], { expectedSequence: sequence });
        // As it is stored: without secrets.
        const claimedBy = event?.eventType === 'WORK_ITEM_CLAIMED' ? event.data.by : by;
        return { ...view(taskId, call), claimedBy, leaseUntil, messages, answerSchema, leaseToken };
      } catch (error) {
        // Somebody else was faster: the next one may still be free.
        if (!(error instanceof StreamConflictError)) throw error;
      }
    }
    return null;
  }

  private async withLease(id: string, leaseToken: string, fact: (item: Item) => EventDraft): Promise<void> {
    for (;;) {
      const item = await this.find(id);
      const { lease } = item.call;
      if (lease?.hash !== sha256(leaseToken)) throw new WorkItemLeaseError(id, 'this lease is not the current one');
      if (!isLeased(item.call)) throw new WorkItemLeaseError(id, `the lease ended at ${lease.until}`);
      try {
        await this.orchestrator.record(item.taskId, [fact(item)], { expectedSequence: item.sequence });
        return;
      } catch (error) {
        if (!(error instanceof StreamConflictError)) throw error;
      }
    }
  }

  private async find(id: string): Promise<Item> {
    const request = isUuid(id) ? await this.events.findEvent(id) : null;
    if (request?.eventType !== 'MODEL_CALL_REQUESTED' || request.data.model !== null)
      throw new WorkItemNotFoundError(id);
    const { state, sequence } = await this.states.current(request.taskId);
    if (state.outcome) throw new WorkItemLeaseError(id, `its task is ${state.outcome}`);
    const call = state.calls.get(id);
    if (!call || call.answer) throw new WorkItemLeaseError(id, 'somebody has answered it already');
    return { taskId: request.taskId, sequence, call };
  }

  private async *open(taskIds: Iterable<string>): AsyncGenerator<Item> {
    for (const taskId of taskIds) {
      const { state, sequence } = await this.states.current(taskId);
      if (state.outcome) continue;
      for (const call of state.calls.values()) {
        if (call.request.model === null && !call.answer) yield { taskId, sequence, call };
      }
    }
  }
}

function checkObject(schema: OpenCall['request']['answerSchema'], answer: unknown) {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw new InvalidInputError([{ path: 'answer', message: 'give the JSON object that answerSchema describes' }]);
  }
  return checkAnswer(schema, answer as Readonly<Record<string, unknown>>);
}

function isLeased({ lease }: OpenCall): boolean {
  return lease !== null && Date.parse(lease.until) > systemClock();
}

function view(taskId: string, call: OpenCall): WorkItemView {
  const { callId, role, signature, module } = call.request;
  return {
    id: callId,
    taskId,
    role,
    kind: signature,
    module,
    requestedAt: call.requestedAt,
    claimedBy: isLeased(call) ? (call.lease?.by ?? null) : null,
    leaseUntil: isLeased(call) ? (call.lease?.until ?? null) : null,
  };
}
