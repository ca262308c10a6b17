import type { Clock } from '../../kernel/clock.ts';
import type { AgentWork } from './agent-work.ts';
import type { Agents } from './agents.ts';
import { LOCAL_AGENT } from './local-agent.ts';
import type { StepBoard } from './step-board.ts';

export interface AgentWatchParts {
  readonly agents: Agents;
  readonly work: AgentWork;
  readonly board: StepBoard;
  readonly clock: Clock;
  readonly report: (message: string, error: unknown) => void;
}

/** Looks for agents that have missed their heartbeats, and has what they hold looked for others. */
export class AgentWatch {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  /** From when on silence counts: before, nobody could be heard. */
  private since: number;
  private lookedAt: number;

  constructor(private readonly parts: AgentWatchParts) {
    this.since = parts.clock();
    this.lookedAt = this.since;
  }

  start(): void {
    const intervalMs = Math.max(20, Math.floor(this.parts.agents.heartbeatMs / 2));
    this.timer = setInterval(() => {
      this.looking = this.looking
        .then(() => this.look())
        .catch((error: unknown) => this.parts.report('agents were not looked after', error));
    }, intervalMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Once. Safe to repeat: what was begun before a crash is finished. */
  async look(): Promise<void> {
    const { agents, work, board, clock } = this.parts;
    const now = clock();
    // A process that was held up itself has not heard anybody meanwhile.
    if (now - this.lookedAt > 2 * agents.heartbeatMs) this.since = now;
    this.lookedAt = now;
    for (const { agentId, lastSeen } of await agents.silentSince(this.since)) await agents.lose(agentId, lastSeen);
    for (const agentId of board.holders()) {
      if (agentId === LOCAL_AGENT || agents.isLive(agentId)) continue;
      await work.giveBack(board.heldBy(agentId), `Agent ${agentId} is gone.`);
    }
  }
}
