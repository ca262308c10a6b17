import type { Broker } from '../../broker/index.ts';
import type { EventStore } from '../../events/index.ts';
import type { Approvals, Jobs } from '../../jobs/index.ts';
import type { Configuration } from '../../kernel/configuration.ts';
import type { SteeringService, TaskContexts, TasksService, WorkItemsService } from '../../tasks/index.ts';

/** What the tools work with: the very services that the REST door calls. */
export interface ToolServices {
  readonly tasks: TasksService;
  readonly steering: SteeringService;
  readonly items: WorkItemsService;
  readonly contexts: TaskContexts;
  readonly jobs: Jobs;
  readonly approvals: Approvals;
  readonly broker: Broker;
  readonly events: EventStore;
  readonly configuration: Configuration;
}
