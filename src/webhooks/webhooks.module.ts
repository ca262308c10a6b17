import { Global, Module } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../kernel/configuration.ts';
import { Orchestrator } from '../orchestrator/index.ts';
import { Database } from '../storage/index.ts';
import { WebhookTable } from './webhook-table.ts';
import { WebhooksService } from './webhooks.service.ts';

/** Events of the log, sent to whoever asked for them. */
@Global()
@Module({
  providers: [
    WebhooksService,
    {
      provide: WebhookTable,
      inject: [Database, Orchestrator, CONFIGURATION],
      useFactory: (database: Database, { instanceId }: Orchestrator, { DATA_DIR, WEBHOOK_SECRET_KEY }: Configuration) =>
        WebhookTable.open(database, { directory: DATA_DIR, secretKey: WEBHOOK_SECRET_KEY }, instanceId),
    },
  ],
  exports: [WebhooksService],
})
export class WebhooksModule {}
