import {
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { EventStore } from '../events/index.ts';
import { systemClock } from '../kernel/clock.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { newProcessId } from '../kernel/ids.ts';
import { Database } from '../storage/index.ts';
import { Doorbell } from './doorbell.ts';
import { Orchestrator } from './orchestrator.ts';

const WAKE_INTERVAL_MS = 250;

/** Starts the workers once every module has registered its workflow, and stops them before anything they use goes away. */
@Injectable()
class OrchestratorLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Orchestrator');

  constructor(
    private readonly orchestrator: Orchestrator,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.orchestrator.queueWatch.onAlert(({ level, message, ...alert }) => {
      if (level === 'info') this.logger.log(alert, message);
      else this.logger[level === 'error' ? 'error' : 'warn'](alert, message);
    });
    const restored = await this.orchestrator.restoreWork();
    if (restored > 0) this.logger.warn(`the queue was made anew from the log: ${restored} tasks`);
    this.orchestrator.startWorkers(this.configuration.ORCHESTRATOR_WORKERS);
  }

  @Interval(WAKE_INTERVAL_MS)
  async wakeDue(): Promise<void> {
    await this.orchestrator
      .wakeDue()
      .catch((error: unknown) => this.logger.warn(error, 'waiting tasks were not looked at'));
    await this.orchestrator.queueWatch.look();
  }

  async onModuleDestroy(): Promise<void> {
    await this.orchestrator.shutdown({ graceMs: this.configuration.SHUTDOWN_GRACE_MS });
  }
}

/** Redis' client is loaded only where it is used: it is large. */
async function doorbellOf({ REDIS_URL: url }: Configuration, id: string, logger: Logger): Promise<Doorbell> {
  if (url === undefined) return new Doorbell();
  const { RedisDoorbell } = await import('./doorbell.redis.ts');
  const onChange = (lost: Error | null) => {
    if (lost)
      logger.warn(lost, 'Redis does not answer: work of other instances is found by looking, four times a second');
    else logger.log('Redis answers again');
  };
  return new RedisDoorbell({ url, id, onChange });
}

@Global()
@Module({
  imports: [ScheduleModule.forRoot()],
  providers: [
    OrchestratorLifecycle,
    {
      provide: Orchestrator,
      inject: [EventStore, Database, CONFIGURATION],
      useFactory: async (events: EventStore, database: Database, configuration: Configuration) => {
        const logger = new Logger('Orchestrator');
        const processId = newProcessId();
        const doorbell = await doorbellOf(configuration, processId, logger);
        return Orchestrator.open({
          events,
          database,
          doorbell,
          processId,
          clock: systemClock,
          maxConcurrent: configuration.MAX_CONCURRENT,
          maxQueue: configuration.MAX_QUEUE,
          ageingTurns: configuration.AGEING_TURNS,
          taskTimeoutMs: configuration.TASK_TIMEOUT_MS,
          instanceTimeoutMs: configuration.INSTANCE_TIMEOUT_MS,
          report: (message, error) => logger.error(error, message),
        });
      },
    },
  ],
  exports: [Orchestrator],
})
export class OrchestratorModule {}
