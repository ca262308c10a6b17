import { sleep } from '../kernel/clock.ts';
import { GuardFailedError } from '../storage/index.ts';
import { displacedBy } from './displace.ts';
import type { Doorbell } from './doorbell.ts';
import { LeaseLostError, UnknownWorkflowError } from './orchestrator.errors.ts';
import type { OrchestratorOptions } from './orchestrator-options.ts';
import { Tally } from './stats.ts';
import { RESTART_DELAY_MS } from './supervise.ts';
import { TaskRun } from './task-run.ts';
import { type Lease, moves } from './work-moves.ts';
import type { WorkTable } from './work-table.ts';
import type { StepAction, Workflow } from './workflow.ts';

/** What every workflow looks like from here: its states and actions are its own business. */
export type AnyWorkflow = Workflow<unknown, StepAction>;

export interface SlotsParts {
  readonly options: OrchestratorOptions;
  readonly work: WorkTable;
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
  readonly doorbell: Doorbell;
  /** Aborted: nothing more is claimed, and what runs ends at its next step boundary. */
  readonly stopping: AbortSignal;
  /** A row has left the queue, here or perhaps elsewhere. */
  readonly onRoom: () => void;
  /** A task is over that has run here. */
  readonly onOver: () => void;
}

/** The slots of this process: what runs in them, how they are filled and given up. */
export class Slots {
  readonly tally = new Tally();
  private readonly runs = new Map<string, TaskRun<unknown, StepAction>>();
  private readonly ended = new Set<Promise<void>>();
  /** A look for whom to displace that has not begun. */
  private look: Promise<void> | null = null;

  constructor(private readonly parts: SlotsParts) {}

  /** Claims what is ready and runs it, until stopping. Several of these may run at the same time. */
  async feed(): Promise<void> {
    const { doorbell, stopping, onRoom } = this.parts;
    while (!stopping.aborted) {
      const rung = doorbell.heard();
      const lease = await this.claim();
      if (!lease) {
        await this.displace();
        await rung;
        onRoom();
        continue;
      }
      const ended = this.hold(lease).finally(() => this.ended.delete(ended));
      this.ended.add(ended);
      onRoom();
    }
  }

  isRunning(taskId: string): boolean {
    return this.runs.has(taskId);
  }

  private async claim(): Promise<Lease | null> {
    const { work, options } = this.parts;
    const { database, maxConcurrent, processId } = options;
    if (this.runs.size >= maxConcurrent) return null;
    // A look costs less than the lock that all who write to PostgreSQL share.
    if (database.dialect === 'postgres' && (await work.nextReady(1)).length === 0) return null;
    return work.claim(processId, maxConcurrent);
  }

  /** All loops hear the same ring: one look is for all of them. */
  private displace(): Promise<void> {
    this.look ??= Promise.resolve().then(() => {
      this.look = null;
      return this.displaceNow();
    });
    return this.look;
  }

  /**
   * Where every slot is taken: asks running tasks to yield to more urgent ones. They keep their place in the queue. Each
   * instance comes to the same result and asks those of its own.
   */
  private async displaceNow(): Promise<void> {
    const { work, options } = this.parts;
    const { maxConcurrent } = options;
    const ready = await work.nextReady(maxConcurrent);
    if (ready.length === 0) return;
    const holders = await work.holders();
    if (holders.length < maxConcurrent) return;
    // No wait from here on: the other loops see who has been asked.
    const asked = holders.map((holder) => ({
      ...holder,
      isYielding: this.runs.get(holder.taskId)?.isYielding ?? false,
    }));
    for (const { taskId } of displacedBy(ready, asked)) this.runs.get(taskId)?.yieldSlot();
  }

  private async hold(lease: Lease): Promise<void> {
    const { options, workflows, doorbell, stopping, onOver } = this.parts;
    const workflow = workflows.get(lease.workflow);
    const startedAt = performance.now();
    // The lease of a run that is still here was lost while nobody heard this instance.
    this.runs.get(lease.taskId)?.abort(new LeaseLostError(lease.taskId, lease.token - 1));
    let run: TaskRun<unknown, StepAction> | null = null;
    try {
      if (!workflow) throw new UnknownWorkflowError(lease.workflow);
      run = new TaskRun(workflow, lease, options.events, options.clock);
      this.runs.set(lease.taskId, run);
      if (stopping.aborted) run.yieldSlot();
      const end = await run.run();
      if (end.kind === 'done') {
        this.tally[end.outcome] += 1;
        if (end.timedOut) this.tally.timedOut += 1;
        onOver();
      }
    } catch (error) {
      options.report(`task ${lease.taskId} gave its slot back`, error);
      await this.returnToQueue(lease);
    } finally {
      if (this.runs.get(lease.taskId) === run) this.runs.delete(lease.taskId);
      this.tally.slotHeldFor(performance.now() - startedAt);
      doorbell.ring();
    }
  }

  /** The store refused in mid-run: the task stays accepted and is tried again, for as long as the store takes to come back. */
  private async returnToQueue(lease: Lease): Promise<void> {
    const { options, stopping } = this.parts;
    while (!stopping.aborted) {
      try {
        await options.database.write([moves.requeue(lease)]);
        return;
      } catch (error) {
        if (error instanceof GuardFailedError) return;
        await sleep(RESTART_DELAY_MS, stopping).catch(() => undefined);
      }
    }
  }

  /** Once nothing is claimed any more: lets what runs reach a step boundary within the grace time, and aborts the rest. */
  async drain(graceMs: number, reason: Error): Promise<void> {
    for (const run of this.runs.values()) run.yieldSlot();
    const grace = new AbortController();
    await Promise.race([Promise.all(this.ended), sleep(graceMs, grace.signal).catch(() => undefined)]);
    grace.abort();
    for (const run of this.runs.values()) run.abort(reason);
    await Promise.all(this.ended);
  }
}
