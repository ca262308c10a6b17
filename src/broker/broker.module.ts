import {
  Global,
  Inject,
  Injectable,
  Logger,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { EventStore } from '../events/index.ts';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Broker } from './broker.ts';
import { RemoteWorkers } from './remote-workers.ts';
import { answerRpn } from './rpn.ts';
import { LocalWorker } from './worker.local.ts';
import { ThreadWorker } from './worker.thread.ts';

/** Registers the server's own workers, and ends every message before the log goes away. */
@Injectable()
class BrokerLifecycle implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly broker: Broker,
    private readonly remote: RemoteWorkers,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  onApplicationBootstrap(): void {
    const { RPN_WORKERS, LOCAL_WORKERS = [], WORKER_INBOX: maxInbox } = this.configuration;
    for (let number = 1; number <= RPN_WORKERS; number++) {
      this.broker.register(new LocalWorker({ id: `rpn-${number}`, type: 'rpn', maxInbox, handler: answerRpn }));
    }
    LOCAL_WORKERS.forEach(({ type, modulePath }, index) => {
      this.broker.register(new ThreadWorker({ id: `${type}-local-${index + 1}`, type, maxInbox, modulePath }));
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.remote.close();
    await this.broker.close();
  }
}

@Global()
@Module({
  providers: [
    BrokerLifecycle,
    {
      provide: Broker,
      inject: [EventStore],
      useFactory: (events: EventStore) => {
        const logger = new Logger('Broker');
        return new Broker({
          events,
          report: (error) => logger.error(error, 'what became of a message was not recorded'),
        });
      },
    },
    {
      provide: RemoteWorkers,
      inject: [Broker, CONFIGURATION],
      useFactory: (broker: Broker, configuration: Configuration) => {
        const logger = new Logger('Broker');
        return new RemoteWorkers(
          broker,
          {
            graceMs: configuration.WORKER_GRACE_MS,
            heartbeatMs: configuration.HEARTBEAT_INTERVAL_MS,
            silenceMs: configuration.HEARTBEAT_TIMEOUT_MS,
            maxInbox: configuration.WORKER_INBOX,
          },
          (error) => logger.error(error, 'a lost worker was not taken off'),
        );
      },
    },
  ],
  exports: [Broker, RemoteWorkers],
})
export class BrokerModule {}
