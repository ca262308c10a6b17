import type { StoredEvent } from '../../src/events/index.ts';
import type { AgentLink } from '../../src/jobs/agents/agent-pool.ts';
import type { RunStep } from '../../src/jobs/agents/local-agent.ts';
import { InvalidInputError } from '../../src/kernel/errors.ts';
import { newProcessId } from '../../src/kernel/ids.ts';
import { JobSystem, type JobSystemParts } from '../../src/jobs/job-system.ts';
import type { AgentMessage } from '../../src/jobs/protocol/agent-message.ts';
import { MessageFactory } from '../../src/jobs/protocol/message-factory.ts';
import type { JobView } from '../../src/jobs/workflow/job-view.ts';
import { Orchestrator } from '../../src/orchestrator/index.ts';
import { type EventLog, eventLog } from './event-log.ts';
import { until } from './orchestrator-bench.ts';

/** What a life of the system may have otherwise. */
export interface Life extends Partial<Pick<JobSystemParts, 'clock' | 'planner' | 'plan' | 'choose' | 'heartbeatMs'>> {
  readonly defaults?: Partial<JobSystemParts['defaults']>;
  readonly capabilities?: readonly string[];
  readonly maxConcurrent?: number;
  readonly run?: RunStep;
  /** Of an instance with a connection of its own to the database of the bench's log. Default: the bench's. */
  readonly log?: EventLog;
  readonly instanceTimeoutMs?: number;
}

/** A log with a job system on it, which can be ended the hard way and started again. */
export class JobBench {
  private orchestrators: Orchestrator[] = [];
  private systems: JobSystem[] = [];
  readonly reports: string[] = [];

  private constructor(readonly log: EventLog) {}

  /** Closes the log at its end. Default: a new one. */
  static async open(log?: EventLog): Promise<JobBench> {
    return new JobBench(log ?? (await eventLog()));
  }

  /** Without capabilities the server itself does nothing. */
  async start({
    defaults,
    capabilities = [],
    maxConcurrent = 8,
    run = () => Promise.resolve({ ok: true, result: null }),
    log: { events, database } = this.log,
    instanceTimeoutMs = 10_000,
    ...life
  }: Life = {}): Promise<JobSystem> {
    const report = (message: string, error: unknown) => void this.reports.push(`${message}: ${String(error)}`);
    const clock = life.clock ?? Date.now;
    const orchestrator = await Orchestrator.open({
      events,
      database,
      processId: newProcessId('test'),
      clock,
      maxConcurrent: 5,
      maxQueue: 100,
      ageingTurns: 20,
      taskTimeoutMs: 60_000,
      instanceTimeoutMs,
      report,
    });
    const system = await JobSystem.open({
      events,
      database,
      orchestrator,
      clock,
      defaults: {
        stepTimeoutMs: 60_000,
        approvalTimeoutMs: 60_000,
        backoffMs: 5,
        maxSteps: 1000,
        approvals: {},
        ...defaults,
      },
      planner: life.planner ?? noIntents,
      plan: life.plan ?? (() => Promise.reject(new Error('there is no model'))),
      submitWaitMs: 60_000,
      heartbeatMs: life.heartbeatMs ?? 60_000,
      local: { capabilities, maxConcurrent, run },
      choose: life.choose ?? null,
      report,
    });
    const due = setInterval(() => void orchestrator.wakeDue().catch(() => undefined), 20);
    due.unref();
    orchestrator.startWorkers(3);
    await system.start();
    this.orchestrators.push(orchestrator);
    this.systems.push(system);
    return system;
  }

  async stop(): Promise<void> {
    for (const system of this.systems.splice(0)) await system.stop(0);
    for (const orchestrator of this.orchestrators.splice(0)) await orchestrator.shutdown({ graceMs: 0 });
  }

  async close(): Promise<void> {
    await this.stop();
    await this.log.close();
  }

  eventsOf(jobId: string): Promise<readonly StoredEvent[]> {
    return this.log.events.getEvents(jobId);
  }

  async typesOf(jobId: string): Promise<readonly string[]> {
    return (await this.eventsOf(jobId)).map(({ eventType }) => eventType);
  }
}

const noIntents: JobSystemParts['planner'] = {
  plan: ({ request }) =>
    Promise.reject(new InvalidInputError([{ path: 'request', message: `${request} fits nothing` }])),
  check: () => [],
};

/** The job once it is over. */
export async function overJob({ jobs }: JobSystem, jobId: string): Promise<JobView> {
  const ended = new Set(['done', 'failed', 'cancelled']);
  await until(async () => ended.has((await jobs.read.get(jobId)).status));
  return jobs.read.get(jobId);
}

/** An agent in this process that does what the test says, or keeps what it is given. */
export class TestAgent implements AgentLink {
  readonly room = null;
  readonly assigned: AgentMessage<'assign'>[] = [];
  readonly cancelled: string[] = [];
  readonly closed: string[] = [];
  readonly messages: MessageFactory;

  private constructor(
    private readonly system: JobSystem,
    readonly agentId: string,
    readonly key: string,
    private readonly does: ((message: AgentMessage<'assign'>, agent: TestAgent) => Promise<void>) | null,
  ) {
    this.messages = new MessageFactory(agentId);
  }

  static async register(
    system: JobSystem,
    agentId: string,
    capabilities: readonly string[],
    { maxConcurrent = 1, does = null }: { readonly maxConcurrent?: number; readonly does?: TestAgent['does'] } = {},
  ): Promise<TestAgent> {
    const { key } = await system.agents.register({ agentId, host: 'test', os: 'test', capabilities, maxConcurrent });
    const agent = new TestAgent(system, agentId, key, does);
    await agent.connect();
    return agent;
  }

  /** The same agent at another life of the system. */
  at(system: JobSystem): TestAgent {
    return new TestAgent(system, this.agentId, this.key, this.does);
  }

  async connect(holding: readonly string[] = []): Promise<readonly string[]> {
    const agent = await this.system.agents.authenticate(this.agentId, this.key);
    return this.system.work.connect(agent, this, holding);
  }

  assign(message: AgentMessage<'assign'>): void {
    this.assigned.push(message);
    void this.does?.(message, this);
  }

  cancel(lease: string): void {
    this.cancelled.push(lease);
  }

  close(code: string): void {
    this.closed.push(code);
  }

  async done(message: AgentMessage<'assign'>, result: AgentMessage<'done'>['payload']['result'] = null): Promise<void> {
    await this.system.work.receive(this.agentId, this.messages.reply(message, 'done', { result }));
  }

  async failed(message: AgentMessage<'assign'>, reason = 'it did not work', retryable = true): Promise<void> {
    const payload = { code: 'TEST_FAILURE', reason, retryable };
    await this.system.work.receive(this.agentId, this.messages.reply(message, 'failure', payload));
  }
}
