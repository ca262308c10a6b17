import { type Clock, toTimestamp } from '../../kernel/clock.ts';
import type { AgentLink, AgentPool } from './agent-pool.ts';
import type { AgentWork } from './agent-work.ts';
import { type Agents, type Instances, MISSED_HEARTBEATS } from './agents.ts';
import type { Heartbeat, Heartbeats } from './heartbeats.ts';
import type { StepBoard, StepHolder } from './step-board.ts';

export interface AgentWatchParts {
  readonly agents: Agents;
  readonly heartbeats: Heartbeats;
  readonly pool: AgentPool;
  readonly work: AgentWork;
  readonly board: StepBoard;
  readonly instances: Instances;
  readonly clock: Clock;
  readonly report: (message: string, error: unknown) => void;
}

/**
 * Looks for agents that have missed their heartbeats, and has what they hold looked for others; the same for what an
 * instance of the server held that is gone. Each instance watches all of them, and what one finds out first is a fact in
 * the log for all. Silence is measured here, from when the last heartbeat was noticed: no clock has to agree with another.
 */
export class AgentWatch {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  /** The last heartbeat of each agent, and when it was noticed. */
  private noticed: ReadonlyMap<string, { readonly seenAt: number; readonly at: number }> = new Map();
  private lookedAt: number;

  constructor(private readonly parts: AgentWatchParts) {
    this.lookedAt = parts.clock();
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
    const { agents, heartbeats, pool, work } = this.parts;
    // Those that connect from here on have not been heard of elsewhere since.
    const connections = pool.connections();
    const seen = await heartbeats.all();
    const silent = this.silent(seen);
    for (const { agentId, link } of connections) this.compare(agentId, link.room === null ? link : null, seen);
    for (const agentId of silent) {
      const { seenAt = 0 } = seen.get(agentId) ?? {};
      await agents.lose(agentId, toTimestamp(seenAt));
    }
    await work.giveBackUnfetched();
    await this.giveBackOrphans();
  }

  /** Has what nobody is at any more looked for others: steps of agents that are lost, and of instances that are gone. */
  async giveBackOrphans(): Promise<void> {
    const { agents, work, board, instances } = this.parts;
    const gone: StepHolder[] = [];
    let live: ReadonlySet<string> | null = null;
    for (const holder of board.holders()) {
      const { agentId, instance } = holder;
      if (!agents.isLocal(agentId)) {
        if (!agents.isLive(agentId)) gone.push(holder);
      } else if (instance !== instances.instanceId) {
        live ??= await instances.liveInstances();
        if (instance === null || !live.has(instance)) gone.push(holder);
      }
    }
    for (const holder of gone) {
      const who = agents.isLocal(holder.agentId) ? 'The server that had it' : `Agent ${holder.agentId}`;
      await work.giveBack(board.heldBy(holder), `${who} is gone.`);
    }
  }

  /** Live agents that were not heard for too long. */
  private silent(seen: ReadonlyMap<string, Heartbeat>): readonly string[] {
    const { agents, clock } = this.parts;
    const now = clock();
    // A process that was held up itself has not heard anybody meanwhile.
    const wasHeldUp = now - this.lookedAt > 2 * agents.heartbeatMs;
    this.lookedAt = now;
    const noticed = new Map<string, { readonly seenAt: number; readonly at: number }>();
    for (const agentId of agents.live()) {
      const { seenAt = 0 } = seen.get(agentId) ?? {};
      const before = this.noticed.get(agentId);
      const isSame = before?.seenAt === seenAt && !wasHeldUp;
      noticed.set(agentId, isSame ? before : { seenAt, at: now });
    }
    this.noticed = noticed;
    const limit = now - MISSED_HEARTBEATS * agents.heartbeatMs;
    return [...noticed].flatMap(([agentId, { at }]) => (at < limit ? [agentId] : []));
  }

  /** What an agent that is connected here has said elsewhere: how busy it is, or that it is there now. */
  private compare(agentId: string, socket: AgentLink | null, seen: ReadonlyMap<string, Heartbeat>): void {
    const { pool, instances } = this.parts;
    const { instance = null, load = null } = seen.get(agentId) ?? {};
    if (load !== null) pool.reportLoad(agentId, load);
    const hasMoved = socket !== null && instance !== null && instance !== instances.instanceId;
    if (hasMoved) pool.drop(agentId, 'AGENT_MOVED', 'The agent is connected to another server.', socket);
  }
}
