import { Module } from '@nestjs/common';
import { AgentMessagesController, AgentsController } from './agents.controller.ts';
import { ApprovalsController } from './approvals.controller.ts';
import { AuditController } from './audit.controller.ts';
import { MessagesController, WorkersController } from './broker.controller.ts';
import { HealthController } from './health.controller.ts';
import { HealthService } from './health.service.ts';
import { DeadLettersController, JobsController } from './jobs.controller.ts';
import { KeysController } from './keys.controller.ts';
import { KnowledgeController } from './knowledge.controller.ts';
import { Leaving } from './leaving.service.ts';
import { ScheduleController, SchedulesController } from './schedules.controller.ts';
import { SteeringController } from './steering.controller.ts';
import { TaskCodeController } from './task-code.controller.ts';
import { TaskEventsController } from './task-events.controller.ts';
import { TaskEvents } from './task-events.service.ts';
import { TaskHistoryController } from './task-history.controller.ts';
import { TaskResultsController } from './task-results.controller.ts';
import { TasksController } from './tasks.controller.ts';
import { WebhooksController } from './webhooks.controller.ts';
import { WorkItemsController } from './work-items.controller.ts';

/** The REST door. */
@Module({
  controllers: [
    TasksController,
    SteeringController,
    TaskEventsController,
    TaskResultsController,
    TaskHistoryController,
    TaskCodeController,
    WorkItemsController,
    WorkersController,
    MessagesController,
    KnowledgeController,
    JobsController,
    DeadLettersController,
    AgentsController,
    AgentMessagesController,
    ApprovalsController,
    SchedulesController,
    ScheduleController,
    WebhooksController,
    HealthController,
    KeysController,
    AuditController,
  ],
  providers: [TaskEvents, HealthService, Leaving],
})
export class ApiModule {}
