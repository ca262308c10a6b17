import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import { ApiModule } from './api/index.ts';
import { AuditModule } from './audit/index.ts';
import { BrokerModule } from './broker/index.ts';
import { ContextModule } from './context/index.ts';
import { EventsModule } from './events/index.ts';
import { GatewayModule } from './gateway/index.ts';
import { JobsModule } from './jobs/index.ts';
import { CONFIGURATION, type Configuration } from './kernel/configuration.ts';
import { LlmModule } from './llm/index.ts';
import { loggingOptions } from './logging.ts';
import { McpModule } from './mcp/index.ts';
import { MetricsModule } from './metrics/index.ts';
import { OrchestratorModule } from './orchestrator/index.ts';
import { PolicyModule, redactorOf } from './policy/index.ts';
import { StorageModule } from './storage/index.ts';
import { TasksModule } from './tasks/index.ts';
import { WebhooksModule } from './webhooks/index.ts';
import { WorkspaceModule } from './workspace/index.ts';

/** The whole house, wired around one configuration. */
@Global()
@Module({})
export class AppModule {
  static forRoot(configuration: Configuration): DynamicModule {
    return {
      module: AppModule,
      imports: [
        LoggerModule.forRoot(loggingOptions(configuration.LOG_LEVEL, redactorOf(configuration))),
        PolicyModule,
        StorageModule,
        EventsModule,
        LlmModule,
        WorkspaceModule,
        ContextModule,
        OrchestratorModule,
        BrokerModule,
        TasksModule,
        JobsModule,
        WebhooksModule,
        AuditModule,
        ApiModule,
        GatewayModule,
        McpModule,
        MetricsModule,
      ],
      providers: [{ provide: CONFIGURATION, useValue: configuration }],
      exports: [CONFIGURATION],
    };
  }
}
