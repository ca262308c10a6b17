import type { RecordedOffer } from '../jobs.events.ts';
import type { AgentMessage } from '../protocol/agent-message.ts';

/** The way to an agent. Whatever carries it is the door's business. */
export interface AgentLink {
  /** How many steps may be sent over it now; null: as many as the agent takes. */
  readonly room: number | null;
  assign(message: AgentMessage<'assign'>): void;
  /** The agent is to drop the step: its answer will not be used. */
  cancel(lease: string): void;
  /** Ends the connection; the agent may come back on another. */
  close(code: string, message: string): void;
}

/** What an agent is when it is there. */
export interface PresentAgent {
  readonly agentId: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrent: number;
}

interface Presence {
  readonly agent: PresentAgent;
  readonly can: ReadonlySet<string>;
  readonly link: AgentLink;
  /** Its own idea of how busy it is, 0 to 1. */
  load: number;
  /** Wants no more. */
  isLeaving: boolean;
  /** When it was last given a step: among equals whoever had to wait longest is the next. */
  turn: number;
}

/** A connection of an agent that is there. */
export interface AgentConnection {
  readonly agentId: string;
  readonly link: AgentLink;
}

/** The agents that are there, and how much room they have. In this process only: each instance hands steps to its own. */
export class AgentPool {
  private readonly present = new Map<string, Presence>();
  /** Leases that are about to be recorded, by agent. */
  private readonly reserved = new Map<string, number>();
  private turns = 0;

  /** `held` answers how many steps an agent has by the log. */
  constructor(private readonly held: (agentId: string) => number) {}

  /** An agent is there; a connection that it had before is ended. */
  connect(agent: PresentAgent, link: AgentLink): void {
    const before = this.present.get(agent.agentId);
    const can = new Set(agent.capabilities);
    this.present.set(agent.agentId, { agent, can, link, load: 0, isLeaving: false, turn: before?.turn ?? 0 });
    if (before && before.link !== link) before.link.close('AGENT_MOVED', 'The agent is connected anew.');
  }

  /** The connection is gone; a newer one of the same agent stays. Safe to repeat. */
  disconnect(agentId: string, link: AgentLink): void {
    if (this.present.get(agentId)?.link === link) this.present.delete(agentId);
  }

  /** Ends the connection of an agent that is not to be here any more: this one, where it is named. */
  drop(agentId: string, code: string, message: string, link?: AgentLink): void {
    const presence = this.present.get(agentId);
    if (!presence || (link && presence.link !== link)) return;
    this.present.delete(agentId);
    presence.link.close(code, message);
  }

  connections(): readonly AgentConnection[] {
    return [...this.present.values()].map(({ agent: { agentId }, link }) => ({ agentId, link }));
  }

  /** It takes no more steps, and finishes those that it has. */
  leaving(agentId: string): void {
    const presence = this.present.get(agentId);
    if (presence) presence.isLeaving = true;
  }

  reportLoad(agentId: string, load: number): void {
    const presence = this.present.get(agentId);
    if (presence) presence.load = load;
  }

  isPresent(agentId: string): boolean {
    return this.present.has(agentId);
  }

  link(agentId: string): AgentLink | null {
    return this.present.get(agentId)?.link ?? null;
  }

  /** How much of its room is taken, 0 to 1. */
  loadOf(agentId: string): number {
    const presence = this.present.get(agentId);
    if (!presence) return 0;
    return Math.min(1, Math.max(presence.load, this.takenBy(agentId) / presence.agent.maxConcurrent));
  }

  /** Whether any agent has room. */
  get hasRoom(): boolean {
    return [...this.present.values()].some((presence) => this.roomOf(presence) > 0);
  }

  /** Agents that can all of this and have room: the least busy first, among equals whoever had no turn for longest. */
  offers(needs: readonly string[]): readonly RecordedOffer[] {
    return [...this.present.values()]
      .filter((presence) => this.roomOf(presence) > 0 && needs.every((need) => presence.can.has(need)))
      .map(({ agent: { agentId }, turn }) => ({ agentId, turn, load: this.loadOf(agentId) }))
      .sort((one, other) => one.load - other.load || one.turn - other.turn)
      .map(({ agentId, load }) => ({ agentId, load }));
  }

  /** Whether any agent that is there can all of this, busy or not. */
  ableTo(needs: readonly string[]): readonly string[] {
    const able = [...this.present.values()].filter(({ can }) => needs.every((need) => can.has(need)));
    return able.map(({ agent }) => agent.agentId).sort();
  }

  /** Keeps a place until the returned function is called: the assignment is in the log by then, or did not come about. */
  reserve(agentId: string): () => void {
    this.reserved.set(agentId, (this.reserved.get(agentId) ?? 0) + 1);
    const presence = this.present.get(agentId);
    if (presence) presence.turn = ++this.turns;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      const left = (this.reserved.get(agentId) ?? 1) - 1;
      if (left > 0) this.reserved.set(agentId, left);
      else this.reserved.delete(agentId);
    };
  }

  private takenBy(agentId: string): number {
    return this.held(agentId) + (this.reserved.get(agentId) ?? 0);
  }

  private roomOf({ agent: { agentId, maxConcurrent }, link, isLeaving }: Presence): number {
    if (isLeaving) return 0;
    const own = maxConcurrent - this.takenBy(agentId);
    return link.room === null ? own : Math.min(own, link.room - (this.reserved.get(agentId) ?? 0));
  }
}
