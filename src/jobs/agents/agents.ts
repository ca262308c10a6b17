import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  type AppendOptions,
  type EventDraft,
  type EventStore,
  type StoredEvent,
  StreamConflictError,
} from '../../events/index.ts';
import { type Clock, toTimestamp } from '../../kernel/clock.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import { AgentIdTakenError, AgentKeyError, AgentNotFoundError } from '../job-work.errors.ts';
import type { AgentPool } from './agent-pool.ts';
import { type AgentRecord, type AgentRegistry, agentStream } from './agent-registry.ts';
import type { Heartbeat, Heartbeats } from './heartbeats.ts';
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
  /** Whether steps can be sent to it right now, by this instance of the server or by another one. */
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
  /** The server's own executors: those of this instance. */
  readonly local: Omit<AgentView, 'holding' | 'load' | 'lastSeen'>;
  readonly instances: Instances;
  /** Resolves once everything is known that was in the log when it was asked. */
  readonly caughtUp: () => Promise<void>;
}

/** The instances that share the log. */
export interface Instances {
  /** This one. */
  readonly instanceId: string;
  liveInstances(): Promise<ReadonlySet<string>>;
}

/** What is known of all agents besides their events. */
interface Whereabouts {
  readonly seen: ReadonlyMap<string, Heartbeat>;
  /** The other instances that are there. */
  readonly others: ReadonlySet<string>;
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
    await this.parts.heartbeats.seen(agentId);
    return { agent: await this.get(agentId), key };
  }

  /** All of them, by id, as the log tells by now; the server's own executors first. */
  async list(): Promise<readonly AgentView[]> {
    await this.parts.caughtUp();
    const where = await this.whereabouts();
    return [this.ownExecutors(), ...this.parts.registry.list().map((record) => this.view(record, where))];
  }

  /** Rejects with AgentNotFoundError. */
  async get(agentId: string): Promise<AgentView> {
    await this.parts.caughtUp();
    if (agentId === LOCAL_AGENT) return this.ownExecutors();
    return this.view(await this.known(agentId), await this.whereabouts());
  }

  /** Rejects with AgentNotFoundError. */
  async checkKnown(agentId: string): Promise<void> {
    await this.known(agentId);
  }

  /** The agent of this key. Rejects with AgentKeyError, also where there is no such agent. */
  async authenticate(agentId: string, key: string): Promise<AgentRecord> {
    // It may have been registered at another instance a moment ago.
    if (!this.parts.registry.has(agentId)) await this.parts.caughtUp();
    const record = this.parts.registry.get(agentId);
    const expected = Buffer.from(record?.keyHash ?? '0'.repeat(64), 'hex');
    const isSame = timingSafeEqual(expected, sha256(key));
    if (!record || !isSame) throw new AgentKeyError(agentId);
    return record;
  }

  /** It is there, connected to this instance where `isHere`. One that was lost is one of them again. */
  async heartbeat(
    agentId: string,
    { load, isHere = false }: { readonly load?: number | undefined; readonly isHere?: boolean } = {},
  ): Promise<void> {
    const { status } = await this.known(agentId);
    const { pool, heartbeats, instances } = this.parts;
    if (load !== undefined) pool.reportLoad(agentId, load);
    await heartbeats.seen(agentId, {
      ...(load === undefined ? {} : { load }),
      ...(isHere ? { instance: instances.instanceId } : {}),
    });
    if (status === 'lost') await this.become(agentId, 'lost', { eventType: 'AGENT_BACK', data: { agentId } });
  }

  /** Its key is void from now on, and what it has is looked for another agent. Rejects with AgentNotFoundError. */
  async remove(agentId: string, by: string): Promise<void> {
    const { status } = await this.known(agentId);
    if (status === 'deleted') return;
    await this.become(agentId, status, { eventType: 'AGENT_DELETED', data: { agentId, by } });
    await this.parts.heartbeats.forget(agentId);
  }

  /** It is not connected to this instance any more. */
  async left(agentId: string): Promise<void> {
    await this.parts.heartbeats.left(agentId, this.parts.instances.instanceId);
  }

  /** Records that it is gone. Safe to repeat. */
  async lose(agentId: string, lastSeen: string): Promise<void> {
    await this.become(agentId, 'live', { eventType: 'AGENT_LOST', data: { agentId, lastSeen } });
  }

  /** Ends the connection of an agent that, by what the log has just said, is deleted or lost, whoever found that out. */
  told(event: StoredEvent): void {
    const { registry, pool } = this.parts;
    // One that was lost may be back by now: the registry knows more than the event then.
    if (event.eventType === 'AGENT_DELETED') {
      pool.drop(event.data.agentId, 'AGENT_DELETED', `The agent was deleted by ${event.data.by}.`);
    } else if (event.eventType === 'AGENT_LOST' && registry.get(event.data.agentId)?.status === 'lost') {
      const message = `It was not heard since ${event.data.lastSeen}: connect anew.`;
      pool.drop(event.data.agentId, 'AGENT_LOST', message);
    }
  }

  /** Agents that are there, at any instance, and can all of this, busy or not. By id. */
  async ableTo(needs: readonly string[]): Promise<readonly string[]> {
    const { registry, pool } = this.parts;
    const where = await this.whereabouts();
    const elsewhere = registry.list().filter(({ agentId, capabilities }) => {
      return isElsewhere(agentId, where) && needs.every((need) => capabilities.includes(need));
    });
    return [...new Set([...pool.ableTo(needs), ...elsewhere.map(({ agentId }) => agentId)])].sort();
  }

  /** Keeps a message that belongs to no step. */
  async say(
    agentId: string,
    draft: EventDraft<'AGENT_SAID'>,
    alongside: AppendOptions['alongside'] = [],
  ): Promise<void> {
    await this.parts.events.append(agentStream(agentId), [draft], { alongside });
  }

  /** Those that are not lost. */
  live(): readonly string[] {
    return this.parts.registry.list().flatMap(({ agentId, status }) => (status === 'live' ? [agentId] : []));
  }

  /** Whether it is the server itself. */
  isLocal(agentId: string): boolean {
    return agentId === LOCAL_AGENT;
  }

  isLive(agentId: string): boolean {
    return this.parts.registry.get(agentId)?.status === 'live';
  }

  private async known(agentId: string): Promise<AgentRecord> {
    if (!this.parts.registry.has(agentId)) await this.parts.caughtUp();
    const record = this.parts.registry.get(agentId);
    if (!record) throw new AgentNotFoundError(agentId);
    return record;
  }

  private async whereabouts(): Promise<Whereabouts> {
    const { heartbeats, instances } = this.parts;
    const seen = await heartbeats.all();
    const { instanceId } = instances;
    const isAnyElsewhere = [...seen.values()].some(({ instance }) => instance !== null && instance !== instanceId);
    const others = new Set(isAnyElsewhere ? await instances.liveInstances() : []);
    others.delete(instanceId);
    return { seen, others };
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
    for (const event of stored) {
      this.parts.registry.apply(event);
      this.told(event);
    }
  }

  private ownExecutors(): AgentView {
    const { local, pool, held, clock } = this.parts;
    const lastSeen = toTimestamp(clock());
    return { ...local, holding: held(LOCAL_AGENT), load: pool.loadOf(LOCAL_AGENT), lastSeen };
  }

  private view(record: AgentRecord, where: Whereabouts): AgentView {
    const { agentId, host, os, capabilities, maxConcurrent, status, registeredAt } = record;
    const { pool, held } = this.parts;
    const { seenAt = 0, load = null } = where.seen.get(agentId) ?? {};
    const isHere = pool.isPresent(agentId);
    const isThere = !isHere && status === 'live' && isElsewhere(agentId, where);
    const loadThere = Math.min(1, Math.max(load ?? 0, held(agentId) / maxConcurrent));
    return {
      agentId,
      host,
      os,
      capabilities,
      maxConcurrent,
      status: status === 'live' ? 'live' : 'lost',
      present: isHere || isThere,
      holding: held(agentId),
      load: isThere ? loadThere : pool.loadOf(agentId),
      lastSeen: toTimestamp(Math.max(seenAt, Date.parse(registeredAt))),
      registeredAt,
    };
  }
}

/** Whether it is connected to another instance that is there. */
function isElsewhere(agentId: string, { seen, others }: Whereabouts): boolean {
  const instance = seen.get(agentId)?.instance ?? null;
  return instance !== null && others.has(instance);
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
