import type { EventDraft, StoredEvent } from '../../events/index.ts';
import { type Clock, toTimestamp } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { RecordedOffer } from '../jobs.events.ts';
import type { MessageFactory } from '../protocol/message-factory.ts';
import { fillStep } from '../workflow/filled-step.ts';
import type { JobState } from '../workflow/job-state.ts';
import type { JobWriter } from '../workflow/job-writer.ts';
import type { AgentPool } from './agent-pool.ts';
import { LOCAL_AGENT } from './local-agent.ts';
import type { StepBoard, WantedStep } from './step-board.ts';

/** Who was chosen, or nobody, and why. */
export interface Choice {
  readonly agentId: string | null;
  readonly because: string;
}

/** Chooses among offers. Where it chooses nobody, or rejects, the first one gets the step, which is the least busy. */
export type ChooseAgent = (
  step: Pick<WantedStep, 'jobId' | 'step' | 'needs'>,
  offers: readonly RecordedOffer[],
) => Promise<Choice>;

export interface DispatcherParts {
  readonly board: StepBoard;
  readonly pool: AgentPool;
  readonly writer: Pick<JobWriter, 'say'>;
  /** The newest state of a job. */
  readonly stateOf: (jobId: string) => Promise<JobState>;
  /** This one, among those that share the log: its own executors do the steps that it gives them. */
  readonly instanceId: string;
  readonly messages: MessageFactory;
  readonly clock: Clock;
  readonly choose: ChooseAgent | null;
  readonly report: (message: string, error: unknown) => void;
}

interface Placement {
  readonly wanted: WantedStep;
  readonly offers: readonly RecordedOffer[];
  readonly agentId: string;
  readonly chosenBy: 'load' | 'model';
  /** Null: nobody was asked. */
  readonly because: string | null;
  readonly lease: string;
  readonly release: () => void;
}

/**
 * Brings steps that look for an agent together with agents that have room. An assignment is in the log before its agent
 * hears of it, under a lease that no other assignment has, so an answer can be told from one that comes too late. Each
 * instance of the server looks for agents among those that are connected to it; of two that find one, the log takes one.
 */
export class Dispatcher {
  private readonly placing = new Map<string, Placement>();
  private passing: Promise<void> | null = null;
  private again = false;
  private isStopped = false;

  constructor(private readonly parts: DispatcherParts) {}

  /** Something may fit now: a step is wanted, or an agent has room. Returns at once. */
  pump(): void {
    this.again = true;
    if (this.isStopped) return;
    this.passing ??= this.passes();
  }

  /**
   * The board knows this event by now: whatever was kept for it is free. What another instance assigned to an agent that
   * has come here meanwhile is sent from here.
   */
  seen(event: StoredEvent): void {
    if (event.eventType !== 'STEP_ASSIGNED') return;
    const key = keyOf(event.taskId, event.data.step);
    const placement = this.placing.get(key);
    if (placement?.lease === event.data.lease) {
      placement.release();
      this.placing.delete(key);
    } else if (this.parts.pool.link(event.data.agentId)?.room === null && event.data.instance === undefined) {
      this.deliverOther(event).catch((error: unknown) => {
        this.parts.report(`a step of job ${event.taskId} was not sent on`, error);
      });
    }
  }

  private async deliverOther({ taskId, data }: StoredEvent<'STEP_ASSIGNED'>): Promise<void> {
    this.deliver(await this.parts.stateOf(taskId), data);
  }

  /** Places nothing more, and resolves when what was under way is in the log. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.passing;
  }

  private async passes(): Promise<void> {
    try {
      while (this.again && !this.isStopped) {
        this.again = false;
        // Let all that came at once be looked at at once.
        await Promise.resolve();
        const placements = await this.match();
        const byJob = Map.groupBy(placements, ({ wanted }) => wanted.jobId);
        await Promise.all([...byJob].map(([jobId, ofJob]) => this.place(jobId, ofJob)));
      }
    } finally {
      // At once with the last look at `again`: who asks between the two would wait for ever.
      this.passing = null;
    }
  }

  private async match(): Promise<readonly Placement[]> {
    const { board, pool, choose } = this.parts;
    const placements: Placement[] = [];
    for (const wanted of board.wanted()) {
      if (!pool.hasRoom) break;
      if (this.placing.has(keyOf(wanted.jobId, wanted.step))) continue;
      const offers = pool.offers(wanted.needs);
      const first = offers[0];
      if (!first) continue;
      const choice = choose && offers.length > 1 ? await chosen(choose, wanted, offers) : null;
      const agentId = choice?.agentId ?? first.agentId;
      const placement: Placement = {
        wanted,
        offers,
        agentId,
        chosenBy: choice?.agentId == null ? 'load' : 'model',
        because: choice?.because ?? null,
        lease: newId(),
        release: pool.reserve(agentId),
      };
      this.placing.set(keyOf(wanted.jobId, wanted.step), placement);
      placements.push(placement);
    }
    return placements;
  }

  private async place(jobId: string, placements: readonly Placement[]): Promise<void> {
    const { writer, clock, report, instanceId } = this.parts;
    let placed: readonly Placement[] = [];
    try {
      const { state } = await writer.say(jobId, (current) => {
        placed = placements.filter(
          ({ wanted }) => !current.outcome && current.steps.get(wanted.step)?.phase === 'discovery',
        );
        return placed.flatMap((placement) => assignmentFacts(current, placement, clock(), instanceId));
      });
      for (const { wanted, agentId, lease } of placed) this.deliver(state, { step: wanted.step, agentId, lease });
    } catch (error) {
      placed = [];
      report(`steps of job ${jobId} were not assigned`, error);
    }
    for (const placement of placements) {
      if (placed.includes(placement)) continue;
      placement.release();
      this.placing.delete(keyOf(jobId, placement.wanted.step));
    }
  }

  /** An agent that is gone by now misses it: it is lost with the agent, or when the agent is there again without it. */
  private deliver(
    state: JobState,
    { step, agentId, lease }: { readonly step: string; readonly agentId: string; readonly lease: string },
  ): void {
    const record = state.steps.get(step);
    const filled = record && fillStep(state, record.step);
    if (!filled?.ok || record?.assignment?.lease !== lease) return;
    const { action, selector, text, params, id: stepId } = filled.step;
    const timeoutMs = Math.max(1, Date.parse(record.assignment.deadline) - this.parts.clock());
    const message = this.parts.messages.make('assign', {
      to: agentId,
      intent: state.intent || action,
      payload: { action, selector, text, params, timeoutMs, attempt: record.attempt },
      context: { jobId: state.jobId, stepId },
      conversation: state.jobId,
      lease,
    });
    this.parts.pool.link(agentId)?.assign(message);
  }
}

function assignmentFacts(state: JobState, placement: Placement, now: number, instance: string): readonly EventDraft[] {
  const { wanted, offers, agentId, chosenBy, because, lease } = placement;
  const record = state.steps.get(wanted.step);
  if (!record) return [];
  const { attempt, step: todo } = record;
  const { step } = wanted;
  const deadline = toTimestamp(now + (todo.timeoutMs ?? state.created?.stepTimeoutMs ?? 0));
  const own = agentId === LOCAL_AGENT ? { instance } : {};
  const assigned = { step, attempt, agentId, lease, deadline, ...own };
  const why = because === null ? {} : { because: because.slice(0, MAX_REASON) };
  return [
    { eventType: 'STEP_OFFERED', data: { step, attempt, offers: offers.slice(0, MOST_RECORDED) } },
    // The lease is the event's id: whoever holds it finds the step.
    { eventType: 'STEP_ASSIGNED', eventId: lease, data: { ...assigned, chosenBy, ...why } },
  ];
}

const MOST_RECORDED = 10;
const MAX_REASON = 500;

/** What was chosen, as far as it can be had; why not, where it cannot. */
async function chosen(choose: ChooseAgent, wanted: WantedStep, offers: readonly RecordedOffer[]): Promise<Choice> {
  try {
    const choice = await choose(wanted, offers);
    if (choice.agentId === null || offers.some(({ agentId }) => agentId === choice.agentId)) return choice;
    return { agentId: null, because: `It chose ${choice.agentId}, which did not offer itself.` };
  } catch (error) {
    return { agentId: null, because: messageOf(error) };
  }
}

function keyOf(jobId: string, step: string): string {
  return JSON.stringify([jobId, step]);
}
