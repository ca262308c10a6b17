import type { AgentRegistry } from './agents/agent-registry.ts';
import type { StepBoard } from './agents/step-board.ts';
import type { DeadLetters } from './dead-letters.ts';

/** How many there are now. */
export interface JobCounts {
  /** Those that connected, without the server's own executors. */
  readonly liveAgents: number;
  readonly lostAgents: number;
  /** Steps that agents have, those of the server itself among them. */
  readonly heldSteps: number;
  /** Steps that look for an agent. */
  readonly wantedSteps: number;
  /** Questions to people that wait for an answer. */
  readonly openApprovals: number;
  readonly deadLetters: number;
}

/** Counts what is open over all jobs, from what is known in memory: nothing is read for it. */
export class JobCensus {
  constructor(
    private readonly registry: AgentRegistry,
    private readonly board: StepBoard,
    private readonly deadLetters: DeadLetters,
  ) {}

  count(): JobCounts {
    const { live, lost } = this.registry.counts();
    const { held: heldSteps, wanted: wantedSteps, approvals: openApprovals } = this.board.counts();
    return {
      liveAgents: live,
      lostAgents: lost,
      heldSteps,
      wantedSteps,
      openApprovals,
      deadLetters: this.deadLetters.count,
    };
  }
}
