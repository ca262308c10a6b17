import { ApiProperty } from '@nestjs/swagger';
import type { ClaimedWorkItem, WorkItemView } from '../tasks/index.ts';
import { MOST_CHARACTERS, CheckedField, NumberField, TextField, TextListField } from './fields.dto.ts';

const moment = { type: String, format: 'date-time', example: '2026-11-24T12:00:00.000Z' } as const;

export class ClaimDto {
  @TextField({
    description: 'Who will answer; it is recorded. With a key its name counts instead',
    example: 'ada',
    maxLength: 100,
  })
  by!: string;

  @TextListField({
    description:
      'Only these kinds (PlanTask, WriteTests, GenerateModule, CorrectModule) or roles (planner, executor). Default: any',
    example: ['GenerateModule'],
    maxItems: 16,
    maxLength: 64,
    optional: true,
  })
  kinds?: string[];

  @NumberField({
    description: 'How long to wait for an item, in milliseconds. Default: 0',
    example: 25_000,
    min: 0,
    max: 50_000,
    optional: true,
  })
  waitMs?: number;
}

export class AnswerDto {
  @TextField({ description: 'leaseToken of the claim', example: 'b0Yh3kQ…', maxLength: 256 })
  leaseToken!: string;

  @CheckedField(
    {
      description: 'The JSON object that answerSchema describes, or the text it stands in',
      example: { path: 'src/slugify.js', code: 'export const slugify = …' },
      oneOf: [
        { type: 'object', additionalProperties: true },
        { type: 'string', maxLength: MOST_CHARACTERS },
      ],
    },
    'isAnswer',
    (value) =>
      typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value))
        ? null
        : 'must be an object, or the text it stands in',
  )
  answer!: unknown;
}

export class ReleaseDto {
  @TextField({ description: 'leaseToken of the claim', example: 'b0Yh3kQ…', maxLength: 256 })
  leaseToken!: string;
}

export class WorkItemDto implements WorkItemView {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The item',
    example: '01937b1e-6a1c-7000-8000-000000000000',
  })
  id!: string;

  @ApiProperty({ type: String, description: 'Its task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: String, description: 'planner or executor', example: 'executor' })
  role!: string;

  @ApiProperty({ type: String, description: 'What is asked for', example: 'GenerateModule' })
  kind!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Module it is about', example: 'src/slugify.js' })
  module!: string | null;

  @ApiProperty({ ...moment, description: 'Since when it waits' })
  requestedAt!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who holds it; null: it is free', example: 'ada' })
  claimedBy!: string | null;

  @ApiProperty({ ...moment, nullable: true, description: 'Until when; then it is free again' })
  leaseUntil!: string | null;
}

export class MessageDto {
  @ApiProperty({ type: String, enum: ['system', 'user', 'assistant'], description: 'Who speaks', example: 'user' })
  role!: 'system' | 'user' | 'assistant';

  @ApiProperty({ type: String, description: 'What is said', example: 'Write src/slugify.js …' })
  content!: string;
}

export class ClaimedWorkItemDto extends WorkItemDto implements ClaimedWorkItem {
  @ApiProperty({
    type: () => MessageDto,
    isArray: true,
    description: 'The prompt',
    example: [{ role: 'user', content: 'Write …' }],
  })
  messages!: readonly MessageDto[];

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'JSON Schema of the answer',
    example: { type: 'object', required: ['path', 'code'] },
  })
  answerSchema!: ClaimedWorkItem['answerSchema'];

  @ApiProperty({ type: String, description: 'Proof of the claim: give it with the answer', example: 'b0Yh3kQ…' })
  leaseToken!: string;
}

export class WorkItemListDto {
  @ApiProperty({
    type: () => WorkItemDto,
    isArray: true,
    description: 'All that wait, claimed or not, oldest task first',
    example: [],
  })
  items!: readonly WorkItemDto[];
}

export class ClaimAnswerDto {
  @ApiProperty({ type: () => ClaimedWorkItemDto, description: 'Yours until leaseUntil', example: {} })
  item!: ClaimedWorkItemDto;
}

export class DoneDto {
  @ApiProperty({ type: String, description: 'The item', example: '01937b1e-6a1c-7000-8000-000000000000' })
  id!: string;

  @ApiProperty({ type: String, enum: ['answered', 'released'], description: 'What became of it', example: 'answered' })
  status!: 'answered' | 'released';
}
