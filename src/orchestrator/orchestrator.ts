import { type AppendOptions, type EventDraft, StreamConflictError, type StoredEvent } from '../events/index.ts';
import { type Actor, actorNow } from '../kernel/acting.ts';
import { type GuardedStatement, GuardFailedError } from '../storage/index.ts';
import { Doorbell } from './doorbell.ts';
import { explainWait, type WaitExplanation } from './explain-wait.ts';
import { Instances } from './instances.ts';
import {
  CircularDependencyError,
  DuplicateTaskError,
  QueueFullError,
  ShuttingDownError,
  UnknownWorkflowError,
} from './orchestrator.errors.ts';
import type { OrchestratorOptions } from './orchestrator-options.ts';
import { QueueWatch } from './queue-watch.ts';
import { restoreWork } from './restore-work.ts';
import { type AnyWorkflow, Slots } from './slots.ts';
import { type OrchestratorStats, queuedByPriority } from './stats.ts';
import { supervise } from './supervise.ts';
import { FULL, WaitingLine } from './waiting-line.ts';
import { guards, moves, type NewWork } from './work-moves.ts';
import { WorkTable } from './work-table.ts';
import { workMigrations } from './work-schema.ts';
import type { StepAction, Workflow } from './workflow.ts';

export interface Submission {
  readonly taskId: string;
  /** The name of a registered workflow. */
  readonly workflow: string;
  readonly priority: number;
  /** On whose behalf: of equal priority, submitters take turns. Default: one that all who say nothing share. */
  readonly submitter?: string;
  /** The first facts of the stream; at least one. */
  readonly drafts: readonly EventDraft[];
  /** Tasks that must have ended before this one starts, known or not yet. */
  readonly dependsOn?: readonly string[];
  readonly timeoutMs?: number;
  /** SQL that commits with the task or refuses it, with GuardFailedError. */
  readonly alongside?: readonly GuardedStatement[];
  /** How long to wait for room in a full queue. Default: as long as it takes. */
  readonly waitMs?: number;
}

const ENDLESS_MS = 2_147_483_647;

/**
 * Dispatches what the log and its `work` table say is ready to a bounded number of slots, which all instances on one
 * database share. Nothing here is remembered: killed at any moment, the next start or another instance finds every
 * accepted task again and each goes on from its last event.
 */
export class Orchestrator {
  readonly work: WorkTable;
  readonly queueWatch: QueueWatch;
  private readonly workflows = new Map<string, AnyWorkflow>();
  private readonly slots: Slots;
  private readonly doorbell: Doorbell;
  private readonly instances: Instances;
  private readonly overbell = new Doorbell();
  private readonly line = new WaitingLine();
  private readonly stopping = new AbortController();
  private readonly loops: Promise<void>[] = [];
  private workers = 0;

  private constructor(private readonly options: OrchestratorOptions) {
    this.work = new WorkTable(options.database);
    this.queueWatch = new QueueWatch(this.work, options);
    this.doorbell = options.doorbell ?? new Doorbell();
    const { database, processId: id, instanceTimeoutMs: timeoutMs } = options;
    const isRunning = (taskId: string) => this.slots.isRunning(taskId);
    this.instances = new Instances({ database, id, timeoutMs, isRunning });
    this.slots = new Slots({
      options,
      work: this.work,
      workflows: this.workflows,
      doorbell: this.doorbell,
      stopping: this.stopping.signal,
      onRoom: () => this.line.roomCameFree(),
      onOver: () => this.overbell.ring(),
    });
  }

  /** Prepares the work table and makes ready again what nobody holds any more. Starts nothing but its heartbeat. */
  static async open(options: OrchestratorOptions): Promise<Orchestrator> {
    await options.database.migrate('orchestrator', workMigrations);
    const orchestrator = new Orchestrator(options);
    await orchestrator.work.ageBy(options.ageingTurns);
    await orchestrator.instances.join();
    orchestrator.instances.start(() => orchestrator.doorbell.ring(), options.report);
    return orchestrator;
  }

  /** This process among those that share the database; no other ever has the same. */
  get instanceId(): string {
    return this.options.processId;
  }

  /** The instances that are there, this one among them: what any other has held is free. */
  liveInstances(): Promise<ReadonlySet<string>> {
    return this.instances.live();
  }

  /** Makes a workflow known by its name, before the workers start. */
  register<State, Action extends StepAction>(workflow: Workflow<State, Action>): void {
    // The engine hands a workflow nothing but its own states and actions back, so their types may be forgotten here.
    this.workflows.set(workflow.name, workflow as unknown as AnyWorkflow);
  }

  /** Makes the work table anew from the log where it was lost; every workflow must be registered. Answers how many rows. */
  restoreWork(): Promise<number> {
    const { events, database, taskTimeoutMs } = this.options;
    const workflows = [...this.workflows.values()];
    return restoreWork({ events, database, work: this.work, workflows, timeoutMs: taskTimeoutMs });
  }

  /** Starts `count` loops that feed the slots. */
  startWorkers(count: number): void {
    const supervision = { signal: this.stopping.signal, report: this.options.report };
    for (let number = 1; number <= count; number++) {
      this.loops.push(supervise(`worker ${number}`, () => this.slots.feed(), supervision));
    }
    this.workers += count;
  }

  /**
   * Accepts a task: resolves once its first facts are durable and its row is queued, both in one commit. A full queue
   * makes it wait for room, in order of arrival, submitters in turn. Rejects with DuplicateTaskError, CircularDependencyError,
   * QueueFullError (after waitMs) or ShuttingDownError; then nothing was created.
   */
  async submit(submission: Submission): Promise<readonly StoredEvent[]> {
    const { taskId, dependsOn = [], timeoutMs = this.options.taskTimeoutMs, waitMs = ENDLESS_MS } = submission;
    if (!this.workflows.has(submission.workflow)) throw new UnknownWorkflowError(submission.workflow);
    const { workflow, priority, submitter = '' } = submission;
    const work: NewWork = { taskId, workflow, priority, timeoutMs, submitter, dependsOn: [...new Set(dependsOn)] };
    // It may be tried again when others give up room: it stays that of whoever asks now.
    const actor = actorNow();
    const attempt = () => this.enqueue(submission, work, actor);
    const { signal } = this.stopping;
    if (signal.aborted) throw new ShuttingDownError();
    // Those who wait go first: a newcomer that finds a line joins it.
    let accepted = this.line.length > 0 ? FULL : await attempt();
    if (accepted === FULL) accepted = await this.line.join(attempt, { submitter, waitMs, signal });
    if (accepted === FULL) throw new QueueFullError(this.options.maxQueue, waitMs);
    this.doorbell.ring();
    return accepted;
  }

  private async enqueue(
    submission: Submission,
    work: NewWork,
    actor: Actor | null,
  ): Promise<readonly StoredEvent[] | typeof FULL> {
    const { taskId, drafts } = submission;
    const alongside = [...moves.enqueue(work, this.options.maxQueue), ...(submission.alongside ?? [])];
    try {
      return await this.options.events.append(taskId, drafts, { expectedSequence: 0, alongside, actor });
    } catch (error) {
      if (error instanceof StreamConflictError) throw new DuplicateTaskError(taskId);
      if (!(error instanceof GuardFailedError)) throw error;
      if (error.guard === guards.room) return FULL;
      if (error.guard !== guards.noCircle) throw error;
      throw new CircularDependencyError(await this.work.findCircle(taskId, work.dependsOn));
    }
  }

  /**
   * Appends facts that come from outside a run, and makes the task ready if it was waiting. `timeoutMs`: how long it
   * may hold a slot from its next one on.
   */
  record(
    taskId: string,
    drafts: readonly EventDraft[],
    { timeoutMs, ...options }: AppendOptions & { readonly timeoutMs?: number } = {},
  ): Promise<readonly StoredEvent[]> {
    const allowed = timeoutMs === undefined ? [] : [moves.allow(taskId, timeoutMs)];
    return this.move(taskId, drafts, options, [...allowed, moves.wake(taskId)]);
  }

  /**
   * Appends facts from outside that end no wait: they only bring its end forward to `wakeBy` (ISO 8601), if it is later.
   */
  note(
    taskId: string,
    drafts: readonly EventDraft[],
    { wakeBy, ...options }: AppendOptions & { readonly wakeBy: string | null },
  ): Promise<readonly StoredEvent[]> {
    return this.move(taskId, drafts, options, wakeBy === null ? [] : [moves.wakeBy(taskId, Date.parse(wakeBy))]);
  }

  /** Appends the facts that end a task from outside: its row is closed with them, and a run of it is aborted. */
  async end(
    taskId: string,
    drafts: readonly EventDraft[],
    options: AppendOptions = {},
  ): Promise<readonly StoredEvent[]> {
    const stored = await this.move(taskId, drafts, options, [moves.close(taskId)]);
    this.line.roomCameFree();
    return stored;
  }

  /** Appends the facts by which a task that was over goes on: which those are its workflow knows. */
  reopen(taskId: string, drafts: readonly EventDraft[], options: AppendOptions = {}): Promise<readonly StoredEvent[]> {
    return this.move(taskId, drafts, options, [moves.reopen(taskId)]);
  }

  private async move(
    taskId: string,
    drafts: readonly EventDraft[],
    options: AppendOptions,
    row: readonly GuardedStatement[],
  ): Promise<readonly StoredEvent[]> {
    const alongside = [...(options.alongside ?? []), ...row];
    const stored = await this.options.events.append(taskId, drafts, { ...options, alongside });
    this.doorbell.ring();
    return stored;
  }

  /** What keeps a task from going on; null for an unknown task. */
  async why(taskId: string): Promise<WaitExplanation | null> {
    const place = await this.work.find(taskId);
    const { database, maxConcurrent: total } = this.options;
    const held = (await this.work.holders()).map((holder) => holder.taskId);
    const slots = { held, total, isStopping: this.stopping.signal.aborted };
    return place && explainWait(database, taskId, place, slots);
  }

  /** Makes ready what waited until now. Called at intervals; also the net under a lost ring. */
  async wakeDue(): Promise<void> {
    const woken = await this.work.wakeDue(this.options.clock());
    if (woken > 0) this.doorbell.ring();
    else this.doorbell.ringHere();
  }

  /** Resolves when the next task is over that has run here. */
  taskOver(): Promise<void> {
    return this.overbell.heard();
  }

  /**
   * Resolves with true once a slot is free that no task wants: what is less urgent than all of them may go on then. It
   * takes no slot. False: the orchestrator stops.
   */
  async hasSlotToSpare(): Promise<boolean> {
    while (!this.stopping.signal.aborted) {
      const rung = this.doorbell.heard();
      // In this order: what is claimed in between counts as one that runs.
      const isWanted = (await this.work.nextReady(1)).length > 0;
      if (!isWanted && (await this.work.running()) < this.options.maxConcurrent) return !this.stopping.signal.aborted;
      await rung;
    }
    return false;
  }

  /** What is queued and runs is that of all instances, the rest what this one has done since it started. */
  async stats(): Promise<OrchestratorStats> {
    const { completed, failed, cancelled, timedOut, slotHeld } = this.slots.tally;
    const counts = await this.work.counts();
    return {
      queued: queuedByPriority(counts),
      running: counts.reduce((sum, { status, count }) => (status === 'running' ? sum + count : sum), 0),
      waitingSubmitters: this.line.length,
      completed,
      failed,
      cancelled,
      timedOut,
      slotHeld,
      workers: this.stopping.signal.aborted ? 0 : this.workers,
    };
  }

  /**
   * Takes nothing more, lets running tasks reach a step boundary within the grace time, aborts the rest, and resolves
   * when nothing runs any more. Whatever was queued or running is ready again at the next start. Safe to repeat.
   */
  async shutdown({ graceMs }: { readonly graceMs: number }): Promise<void> {
    const reason = new ShuttingDownError();
    this.stopping.abort(reason);
    this.doorbell.ringHere();
    await Promise.all(this.loops);
    await this.slots.drain(graceMs, reason);
    await this.leave();
  }

  private async leave(): Promise<void> {
    try {
      await this.instances.leave();
      this.doorbell.ring();
    } catch (error) {
      this.options.report(
        'the other instances were not told that this one leaves: they find out by its silence',
        error,
      );
    }
    await this.doorbell.close();
  }
}
