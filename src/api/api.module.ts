import { Module } from '@nestjs/common';
import { TasksController } from './tasks.controller.ts';

/** The REST door. */
@Module({ controllers: [TasksController] })
export class ApiModule {}
