import type { EventPayloads, EventStore, StoredEvent } from '../events/index.ts';
import { actingAs, type Actor, asNobody } from '../kernel/acting.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Orchestrator } from '../orchestrator/index.ts';
import type { Database } from '../storage/index.ts';
import { AgentPool } from './agents/agent-pool.ts';
import { AgentRegistry } from './agents/agent-registry.ts';
import { Agents } from './agents/agents.ts';
import { AgentWatch } from './agents/agent-watch.ts';
import { AgentWork } from './agents/agent-work.ts';
import { type ChooseAgent, Dispatcher } from './agents/dispatcher.ts';
import { Heartbeats } from './agents/heartbeats.ts';
import { LOCAL_AGENT, LocalAgent, type RunStep } from './agents/local-agent.ts';
import { StepBoard } from './agents/step-board.ts';
import { WorkFollower } from './agents/work-follower.ts';
import { Approvals } from './approvals/approvals.ts';
import { DeadLetters } from './dead-letters.ts';
import { JobCensus } from './job-census.ts';
import { JobReader } from './job-reader.ts';
import { Jobs } from './jobs.ts';
import type { JobDefaults, JobPlanner } from './new-job.ts';
import { MessageFactory } from './protocol/message-factory.ts';
import { Schedules } from './schedules/schedules.ts';
import { ScheduleWorkflow } from './schedules/schedule-workflow.ts';
import { JobStates } from './workflow/job-states.ts';
import { JobWorkflow, type Wish } from './workflow/job-workflow.ts';
import { JobWriter } from './workflow/job-writer.ts';

export interface JobSystemParts {
  readonly events: EventStore;
  readonly database: Database;
  readonly orchestrator: Orchestrator;
  readonly clock: Clock;
  readonly defaults: Omit<JobDefaults, 'agentsCan'>;
  readonly planner: JobPlanner;
  /** Makes steps of a request by a model; `agentsCan` are the actions that agents do. */
  readonly plan: (
    wish: Wish,
    signal: AbortSignal,
    agentsCan: ReadonlySet<string>,
  ) => Promise<EventPayloads['JOB_PLANNED']>;
  readonly submitWaitMs: number;
  readonly heartbeatMs: number;
  /** What the server does itself. */
  readonly local: { readonly capabilities: readonly string[]; readonly maxConcurrent: number; readonly run: RunStep };
  /** Who chooses among agents that offer themselves; null: the least busy one gets it. */
  readonly choose: ((agents: Agents) => ChooseAgent) | null;
  readonly report: (message: string, error: unknown) => void;
}

const SENDER = 'taskloom';

/** Jobs with all that belongs to them: their workflow, the agents that do their steps, and the questions to people. */
export class JobSystem {
  readonly jobs: Jobs;
  readonly agents: Agents;
  readonly work: AgentWork;
  readonly approvals: Approvals;
  readonly schedules: Schedules;
  readonly census: JobCensus;
  private readonly board = new StepBoard();
  private readonly registry = new AgentRegistry();
  private readonly deadLetters = new DeadLetters();
  private readonly pool: AgentPool;
  private readonly dispatcher: Dispatcher;
  private readonly follower: WorkFollower;
  private readonly watch: AgentWatch;
  private readonly local: LocalAgent;

  private constructor(parts: JobSystemParts, heartbeats: Heartbeats) {
    const { events, orchestrator, clock, report, heartbeatMs } = parts;
    const { board } = this;
    const { instanceId } = orchestrator;
    const instances = { instanceId, liveInstances: () => orchestrator.liveInstances() };
    // `local` is one name for the executors of all instances: each counts what its own have.
    const held = (agentId: string) => board.countOf({ agentId, instance: agentId === LOCAL_AGENT ? instanceId : null });
    const pool = new AgentPool(held);
    this.pool = pool;
    const caughtUp = () => this.follower.caughtUp();
    const agentsCan = () => new Set(this.registry.list().flatMap(({ capabilities }) => capabilities));
    const workflow = new JobWorkflow({ clock, plan: (wish, signal) => parts.plan(wish, signal, agentsCan()) });
    orchestrator.register(workflow);
    const states = new JobStates(events);
    const writer = new JobWriter(orchestrator, workflow, states, clock);
    const pump = () => asNobody(() => this.dispatcher.pump());
    const read = new JobReader(events, orchestrator, states, (needs) => this.agents.ableTo(needs));
    const defaults = { ...parts.defaults, agentsCan };
    this.jobs = new Jobs({ ...parts, defaults, writer, read });
    this.local = new LocalAgent({
      ...parts.local,
      answer: async (message) => void (await this.work.receive(LOCAL_AGENT, message)),
      report,
    });
    const calendar = new ScheduleWorkflow({
      clock,
      create: async ({ created, scheduleId }, jobId) => {
        const { job = {}, submitter } = created ?? {};
        // It was checked when the schedule was made; what it may mean now is checked again.
        const due = () => this.jobs.create({ ...job, jobId }, { scheduleId, submitter, waitMs: 0 });
        await actingAs(scheduleActor(scheduleId), due);
      },
    });
    orchestrator.register(calendar);
    this.schedules = new Schedules({ ...parts, defaults, workflow: calendar });
    const registeredAt = new Date(clock()).toISOString();
    const local = { ...this.local.description, status: 'live', present: true, registeredAt } as const;
    const { registry } = this;
    const ofAgents = { events, registry, pool, heartbeats, clock, held, heartbeatMs, local, instances, caughtUp };
    this.agents = new Agents(ofAgents);
    this.work = new AgentWork({ events, agents: this.agents, pool, board, writer, clock, caughtUp, report, pump });
    this.approvals = new Approvals(events, board, states, writer, clock);
    const messages = new MessageFactory(SENDER, clock);
    this.dispatcher = new Dispatcher({
      board,
      pool,
      writer,
      stateOf: async (jobId) => (await states.current(jobId)).state,
      instanceId,
      messages,
      clock,
      choose: parts.choose?.(this.agents) ?? null,
      report,
    });
    this.census = new JobCensus(this.registry, board, this.deadLetters);
    const apply = (event: StoredEvent) => this.apply(event);
    const applyPast = (event: StoredEvent) => this.applyPast(event);
    this.follower = new WorkFollower({ events, orchestrator, apply, applyPast, applied: pump, report });
    const { agents, work } = this;
    this.watch = new AgentWatch({ agents, heartbeats, pool, work, board, instances, clock, report });
  }

  /** Registers the workflow. Starts nothing. */
  static async open(parts: JobSystemParts): Promise<JobSystem> {
    return new JobSystem(parts, await Heartbeats.open(parts.database));
  }

  /** From now on steps are handed to agents. What an instance was at that is gone is done anew. */
  async start(): Promise<void> {
    await this.follower.start();
    await this.watch.giveBackOrphans();
    this.pool.connect(this.local.description, this.local);
    this.watch.start();
    this.dispatcher.pump();
  }

  /** Hands out nothing more, and resolves when no step runs here. What other agents have they keep. */
  async stop(graceMs: number): Promise<void> {
    await this.watch.stop();
    await this.dispatcher.stop();
    await this.local.stop(graceMs);
    await this.follower.stop();
  }

  private applyPast(event: StoredEvent): void {
    this.registry.apply(event);
    this.deadLetters.apply(event);
  }

  private apply(event: StoredEvent): void {
    this.applyPast(event);
    this.agents.told(event);
    const freed = this.board.apply(event);
    this.dispatcher.seen(event);
    if (event.eventType === 'STEP_DONE') return;
    for (const { agentId, lease } of freed) this.pool.link(agentId)?.cancel(lease);
  }
}

/** A job that is due is made by its schedule, whoever made that. */
function scheduleActor(scheduleId: string): Actor {
  const name = `schedule ${scheduleId}`;
  return { name, proof: 'none', keyId: null, role: null, door: 'schedule', correlationId: null };
}
