import { type EventDraft, type EventStore, type StoredEvent, StreamConflictError } from '../events/index.ts';
import { sleep, toTimestamp } from '../kernel/clock.ts';
import { AppError, messageOf } from '../kernel/errors.ts';
import { type GuardedStatement, GuardFailedError, StoreUnavailableError } from '../storage/index.ts';
import { withDerivedFacts } from './derived-facts.ts';
import { LeaseLostError, ShuttingDownError, TaskTimeoutError } from './orchestrator.errors.ts';
import { guards, type Lease, moves } from './work-moves.ts';
import type { Commit, Failure, Outcome, StepAction, Wait, Workflow } from './workflow.ts';

/** How a run let go of its task: over, waiting for something, or back in the queue. */
export type RunEnd =
  | { readonly kind: 'done'; readonly outcome: Outcome; readonly timedOut: boolean }
  | { readonly kind: 'parked' | 'requeued' | 'lost' };

interface Finished<State> {
  readonly key: string;
  /** The newest fact when the step was called for. */
  readonly cause: string | null;
  readonly result: { readonly commit: Commit<State> } | { readonly error: unknown };
}

const WATCH_RETRY_MS = 100;

/**
 * One claimed task, from its events to the end of its slot: load, fold, decide, perform, append, and again. Steps that
 * do not depend on each other run at the same time; their results are committed one after the other, each on the
 * state as it is then. Every append carries the lease and the expected sequence, so a run that lost its task changes nothing.
 */
export class TaskRun<State, Action extends StepAction> {
  private state: State;
  private sequence = 0;
  private newest: StoredEvent | null = null;
  private newestKnown = 0;
  private yielding = false;
  private readonly inFlight = new Map<string, Promise<Finished<State>>>();
  private readonly steps = new AbortController();
  private wake: () => void = () => undefined;
  private appends: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly workflow: Workflow<State, Action>,
    private readonly lease: Lease,
    private readonly events: EventStore,
    private readonly clock: () => number,
  ) {
    this.state = workflow.initial(lease.taskId);
  }

  private get newestId(): string | null {
    return this.newest?.eventId ?? null;
  }

  get priority(): number {
    return this.lease.priority;
  }

  get rank(): number {
    return this.lease.rank;
  }

  get isYielding(): boolean {
    return this.yielding;
  }

  /** Go back to the queue at the next step boundary. Safe to repeat. */
  yieldSlot(): void {
    this.yielding = true;
    this.wake();
  }

  /** Abort whatever is in flight and let go of the task, without waiting for a boundary. */
  abort(reason: Error): void {
    this.steps.abort(reason);
    this.wake();
  }

  /**
   * Runs until the task is over, waits, or gives its slot back. Rejects only when the store does: the row then stays
   * as it is and is claimed again.
   */
  async run(): Promise<RunEnd> {
    const { taskId, token, timeoutMs } = this.lease;
    const timeIsUp = () => this.abort(new TaskTimeoutError(timeoutMs));
    const timer = setTimeout(timeIsUp, timeoutMs);
    if (timeoutMs === 0) timeIsUp();
    try {
      await this.catchUp();
      void this.watch();
      return await this.advance().catch((error: unknown) => this.giveUp(error));
    } catch (error) {
      if (error instanceof LeaseLostError) return { kind: 'lost' };
      throw error;
    } finally {
      clearTimeout(timer);
      this.steps.abort(new LeaseLostError(taskId, token));
    }
  }

  /** Notices what others append, for as long as the run lasts: it is looked at before the next decision. */
  private async watch(): Promise<void> {
    const { signal } = this.steps;
    while (!signal.aborted) {
      try {
        const { taskId } = this.lease;
        for await (const batch of this.events.subscribe({ taskId, after: this.sequence, signal })) {
          this.newestKnown = Math.max(this.newestKnown, batch.at(-1)?.streamSequence ?? 0);
          if (this.newestKnown > this.sequence) this.wake();
        }
      } catch {
        // The store cannot be read just now: the run's own commits meet the same failure and deal with it.
        await sleep(WATCH_RETRY_MS, signal).catch(() => undefined);
      }
    }
  }

  private async advance(): Promise<RunEnd> {
    for (;;) {
      this.steps.signal.throwIfAborted();
      if (this.newestKnown > this.sequence) await this.catchUp();
      const decision = this.workflow.decide(this.state);
      if (decision.kind === 'done') return await this.finish(decision.outcome);
      if (this.yielding && this.inFlight.size === 0) return await this.requeue();
      if (decision.kind === 'act' && !this.yielding) {
        if (await this.commitDerived()) continue;
        for (const action of decision.actions) this.start(action);
      }
      if (this.inFlight.size > 0) await this.nextResult();
      else if (decision.kind === 'wait' && (await this.park(decision.wait))) return { kind: 'parked' };
    }
  }

  private start(action: Action): void {
    if (this.inFlight.has(action.key)) return;
    const { taskId } = this.lease;
    const cause = this.newestId;
    const step = {
      taskId,
      state: this.state,
      sequence: this.sequence,
      idempotencyKey: `${taskId}:${action.key}`,
      signal: this.steps.signal,
      record: (commit: Commit<State>) => this.commit(commit, cause),
    };
    const finished = this.workflow.perform(action, step).then(
      (commit): Finished<State> => ({ key: action.key, cause, result: { commit } }),
      (error: unknown): Finished<State> => ({ key: action.key, cause, result: { error } }),
    );
    this.inFlight.set(action.key, finished);
  }

  /** Waits for the first step to end and commits it; comes back without one when something else wants attention. */
  private async nextResult(): Promise<void> {
    const attention = new Promise<null>((resolve) => {
      this.wake = () => resolve(null);
      if (this.newestKnown > this.sequence || this.steps.signal.aborted) resolve(null);
    });
    const finished = await Promise.race([...this.inFlight.values(), attention]);
    if (!finished) return;
    this.inFlight.delete(finished.key);
    if ('error' in finished.result) throw finished.result.error;
    const { commit } = finished.result;
    await this.commit((state) => this.withDerived(commit(state), finished.cause), finished.cause);
  }

  /** Commits what is due and needs nothing but the state. False: nothing is. */
  private async commitDerived(): Promise<boolean> {
    if (!this.workflow.derive) return false;
    const before = this.sequence;
    await this.commit(() => this.withDerived([], this.newestId), this.newestId);
    return this.sequence > before;
  }

  private withDerived(drafts: readonly EventDraft[], cause: string | null): readonly EventDraft[] {
    // Who yields ends its step and begins no other.
    if (this.yielding) return drafts;
    const { state, newest } = this;
    return withDerivedFacts(this.workflow, { state, newest }, drafts, { cause, now: toTimestamp(this.clock()) });
  }

  /** The single writer of the stream: one commit after the other, again on the newer state when others appended first. */
  private commit(commit: Commit<State>, cause: string | null): Promise<void> {
    const appended = this.appends.then(async () => {
      for (;;) {
        this.steps.signal.throwIfAborted();
        const drafts = commit(this.state);
        if (drafts.length === 0) return;
        if (await this.append(drafts, { cause })) return;
        await this.catchUp();
      }
    });
    this.appends = appended.catch(() => undefined);
    return appended;
  }

  private async append(
    drafts: ReturnType<Commit<State>>,
    { move = moves.hold(this.lease), cause = this.newestId }: { move?: GuardedStatement; cause?: string | null } = {},
  ): Promise<boolean> {
    try {
      const stored = await this.events.append(this.lease.taskId, drafts, {
        expectedSequence: this.sequence,
        causationId: cause,
        alongside: [move],
      });
      for (const event of stored) this.apply(event);
      return true;
    } catch (error) {
      if (error instanceof StreamConflictError) return false;
      if (error instanceof GuardFailedError && error.guard === guards.lease) {
        throw new LeaseLostError(this.lease.taskId, this.lease.token);
      }
      throw error;
    }
  }

  private async catchUp(): Promise<void> {
    for await (const event of this.events.read(this.lease.taskId, { afterSequence: this.sequence })) this.apply(event);
    this.newestKnown = Math.max(this.newestKnown, this.sequence);
  }

  private apply(event: StoredEvent): void {
    this.state = this.workflow.evolve(this.state, event);
    this.sequence = event.streamSequence;
    this.newest = event;
  }

  /** True: parked. False: the wait is over, or something came meanwhile, so decide again. */
  private async park(wait: Wait): Promise<boolean> {
    const wakeAt = wait.until === null ? null : Date.parse(wait.until);
    if (wakeAt !== null && wakeAt <= this.clock()) {
      const data = { reason: wait.reason, until: toTimestamp(wakeAt) };
      await this.commit(() => [{ eventType: 'WAIT_ELAPSED', data }], this.newestId);
      return false;
    }
    return this.letGo(moves.park(this.lease, wait.reason, wait.detail, wakeAt));
  }

  private async requeue(): Promise<RunEnd> {
    return (await this.letGo(moves.requeue(this.lease))) ? { kind: 'requeued' } : this.advance();
  }

  /** Moves the row only if the stream still stands where the decision was made; else reads on and answers false. */
  private async letGo(move: GuardedStatement): Promise<boolean> {
    if (await this.append([], { move })) return true;
    await this.catchUp();
    return false;
  }

  private async finish(outcome: Outcome, timedOut = false): Promise<RunEnd> {
    try {
      while (!(await this.letGo(moves.finish(this.lease)))) {
        // Between the fact that ended it and this somebody opened it again.
        if (this.workflow.decide(this.state).kind !== 'done') return await this.backToQueue();
      }
    } catch (error) {
      // Whoever ended the task from outside has closed its row in the same commit.
      if (!(error instanceof LeaseLostError)) throw error;
    }
    return { kind: 'done', outcome, timedOut };
  }

  /** Whatever comes meanwhile: the run that takes it from there decides anew. */
  private async backToQueue(): Promise<RunEnd> {
    while (!(await this.letGo(moves.requeue(this.lease))));
    return { kind: 'requeued' };
  }

  /** A step threw, the time is up, or the server is going down: what that means for the task is recorded here. */
  private async giveUp(error: unknown): Promise<RunEnd> {
    // A store that cannot write is no failing of the task: it goes back to the queue and on when the store is back.
    if (error instanceof LeaseLostError || error instanceof StoreUnavailableError) throw error;
    const cause: unknown = this.steps.signal.aborted ? this.steps.signal.reason : error;
    const timedOut = cause instanceof TaskTimeoutError;
    this.steps.abort(cause);
    await this.appends;
    if (cause instanceof ShuttingDownError) return this.backToQueue();
    const failure: Failure = { code: cause instanceof AppError ? cause.code : 'STEP_FAILED', reason: messageOf(cause) };
    for (let isRecorded = false; ;) {
      const decision = this.workflow.decide(this.state);
      if (decision.kind === 'done') return this.finish(decision.outcome, timedOut);
      // The workflow may take it for a reason to wait: a limit that somebody can raise.
      if (isRecorded && decision.kind === 'wait') {
        const { reason, detail } = decision.wait;
        if (await this.letGo(moves.park(this.lease, reason, detail, null))) return { kind: 'parked' };
        continue;
      }
      isRecorded = await this.append(this.workflow.fail(this.state, failure));
      if (!isRecorded) await this.catchUp();
    }
  }
}
