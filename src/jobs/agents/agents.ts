import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type AppendOptions, type EventDraft, type EventStore, StreamConflictError } from '../../events/index.ts';
import { type Clock, toTimestamp } from '../../kernel/clock.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { AgentIdTakenError, AgentKeyError, AgentNotFoundError } from '../job-work.errors.ts';
import type { AgentPool } from './agent-pool.ts';
import { type AgentRecord, type AgentRegistry, agentStream } from './agent-registry.ts';
import type { Heartbeats } from './heartbeats.ts';
import { LOCAL_AGENT } from './local-agent.ts';

/** How many heartbeats an agent may miss before it counts as lost. */
export const MISSED_HEARTBEATS = 3;

export interface NewAgent {
  /** Default: a new UUID. */
  readonly agentId?: string | undefined;
  readonly host: string;
  readonly os: string;
  /** Actions that it can do, and whatever else steps may ask for. */
  readonly capabilities: readonly string[];
  /** Steps at once. Default: 1. */
  readonly maxConcurrent?: number | undefined;
}

/** An agent as every door shows it. */
export interface AgentView {
  readonly agentId: string;
  readonly host: string;
  readonly os: string;
  readonly capabilities: readonly string[];
  readonly maxConcurrent: number;
  readonly status: 'live' | 'lost';
  /** Whether steps can be sent to it right now. */
  readonly present: boolean;
  /** Steps that it has. */
  readonly holding: number;
  /** 0 to 1: how much of its room is taken. */
  readonly load: number;
  readonly lastSeen: string;
  readonly registeredAt: string;
}

export interface AgentsParts {
  readonly events: EventStore;
  readonly registry: AgentRegistry;
  readonly pool: AgentPool;
  readonly heartbeats: Heartbeats;
  readonly clock: Clock;
  readonly held: (agentId: string) => number;
  /** How often an agent is to be heard. */
  readonly heartbeatMs: number;
  /** The server's own executors, or null. */
  readonly local: Omit<AgentView, 'holding' | 'load' | 'lastSeen'>;
}

/** The agents that there are: who they are, and since when they were not heard. */
export class Agents {
  constructor(private readonly parts: AgentsParts) {}

  get heartbeatMs(): number {
    return this.parts.heartbeatMs;
  }

  /** The key is shown here and never again: only its hash is kept. Rejects with AgentIdTakenError. */
  async register(agent: NewAgent): Promise<{ readonly agent: AgentView; readonly key: string }> {
    const { agentId = newId(), host, os, maxConcurrent = 1 } = agent;
    const capabilities = [...new Set(agent.capabilities)];
    if (agentId === LOCAL_AGENT || this.parts.registry.has(agentId)) throw new AgentIdTakenError(agentId);
    if (capabilities.length === 0) {
      const message = 'is empty: name at least one action that the agent can do';
      throw new InvalidInputError([{ path: 'capabilities', message }]);
    }
    const key = `agent_${randomBytes(32).toString('base64url')}`;
    const data = { agentId, keyHash: sha256(key).toString('hex'), host, os, capabilities, maxConcurrent };
    try {
      await this.append(agentId, 0, { eventType: 'AGENT_REGISTERED', data });
    } catch (error) {
      if (error instanceof StreamConflictError) throw new AgentIdTakenError(agentId);
      throw error;
    }
    await this.parts.heartbeats.seen(agentId, this.parts.clock());
    return { agent: await this.get(agentId), key };
  }

  /** All of them, by id; the server's own executors first. */
  async list(): Promise<readonly AgentView[]> {
    const seen = await this.parts.heartbeats.all();
    return [this.ownExecutors(), ...this.parts.registry.list().map((record) => this.view(record, seen))];
  }

  /** Rejects with AgentNotFoundError. */
  async get(agentId: string): Promise<AgentView> {
    if (agentId === LOCAL_AGENT) return this.ownExecutors();
    return this.view(this.known(agentId), await this.parts.heartbeats.all());
  }

  /** Throws AgentNotFoundError. */
  checkKnown(agentId: string): void {
    this.known(agentId);
  }

  /** The agent of this key. Throws AgentKeyError, also where there is no such agent. */
  authenticate(agentId: string, key: string): AgentRecord {
    const record = this.parts.registry.get(agentId);
    const expected = Buffer.from(record?.keyHash ?? '0'.repeat(64), 'hex');
    const isSame = timingSafeEqual(expected, sha256(key));
    if (!record || !isSame) throw new AgentKeyError(agentId);
    return record;
  }

  /** It is there. One that was lost is one of them again. */
  async heartbeat(agentId: string, { load }: { readonly load?: number | undefined } = {}): Promise<void> {
    const { status } = this.known(agentId);
    if (load !== undefined) this.parts.pool.reportLoad(agentId, load);
    await this.parts.heartbeats.seen(agentId, this.parts.clock());
    if (status === 'lost') await this.become(agentId, 'lost', { eventType: 'AGENT_BACK', data: { agentId } });
  }

  /** Its key is void from now on, and what it has is looked for another agent. Rejects with AgentNotFoundError. */
  async remove(agentId: string, by: string): Promise<void> {
    const { status } = this.known(agentId);
    if (status === 'deleted') return;
    await this.become(agentId, status, { eventType: 'AGENT_DELETED', data: { agentId, by } });
    this.parts.pool.drop(agentId, 'AGENT_DELETED', `The agent was deleted by ${by}.`);
    await this.parts.heartbeats.forget(agentId);
  }

  /** Agents that are live and were not heard since then, each with when it was. */
  async silentSince(startedMs: number): Promise<readonly { readonly agentId: string; readonly lastSeen: string }[]> {
    const { registry, heartbeats, clock, heartbeatMs } = this.parts;
    const seen = await heartbeats.all();
    const limit = clock() - MISSED_HEARTBEATS * heartbeatMs;
    return registry.list().flatMap(({ agentId, status, registeredAt }) => {
      const at = Math.max(seen.get(agentId) ?? 0, Date.parse(registeredAt), startedMs);
      return status === 'live' && at < limit ? [{ agentId, lastSeen: toTimestamp(at) }] : [];
    });
  }

  /** Records that it is gone. Safe to repeat. */
  async lose(agentId: string, lastSeen: string): Promise<void> {
    await this.become(agentId, 'live', { eventType: 'AGENT_LOST', data: { agentId, lastSeen } });
    this.parts.pool.drop(agentId, 'AGENT_LOST', `It was not heard since ${lastSeen}: connect anew.`);
  }

  /** Keeps a message that belongs to no step. */
  async say(
    agentId: string,
    draft: EventDraft<'AGENT_SAID'>,
    alongside: AppendOptions['alongside'] = [],
  ): Promise<void> {
    await this.parts.events.append(agentStream(agentId), [draft], { alongside });
  }

  isLive(agentId: string): boolean {
    return this.parts.registry.get(agentId)?.status === 'live';
  }

  private known(agentId: string): AgentRecord {
    const record = this.parts.registry.get(agentId);
    if (!record) throw new AgentNotFoundError(agentId);
    return record;
  }

  /** Records a change of status, as long as the agent still has the one that it is changed from. */
  private async become(agentId: string, from: AgentRecord['status'], draft: EventDraft): Promise<void> {
    for (;;) {
      const record = this.parts.registry.get(agentId);
      if (record?.status !== from) return;
      try {
        return await this.append(agentId, record.sequence, draft);
      } catch (error) {
        if (!(error instanceof StreamConflictError)) throw error;
        for await (const event of this.parts.events.read(agentStream(agentId), { afterSequence: record.sequence })) {
          this.parts.registry.apply(event);
        }
      }
    }
  }

  private async append(agentId: string, expectedSequence: number, draft: EventDraft): Promise<void> {
    const stored = await this.parts.events.append(agentStream(agentId), [draft], { expectedSequence });
    // At once, so that whoever asks next knows of it; the log says it again.
    for (const event of stored) this.parts.registry.apply(event);
  }

  private ownExecutors(): AgentView {
    const { local, pool, held, clock } = this.parts;
    const lastSeen = toTimestamp(clock());
    return { ...local, holding: held(LOCAL_AGENT), load: pool.loadOf(LOCAL_AGENT), lastSeen };
  }

  private view(record: AgentRecord, seen: ReadonlyMap<string, number>): AgentView {
    const { agentId, host, os, capabilities, maxConcurrent, status, registeredAt } = record;
    return {
      agentId,
      host,
      os,
      capabilities,
      maxConcurrent,
      status: status === 'live' ? 'live' : 'lost',
      present: this.parts.pool.isPresent(agentId),
      holding: this.parts.held(agentId),
      load: this.parts.pool.loadOf(agentId),
      lastSeen: toTimestamp(Math.max(seen.get(agentId) ?? 0, Date.parse(registeredAt))),
      registeredAt,
    };
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
