import { Global, Module } from '@nestjs/common';
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
      inject: [Database],
      useFactory: (database: Database) => WebhookTable.open(database),
    },
  ],
  exports: [WebhooksService],
})
export class WebhooksModule {}
