import { ApiProperty } from '@nestjs/swagger';
import { type WaitExplanation, type WaitKind, waitKinds } from '../orchestrator/index.ts';
import { taskStatuses, type TaskStatus } from '../tasks/index.ts';

export class WhyDto implements WaitExplanation {
  @ApiProperty({ type: String, description: 'Of the task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: String, enum: [...taskStatuses], description: 'What it does or waits for', example: 'queued' })
  status!: TaskStatus;

  @ApiProperty({
    type: String,
    enum: [...waitKinds],
    description: '`nothing`: it runs or is over; `other`: a reason of its own, in detail',
    example: 'slot',
  })
  waitsFor!: WaitKind;

  @ApiProperty({
    type: String,
    description: 'For people',
    example: 'Ready tasks that get a slot before it: 2; 5 of 5 slots are taken.',
  })
  detail!: string;

  @ApiProperty({
    type: String,
    isArray: true,
    description: 'The tasks that have to end first, or that hold the slots',
    example: ['report-7'],
  })
  tasks!: readonly string[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'When it goes on by itself; null: when what it waits for has come',
    example: null,
  })
  until!: string | null;
}
