import { ApiProperty } from '@nestjs/swagger';
import type { Delivery, DeliveryPage, NewWebhook, WebhookView } from '../webhooks/index.ts';
import { NumberInQuery, TextField, TextListField } from './fields.dto.ts';
import { MetadataField } from './task-fields.dto.ts';

const moment = { type: String, format: 'date-time', nullable: true, example: null } as const;
const metadata = {
  type: 'object',
  selfRequired: false,
  additionalProperties: { type: 'string' },
  example: { project: 'blog' },
} as const;
const url = 'https://example.com/hooks/taskloom';

export class NewWebhookDto implements NewWebhook {
  @TextField({ description: 'Where to post to: https, at a public address', example: url, maxLength: 2048 })
  url!: string;

  @TextListField({
    description: 'Only events of these types. Default: all but those about webhooks',
    example: ['TASK_COMPLETE', 'TASK_FAILED'],
    maxItems: 64,
    maxLength: 64,
    optional: true,
  })
  eventTypes?: string[];

  @TextListField({
    description: 'Only events of these tasks. Default: of all',
    example: ['slugify-1'],
    maxItems: 1000,
    maxLength: 256,
    optional: true,
  })
  taskIds?: string[];

  @MetadataField('Only events of tasks that were given all of these. Default: of all')
  metadata?: Record<string, string>;

  @TextField({
    description: 'What messages are signed with: whsec_ and 24 to 64 bytes in Base64. Default: a new one',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    maxLength: 128,
    optional: true,
  })
  secret?: string;
}

export class WebhookDto implements WebhookView {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The webhook',
    example: '01937b1e-6a1c-7000-8000-000000000000',
  })
  id!: string;

  @ApiProperty({ type: String, description: 'Where it posts to', example: url })
  url!: string;

  @ApiProperty({
    type: String,
    enum: ['active', 'failing', 'disabled'],
    description:
      'failing: the newest event was not taken, and is sent again; disabled: nothing is sent until it is resumed',
    example: 'active',
  })
  status!: WebhookView['status'];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Why it fails or is disabled; null: it does not',
    example: null,
  })
  problem!: string | null;

  @ApiProperty({
    type: String,
    isArray: true,
    required: false,
    description: 'Types that are sent',
    example: ['TASK_COMPLETE'],
  })
  eventTypes?: readonly string[];

  @ApiProperty({
    type: String,
    isArray: true,
    required: false,
    description: 'Tasks of which events are sent',
    example: ['slugify-1'],
  })
  taskIds?: readonly string[];

  @ApiProperty({ ...metadata, description: 'What those tasks were given' })
  metadata?: Readonly<Record<string, string>>;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'The last event that was sent or passed over',
    example: 120,
  })
  cursor!: number;

  @ApiProperty({ ...moment, description: 'Since when nothing was taken; null: the last one was' })
  failingSince!: string | null;

  @ApiProperty({ ...moment, description: 'When it is tried again; null: it is not failing' })
  nextAttemptAt!: string | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'Since when', example: '2026-11-24T12:00:00.000Z' })
  createdAt!: string;

  @ApiProperty({ type: String, description: 'Who made it', example: 'local' })
  createdBy!: string;
}

export class CreatedWebhookDto extends WebhookDto {
  @ApiProperty({
    type: String,
    required: false,
    description: 'What messages are signed with. Told this once, and not in the answer to a repeated request',
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  })
  secret?: string;
}

export class WebhookListDto {
  @ApiProperty({ type: () => WebhookDto, isArray: true, description: 'All of them, the oldest first', example: [] })
  webhooks!: readonly WebhookDto[];
}

export class DeliveriesQuery {
  @NumberInQuery({ description: 'Deliveries of a page. Default: 50', example: 50, min: 1, max: 200 })
  limit?: number;

  @NumberInQuery({ description: 'nextBefore of the page before', example: 120, min: 0, max: Number.MAX_SAFE_INTEGER })
  before?: number;
}

export class DeliveryDto implements Delivery {
  @ApiProperty({ type: 'integer', minimum: 1, description: 'The attempt', example: 7 })
  id!: number;

  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The event, and webhook-id of the message',
    example: '01937b1e-6a1c-7000-8000-000000000000',
  })
  eventId!: string;

  @ApiProperty({ type: String, description: 'Its type', example: 'TASK_COMPLETE' })
  eventType!: string;

  @ApiProperty({ type: String, description: 'Its task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Its position in the whole log', example: 120 })
  sequence!: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'How often it was sent by then', example: 1 })
  attempt!: number;

  @ApiProperty({ type: String, format: 'date-time', description: 'When', example: '2026-11-24T12:00:00.000Z' })
  at!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How long the answer took, in milliseconds', example: 42 })
  durationMs!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 100,
    maximum: 599,
    nullable: true,
    description: 'What was answered; null: nothing',
    example: 200,
  })
  statusCode!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'Why it was not taken; null: it was', example: null })
  error!: string | null;
}

export class DeliveryPageDto implements DeliveryPage {
  @ApiProperty({
    type: () => DeliveryDto,
    isArray: true,
    description: 'The newest first; the last 500 are kept',
    example: [],
  })
  deliveries!: readonly DeliveryDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    nullable: true,
    description: 'Give it as before for the next page; null at the end',
    example: null,
  })
  nextBefore!: number | null;
}
