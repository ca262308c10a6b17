import {
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { OfflineCache } from '../context/index.ts';
import { EventStore } from '../events/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { BRAIN, type Brain, ModelCatalogue, UNKNOWN_CONTEXT_TOKENS } from '../llm/index.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { Database } from '../storage/index.ts';
import { DeadCodeAnalyser, TestRunner, Workspaces } from '../workspace/index.ts';
import { Asker } from './ask/asker.ts';
import { SystemPrompts } from './ask/system-prompts.ts';
import { TaskContexts } from './ask/task-contexts.ts';
import { CodingWorkflow } from './coding-workflow.ts';
import { DeadCodeFollower } from './dead-code-follower.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { TaskIndex } from './search/task-index.ts';
import { SteeringService } from './steering.service.ts';
import { TaskReader } from './task-reader.ts';
import { TasksService } from './tasks.service.ts';
import { WorkItemsService } from './work-items.service.ts';

const nothingLearned: Pick<OfflineCache, 'search'> = { search: () => Promise.resolve([]) };

function systemPromptsOf({ LLM_PROVIDER, LLM_RULES_DIR }: Configuration): SystemPrompts {
  const logger = new Logger('SystemPrompts');
  // A recording has the words of its day, here too.
  return new SystemPrompts(LLM_PROVIDER === 'replay' ? undefined : LLM_RULES_DIR, (message, error) =>
    logger.warn(error, message),
  );
}

/** Searches completed tasks for dead code while the server runs, unless that is turned off. */
@Injectable()
class DeadCodeSearch implements OnApplicationBootstrap, OnModuleDestroy {
  private follower: DeadCodeFollower | null = null;

  constructor(
    private readonly events: EventStore,
    private readonly database: Database,
    private readonly orchestrator: Orchestrator,
    private readonly analyser: DeadCodeAnalyser,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { events, database, orchestrator, analyser } = this;
    if (this.configuration.DEAD_CODE_ANALYSIS === 'off') return DeadCodeFollower.forget(database);
    const logger = new Logger('DeadCode');
    const report = (message: string, error: unknown) => logger.warn(error, message);
    this.follower = await DeadCodeFollower.open({ events, database, orchestrator, analyser, report });
    this.follower.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.follower?.stop();
  }
}

/** Keeps the index of tasks in step with the log while the server runs. */
@Injectable()
class TaskIndexing implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly reader: TaskReader) {}

  onApplicationBootstrap(): void {
    this.reader.indexing.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.reader.indexing.stop();
  }
}

/** Coding tasks: the workflow that the engine runs, and what can be asked of it and done with it. */
@Global()
@Module({
  providers: [
    TasksService,
    SteeringService,
    WorkItemsService,
    DeadCodeSearch,
    TaskIndexing,
    {
      provide: TaskReader,
      inject: [EventStore, Orchestrator, Database],
      useFactory: async (events: EventStore, orchestrator: Orchestrator, database: Database) => {
        const logger = new Logger('TaskIndex');
        const report = (message: string, error: unknown) => logger.warn(error, message);
        return new TaskReader(events, orchestrator, await TaskIndex.open(database), report);
      },
    },
    {
      provide: IdempotencyKeys,
      inject: [Database, CONFIGURATION],
      useFactory: (database: Database, configuration: Configuration) =>
        IdempotencyKeys.open(database, { ttlMs: configuration.IDEMPOTENCY_TTL_MS }),
    },
    {
      provide: Asker,
      inject: [BRAIN, EventStore, OfflineCache, CONFIGURATION],
      useFactory: (brain: Brain, events: EventStore, knowledge: OfflineCache, configuration: Configuration) =>
        new Asker({
          brain,
          events,
          // A recording has the words of its day: prompts that know more would have no answer in it.
          knowledge: configuration.LLM_PROVIDER === 'replay' ? nothingLearned : knowledge,
          systemPrompts: systemPromptsOf(configuration),
          catalogue: ModelCatalogue.of(configuration),
          answerTokens: configuration.LLM_ANSWER_TOKENS,
          delegatedTokens: configuration.LLM_CONTEXT_TOKENS ?? UNKNOWN_CONTEXT_TOKENS,
        }),
    },
    {
      provide: TaskContexts,
      inject: [EventStore, Asker, CONFIGURATION],
      useFactory: (events: EventStore, asker: Asker, configuration: Configuration) =>
        new TaskContexts(events, asker, ModelCatalogue.of(configuration)),
    },
    {
      provide: CodingWorkflow,
      inject: [BRAIN, Asker, TestRunner, Workspaces, CONFIGURATION],
      useFactory: (
        brain: Brain,
        asker: Asker,
        runner: TestRunner,
        workspaces: Workspaces,
        configuration: Configuration,
      ) =>
        new CodingWorkflow({
          brain,
          asker,
          runner,
          workspaces,
          clock: systemClock,
          prices: configuration.LLM_PRICES ?? {},
          testTimeoutMs: configuration.TEST_TIMEOUT_MS,
        }),
    },
  ],
  exports: [IdempotencyKeys, TaskContexts, TasksService, SteeringService, WorkItemsService],
})
export class TasksModule implements OnModuleInit {
  constructor(
    private readonly orchestrator: Orchestrator,
    private readonly workflow: CodingWorkflow,
  ) {}

  onModuleInit(): void {
    this.orchestrator.register(this.workflow);
  }
}
