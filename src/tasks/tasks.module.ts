import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { EventStore } from '../events/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { BRAIN, type Brain } from '../llm/index.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { Database } from '../storage/index.ts';
import { TestRunner, Workspaces } from '../workspace/index.ts';
import { CodingWorkflow } from './coding-workflow.ts';
import { IdempotencyKeys } from './idempotency.ts';
import { SteeringService } from './steering.service.ts';
import { TaskReader } from './task-reader.ts';
import { TasksService } from './tasks.service.ts';
import { WorkItemsService } from './work-items.service.ts';

/** Coding tasks: the workflow that the engine runs, and what can be asked of it and done with it. */
@Global()
@Module({
  providers: [
    TasksService,
    SteeringService,
    WorkItemsService,
    {
      provide: TaskReader,
      inject: [EventStore, Orchestrator],
      useFactory: (events: EventStore, orchestrator: Orchestrator) => new TaskReader(events, orchestrator),
    },
    {
      provide: IdempotencyKeys,
      inject: [Database],
      useFactory: (database: Database) => IdempotencyKeys.open(database),
    },
    {
      provide: CodingWorkflow,
      inject: [BRAIN, TestRunner, Workspaces, CONFIGURATION],
      useFactory: (brain: Brain, runner: TestRunner, workspaces: Workspaces, configuration: Configuration) =>
        new CodingWorkflow({
          brain,
          runner,
          workspaces,
          clock: systemClock,
          prices: configuration.LLM_PRICES ?? {},
          promptTokens: configuration.LLM_CONTEXT_TOKENS - configuration.LLM_ANSWER_TOKENS,
          testTimeoutMs: configuration.TEST_TIMEOUT_MS,
        }),
    },
  ],
  exports: [TasksService, SteeringService, WorkItemsService],
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
