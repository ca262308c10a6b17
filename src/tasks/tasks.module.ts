import { Global, Module } from '@nestjs/common';
import { TasksService } from './tasks.service.ts';
import { WorkItemsService } from './work-items.service.ts';

@Global()
@Module({
  providers: [TasksService, WorkItemsService],
  exports: [TasksService, WorkItemsService],
})
export class TasksModule {}
