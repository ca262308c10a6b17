import {
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { OfflineCache } from '../context/index.ts';
import { EventStore } from '../events/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { BRAIN, type Brain } from '../llm/index.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { Database } from '../storage/index.ts';
import { Sandbox } from '../workspace/index.ts';
import { Approvals } from './approvals/approvals.ts';
import { AgentWork } from './agents/agent-work.ts';
import { Agents } from './agents/agents.ts';
import { chooseByModel } from './agents/choose-by-model.ts';
import { JobCensus } from './job-census.ts';
import { JobSystem } from './job-system.ts';
import { Jobs } from './jobs.ts';
import { ApprovalExecutor } from './executors/approval.executor.ts';
import { CodeExecutor } from './executors/code.executor.ts';
import { ExecutorRegistry } from './executors/executor-registry.ts';
import { HttpExecutor } from './executors/http.executor.ts';
import { MailExecutor, noMail, SEND_MAIL } from './executors/mail.executor.ts';
import { RecallExecutor, RememberExecutor } from './executors/memory.executors.ts';
import { reachableWith } from './executors/public-address.ts';
import { RpnExecutor } from './executors/rpn.executor.ts';
import { runStep } from './executors/run-step.ts';
import { APPROVAL } from './workflow/due-facts.ts';
import { loadIntents } from './intents/load-intents.ts';
import { askOf } from './intents/intent-router.ts';
import { readMailSettings } from './mail/mail-settings.ts';
import { ContextMemory } from './memory/context-memory.ts';
import { ShortTermMemory } from './memory/short-term-memory.ts';
import { Plans } from './plans.ts';
import { Schedules } from './schedules/schedules.ts';

/** Hands out steps while the server runs, and ends those that run in it before the log goes away. */
@Injectable()
class JobsLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly system: JobSystem,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.system.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.system.stop(this.configuration.SHUTDOWN_GRACE_MS);
  }
}

/** Jobs: graphs of steps that agents do, the workflow that the engine runs for them, and their schedules. */
@Global()
@Module({
  providers: [
    JobsLifecycle,
    {
      provide: ExecutorRegistry,
      inject: [Sandbox, EventStore, OfflineCache, CONFIGURATION],
      useFactory: (sandbox: Sandbox, events: EventStore, knowledge: OfflineCache, configuration: Configuration) => {
        const memory = new ContextMemory(new ShortTermMemory(), knowledge, events);
        const mail = readMailSettings(configuration);
        const executors = [
          new RpnExecutor(),
          new HttpExecutor(reachableWith(configuration.HTTP_PRIVATE_ADDRESSES)),
          new CodeExecutor(sandbox),
          new ApprovalExecutor(),
          new RememberExecutor(memory),
          new RecallExecutor(memory),
        ];
        if (!('missing' in mail)) return new ExecutorRegistry([...executors, new MailExecutor(mail)]);
        return new ExecutorRegistry(executors, new Map([[SEND_MAIL, noMail(mail.missing)]]));
      },
    },
    {
      provide: Plans,
      inject: [BRAIN, ExecutorRegistry, CONFIGURATION],
      useFactory: async (brain: Brain, executors: ExecutorRegistry, configuration: Configuration) => {
        const logger = new Logger('Jobs');
        return new Plans({
          intents: await loadIntents(configuration.INTENTS_FILE),
          ask: askOf(brain),
          executors,
          warn: (message) => logger.warn(message),
        });
      },
    },
    {
      provide: JobSystem,
      inject: [EventStore, Database, Orchestrator, Plans, ExecutorRegistry, BRAIN, CONFIGURATION],
      useFactory: (
        events: EventStore,
        database: Database,
        orchestrator: Orchestrator,
        plans: Plans,
        executors: ExecutorRegistry,
        brain: Brain,
        configuration: Configuration,
      ) => {
        const logger = new Logger('Jobs');
        const ask = configuration.AGENT_CHOICE === 'model' ? askOf(brain) : null;
        return JobSystem.open({
          events,
          database,
          orchestrator,
          clock: systemClock,
          defaults: {
            stepTimeoutMs: configuration.JOB_STEP_TIMEOUT_MS,
            approvalTimeoutMs: configuration.APPROVAL_TIMEOUT_MS,
            backoffMs: configuration.JOB_BACKOFF_MS,
            maxSteps: configuration.JOB_MAX_STEPS,
            approvals: configuration.APPROVAL_ACTIONS ?? {},
          },
          planner: plans,
          plan: (wish, signal, agentsCan) => plans.planWithModel(wish, signal, agentsCan),
          submitWaitMs: configuration.SUBMIT_WAIT_MS,
          heartbeatMs: configuration.AGENT_HEARTBEAT_MS,
          local: {
            capabilities: executors.actions.map(({ name }) => name).filter((name) => name !== APPROVAL),
            maxConcurrent: configuration.LOCAL_AGENT_STEPS,
            run: runStep(executors),
          },
          choose: ask && ((agents) => chooseByModel(ask, (agentId) => agents.get(agentId))),
          report: (message, error) => logger.error(error, message),
        });
      },
    },
    { provide: Jobs, inject: [JobSystem], useFactory: ({ jobs }: JobSystem) => jobs },
    { provide: Agents, inject: [JobSystem], useFactory: ({ agents }: JobSystem) => agents },
    { provide: AgentWork, inject: [JobSystem], useFactory: ({ work }: JobSystem) => work },
    { provide: Approvals, inject: [JobSystem], useFactory: ({ approvals }: JobSystem) => approvals },
    { provide: JobCensus, inject: [JobSystem], useFactory: ({ census }: JobSystem) => census },
    { provide: Schedules, inject: [JobSystem], useFactory: ({ schedules }: JobSystem) => schedules },
  ],
  exports: [Jobs, Agents, AgentWork, Approvals, Schedules, JobCensus],
})
export class JobsModule {}
