import type { StoredEvent } from '../../events/index.ts';

/** An agent as its events tell it. */
export interface AgentRecord {
  readonly agentId: string;
  readonly keyHash: string;
  readonly host: string;
  readonly os: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrent: number;
  readonly status: 'live' | 'lost' | 'deleted';
  readonly registeredAt: string;
  /** Stream sequence of its newest event. */
  readonly sequence: number;
}

const PREFIX = 'agent:';

export const agentStream = (agentId: string) => `${PREFIX}${agentId}`;

/** All agents there ever were, folded from their events. */
export class AgentRegistry {
  private readonly agents = new Map<string, AgentRecord>();

  /** Takes the next event of an agent's stream; one that was taken before, and any other, is passed over. */
  apply(event: StoredEvent): void {
    if (!event.taskId.startsWith(PREFIX)) return;
    const agentId = event.taskId.slice(PREFIX.length);
    const known = this.agents.get(agentId);
    const sequence = event.streamSequence;
    if (event.eventType === 'AGENT_REGISTERED' && !known) {
      this.agents.set(agentId, { ...event.data, status: 'live', registeredAt: event.timestamp, sequence });
      return;
    }
    if (!known || sequence <= known.sequence) return;
    const status = { AGENT_LOST: 'lost', AGENT_BACK: 'live', AGENT_DELETED: 'deleted' } as const;
    const isStatus = (type: string): type is keyof typeof status => type in status;
    const next = isStatus(event.eventType) ? status[event.eventType] : known.status;
    this.agents.set(agentId, { ...known, sequence, status: known.status === 'deleted' ? 'deleted' : next });
  }

  /** Null: there is none, or it was deleted. */
  get(agentId: string): AgentRecord | null {
    const known = this.agents.get(agentId);
    return known && known.status !== 'deleted' ? known : null;
  }

  /** Also of one that was deleted: its name is not given again. */
  has(agentId: string): boolean {
    return this.agents.has(agentId);
  }

  counts(): { readonly live: number; readonly lost: number } {
    const counts = { live: 0, lost: 0, deleted: 0 };
    for (const { status } of this.agents.values()) counts[status] += 1;
    return counts;
  }

  /** By id. */
  list(): readonly AgentRecord[] {
    const all = [...this.agents.values()].filter(({ status }) => status !== 'deleted');
    return all.sort((one, other) => (one.agentId < other.agentId ? -1 : 1));
  }
}
