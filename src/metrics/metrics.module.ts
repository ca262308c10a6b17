import { Injectable, Logger, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Broker } from '../broker/index.ts';
import { EventStore } from '../events/index.ts';
import { JobCensus } from '../jobs/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { Database } from '../storage/index.ts';
import { WebhooksService } from '../webhooks/index.ts';
import { EventCounter } from './event-counter.ts';
import { LogFollower } from './log-follower.ts';
import { Metrics } from './metrics.ts';
import { MetricsController } from './metrics.controller.ts';
import { ModelLabels } from './model-labels.ts';
import {
  databaseReadings,
  jobReadings,
  logReadings,
  queueReadings,
  webhookReadings,
  workerReadings,
} from './reading-sources.ts';

/** Counts while the server runs. */
@Injectable()
class MetricsLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly follower: LogFollower) {}

  onApplicationBootstrap(): void {
    this.follower.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.follower.stop();
  }
}

/** What happens in figures: facts of the log from where it stands now, and how full everything is. */
@Module({
  controllers: [MetricsController],
  providers: [
    MetricsLifecycle,
    {
      provide: Metrics,
      inject: [Orchestrator, Broker, JobCensus, WebhooksService, Database, CONFIGURATION],
      useFactory: (
        orchestrator: Orchestrator,
        broker: Broker,
        census: JobCensus,
        webhooks: WebhooksService,
        database: Database,
        { MAX_QUEUE: maxQueue, MAX_CONCURRENT: maxConcurrent }: Configuration,
      ) => {
        const logger = new Logger('Metrics');
        const metrics = new Metrics((error) => logger.warn({ err: error }, 'gauges could not be read'));
        metrics.read(
          queueReadings(orchestrator, { maxQueue, maxConcurrent }),
          workerReadings(broker),
          jobReadings(census),
          webhookReadings(webhooks),
          databaseReadings(database),
        );
        return metrics;
      },
    },
    {
      provide: LogFollower,
      inject: [EventStore, Metrics, CONFIGURATION],
      // Before anything runs: what the first task does is counted.
      useFactory: async (events: EventStore, metrics: Metrics, configuration: Configuration) => {
        const logger = new Logger('Metrics');
        const models = new ModelLabels(configuredModels(configuration));
        const counter = new EventCounter(events, metrics.instruments, models);
        const follower = await LogFollower.open({
          events,
          add: (event, next) => counter.add(event, next),
          report: (message, error) => logger.warn({ err: error }, message),
        });
        metrics.read(logReadings(events, follower));
        return follower;
      },
    },
  ],
})
export class MetricsModule {}

function configuredModels({ PLANNER_MODEL, EXECUTOR_MODEL, MODELS = [] }: Configuration): readonly string[] {
  return [PLANNER_MODEL, EXECUTOR_MODEL, ...MODELS.map(({ name }) => name)];
}
