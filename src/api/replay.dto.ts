import { ApiProperty } from '@nestjs/swagger';
import type { StoredEvent } from '../events/index.ts';
import type { StepPage, StreamDifference, TaskStep } from '../tasks/index.ts';
import { WaitDto } from './task.dto.ts';

export class TaskStepDto implements TaskStep {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Stream sequence of the event', example: 12 })
  sequence!: number;

  @ApiProperty({ type: String, description: 'What happened', example: 'CODE_GENERATED' })
  eventType!: StoredEvent['eventType'];

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When it happened',
    example: '2026-11-24T12:00:00.000Z',
  })
  timestamp!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Version of the code after it', example: 1 })
  codeVersion!: number;

  @ApiProperty({
    type: String,
    enum: ['act', 'wait', 'done'],
    description: 'What the task decided then: to do something, to wait, or that it is over',
    example: 'act',
  })
  decision!: TaskStep['decision'];

  @ApiProperty({
    type: String,
    isArray: true,
    description: 'The steps that were due, those in flight included',
    example: ['test:src/slugify.js'],
  })
  actions!: readonly string[];

  @ApiProperty({ type: () => WaitDto, nullable: true, description: 'What it waited for', example: null })
  wait!: WaitDto | null;

  @ApiProperty({
    type: String,
    nullable: true,
    enum: ['completed', 'failed', 'cancelled'],
    description: 'How it ended',
    example: null,
  })
  outcome!: TaskStep['outcome'];
}

export class StepPageDto implements StepPage {
  @ApiProperty({ type: () => TaskStepDto, isArray: true, description: 'In order; empty at the end', example: [] })
  steps!: readonly TaskStepDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Give it as afterSequence for what comes next',
    example: 12,
  })
  nextAfterSequence!: number;
}

export class PartingEventDto {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Stream sequence', example: 13 })
  sequence!: number;

  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The event',
    example: '01937b1e-6a1c-7000-8000-000000000000',
  })
  eventId!: string;

  @ApiProperty({ type: String, description: 'What happened', example: 'CODE_GENERATED' })
  eventType!: StoredEvent['eventType'];
}

export class ComparisonDto implements Omit<StreamDifference, 'event' | 'otherEvent'> {
  @ApiProperty({ type: String, description: 'One task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: String, description: 'The other', example: 'slugify-2' })
  other!: string;

  @ApiProperty({
    type: String,
    enum: ['none', 'continuation', 'type', 'data'],
    description:
      '`continuation`: one goes on where the other ends; `type`: something else happened; `data`: the same with other data',
    example: 'data',
  })
  kind!: StreamDifference['kind'];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many events both begin with', example: 12 })
  samePrefix!: number;

  @ApiProperty({
    type: () => PartingEventDto,
    nullable: true,
    description: 'The first event of the one task that is not the same; null: it ends before',
    example: null,
  })
  event!: PartingEventDto | null;

  @ApiProperty({
    type: () => PartingEventDto,
    nullable: true,
    description: 'That of the other',
    example: null,
  })
  otherEvent!: PartingEventDto | null;

  @ApiProperty({
    type: String,
    isArray: true,
    description: 'With `data`: what is different, at most 100 places',
    example: ['data.files[0].content'],
  })
  paths!: readonly string[];
}

export function partingEventOf(event: StoredEvent | null): PartingEventDto | null {
  return event && { sequence: event.streamSequence, eventId: event.eventId, eventType: event.eventType };
}
