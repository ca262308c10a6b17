import type { AppendOptions, EventDraft, EventStore } from '../../events/index.ts';
import type { Clock } from '../../kernel/clock.ts';
import { isUuid } from '../../kernel/ids.ts';
import { type Json } from '../../kernel/json.ts';
import { AgentKeyError, StepLeaseLostError } from '../job-work.errors.ts';
import type { AgentMessage } from '../protocol/agent-message.ts';
import type { JobState, StepRecord } from '../workflow/job-state.ts';
import type { JobWriter } from '../workflow/job-writer.ts';
import { failedAttempt, lostAssignment } from '../workflow/step-facts.ts';
import type { AgentLink, AgentPool } from './agent-pool.ts';
import type { AgentRecord } from './agent-registry.ts';
import type { Agents } from './agents.ts';
import { PolledLink } from './polled-link.ts';
import type { HeldStep, StepBoard } from './step-board.ts';

/** What became of a message. */
export interface Routing {
  /** `step`: it is recorded of the step; `agent`: nobody waits for it, and it is kept with the agent. */
  readonly routedTo: 'step' | 'agent';
}

type StepMessage = AgentMessage<'inform' | 'done' | 'failure' | 'refuse'>;

/** Whether a message only says more of a step that ended under its lease: a result of one that failed is something else. */
function isSaidAgain({ phase }: StepRecord, { type }: StepMessage): boolean {
  return phase !== 'skipped' && (type !== 'done' || phase === 'done');
}

/** Where a message goes to. */
export function routingOf(message: AgentMessage): Routing {
  return { routedTo: isAboutStep(message) ? 'step' : 'agent' };
}

function isAboutStep(message: AgentMessage): message is StepMessage {
  const { type, security } = message;
  if (type === 'done' || type === 'failure') return true;
  return (type === 'inform' || type === 'refuse') && security.lease !== null;
}

export interface AgentWorkParts {
  readonly events: EventStore;
  readonly agents: Agents;
  readonly pool: AgentPool;
  readonly board: StepBoard;
  readonly writer: JobWriter;
  readonly clock: Clock;
  /** Resolves once everything is known that was in the log when it was asked. */
  readonly caughtUp: () => Promise<void>;
  readonly report: (message: string, error: unknown) => void;
  /** There is room for steps, or there are steps to be placed. */
  readonly pump: () => void;
}

/** What agents have to do with steps: they come, take them, answer for them, give them back and go. */
export class AgentWork {
  private readonly polled = new Map<string, PolledLink>();

  constructor(private readonly parts: AgentWorkParts) {}

  /**
   * The agent is there over this link, and has the steps of these leases. Answers those of them that are no longer
   * valid; what it should have and has not is looked for an agent anew.
   */
  async connect(agent: AgentRecord, link: AgentLink, holding: readonly string[]): Promise<readonly string[]> {
    const { agentId } = agent;
    const { agents, board, pool, caughtUp, pump } = this.parts;
    await agents.heartbeat(agentId, { isHere: true });
    // It may have got a step from another instance a moment ago.
    await caughtUp();
    // At once with the connection: what is assigned from here on is sent over it.
    const held = board.heldBy({ agentId, instance: null });
    pool.connect(agent, link);
    const missing = held.filter(({ lease }) => !holding.includes(lease));
    await this.giveBack(missing, 'The agent came back without it.');
    pump();
    const valid = new Set(held.map(({ lease }) => lease));
    return holding.filter((lease) => !valid.has(lease));
  }

  /** The connection is gone: what the agent has stays its own until it is lost. */
  disconnect(agentId: string, link: AgentLink): void {
    const { pool, agents, report } = this.parts;
    if (pool.link(agentId) !== link) return;
    pool.disconnect(agentId, link);
    agents.left(agentId).catch((error: unknown) => report(`agent ${agentId} was not taken off`, error));
  }

  /** The agent takes no more steps, and answers for those that it has. */
  leaving(agentId: string): void {
    this.parts.pool.leaving(agentId);
  }

  /** The next step for an agent that asks by itself; null: there was none until the signal fired. */
  async take(agent: AgentRecord, signal: AbortSignal): Promise<AgentMessage<'assign'> | null> {
    const { agentId } = agent;
    const link = this.polled.get(agentId) ?? new PolledLink();
    if (this.parts.pool.link(agentId) !== link) {
      this.polled.set(agentId, link);
      this.parts.pool.connect(agent, link);
    }
    await this.parts.agents.heartbeat(agentId, { isHere: true });
    const taken = link.take(signal);
    this.parts.pump();
    return taken;
  }

  /**
   * Takes any message of the protocol from an agent. Safe to repeat. Rejects with StepLeaseLostError, once it is
   * recorded, where an answer comes too late. `alongside` is committed with what is recorded, but with nothing refused.
   */
  async receive(
    agentId: string,
    message: AgentMessage,
    { alongside = [] }: { readonly alongside?: AppendOptions['alongside'] } = {},
  ): Promise<Routing> {
    if (message.sender !== agentId) throw new AgentKeyError(message.sender);
    if (isAboutStep(message)) {
      await this.aboutStep(agentId, message, alongside);
      this.parts.pump();
      return { routedTo: 'step' };
    }
    const said = { eventType: 'AGENT_SAID', data: { agentId, message: plain(message) } } as const;
    await this.parts.agents.say(agentId, said, alongside);
    return { routedTo: 'agent' };
  }

  /** A step was handed to nobody: it is looked for another agent. */
  async missed({ security: { lease } }: AgentMessage<'assign'>): Promise<void> {
    const held = this.parts.board.find(lease ?? '');
    if (held) await this.giveBack([held], 'The agent was gone before it had it.');
  }

  /** Steps for agents that have stopped asking for them, here at least: each is looked for another. */
  async giveBackUnfetched(): Promise<void> {
    for (const link of this.polled.values()) for (const message of link.unfetched()) await this.missed(message);
  }

  /** Steps that their agent will not do: each is looked for another. */
  async giveBack(steps: readonly HeldStep[], reason: string): Promise<void> {
    const lost = steps.map(({ jobId, step, lease }) =>
      this.parts.writer.say(jobId, (state) => {
        const record = state.steps.get(step);
        const isHeld = !state.outcome && record?.assignment?.lease === lease;
        return isHeld ? [lostAssignment(state, record, reason, this.parts.clock())] : [];
      }),
    );
    await Promise.all(lost);
  }

  private async aboutStep(agentId: string, message: StepMessage, alongside: AppendOptions['alongside']): Promise<void> {
    const lease = message.security.lease ?? '';
    const assigned = isUuid(lease) ? await this.parts.events.findEvent(lease) : null;
    if (assigned?.eventType !== 'STEP_ASSIGNED' || assigned.data.agentId !== agentId)
      throw new StepLeaseLostError(lease);
    const { step } = assigned.data;
    let isRefused = false;
    const facts = (state: JobState): readonly EventDraft[] => {
      const record = state.steps.get(step);
      const isHeld = !state.outcome && record?.assignment?.lease === lease;
      // The same once more: the acknowledgement was lost on the way.
      const isRepeated = record?.lastLease === lease && isSaidAgain(record, message);
      isRefused = !isHeld && !isRepeated;
      if (isHeld) return [answerFact(state, record, message, this.parts.clock())];
      if (!isRefused || message.type === 'inform') return [];
      return [{ eventType: 'STEP_RESULT_REFUSED', data: { step, lease, agentId, type: message.type } }];
    };
    await this.parts.writer.say(assigned.taskId, facts, () => (isRefused ? [] : alongside));
    if (isRefused) throw new StepLeaseLostError(lease);
  }
}

function answerFact(state: JobState, record: StepRecord, message: StepMessage, now: number): EventDraft {
  const { step, assignment } = record;
  const { lease = '', agentId = '', assignedAt } = assignment ?? {};
  const durationMs = assignedAt === undefined ? null : Math.max(0, now - Date.parse(assignedAt));
  switch (message.type) {
    case 'inform': {
      const { progress = null, text = null } = message.payload;
      return {
        eventType: 'STEP_INFORMED',
        causationId: lease,
        data: { step: step.id, lease, agentId, progress, text },
      };
    }
    case 'done': {
      const { result } = message.payload;
      return {
        eventType: 'STEP_DONE',
        causationId: lease,
        data: { step: step.id, lease, agentId, result, durationMs },
      };
    }
    case 'failure': {
      const { code, reason, retryable } = message.payload;
      return { ...failedAttempt(state, record, { code, reason, retryable }, now), causationId: lease };
    }
    case 'refuse':
      return {
        ...lostAssignment(state, record, `The agent gave it back: ${message.payload.reason}`, now),
        causationId: lease,
      };
  }
}

/** As it went over the wire. */
function plain(message: AgentMessage): { readonly [key: string]: Json } {
  return JSON.parse(JSON.stringify(message)) as { readonly [key: string]: Json };
}
