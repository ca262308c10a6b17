import { ApiProperty } from '@nestjs/swagger';
import { type ApprovalDecision, type ApprovalView, MAX_ANSWER_CHARACTERS } from '../jobs/index.ts';
import type { Json } from '../kernel/json.ts';
import { ChoiceField, TextField } from './fields.dto.ts';

const decisions = ['approve', 'refuse'] as const;
const statuses = ['open', 'approved', 'refused', 'expired', 'void'] as const;

export class ApprovalDto implements ApprovalView {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'Names the question',
    example: '0198f6a4-6a3c-7b7e-8d3a-111111111111',
  })
  approvalId!: string;

  @ApiProperty({ type: String, description: 'The job', example: 'invoices-1' })
  jobId!: string;

  @ApiProperty({ type: String, description: 'The step that is to run', example: 'send' })
  step!: string;

  @ApiProperty({ type: String, description: 'What it does', example: 'send_mail' })
  action!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What on a page is meant', example: null })
  selector!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What is typed, or said', example: null })
  text!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'With what, results of earlier steps filled in',
    example: { to: 'ada@example.org' },
  })
  params!: Readonly<Record<string, Json>>;

  @ApiProperty({
    type: String,
    description: 'Names what is to run as it stands here: send it back',
    example: '9f86d081…',
  })
  hash!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: 2,
    description: 'People that have to approve; 2 are two different ones',
    example: 2,
  })
  needed!: number;

  @ApiProperty({ type: String, isArray: true, description: 'Who has', example: ['ada'] })
  approvedBy!: readonly string[];

  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'null' }],
    description: 'What they told, where the step wants to be told something (params.answer); null: nothing yet',
    example: null,
  })
  answer!: string | number | null;

  @ApiProperty({
    type: String,
    enum: [...statuses],
    description: 'void: the step has changed and is asked anew, or its job is over',
    example: 'open',
  })
  status!: (typeof statuses)[number];

  @ApiProperty({ type: String, description: 'For people', example: 'It waits until 2 different people approve it.' })
  reason!: string;

  @ApiProperty({ type: String, format: 'date-time', description: 'Since when', example: '2026-11-24T12:00:00.000Z' })
  askedAt!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When the step fails by itself',
    example: '2026-11-25T12:00:00.000Z',
  })
  until!: string;
}

export class ApprovalListDto {
  @ApiProperty({ type: ApprovalDto, isArray: true, description: 'Those that wait, the oldest first', example: [] })
  approvals!: readonly ApprovalDto[];
}

export class DecisionDto implements Omit<ApprovalDecision, 'by'> {
  @ChoiceField({ description: 'What you say', example: 'approve', choices: decisions })
  decision!: (typeof decisions)[number];

  @TextField({ description: 'hash of what you saw', example: '9f86d081…', maxLength: 64 })
  hash!: string;

  @TextField({
    description: 'Who says so. With a key its name counts instead. Default: user',
    example: 'ada',
    maxLength: 100,
    optional: true,
  })
  by?: string;

  @TextField({ description: 'Why; it is recorded', example: 'wrong address', maxLength: 1000, optional: true })
  reason?: string;

  @TextField({
    description: 'With approve: what the step wants to be told (params.answer), a number or choice as text, too',
    example: '4711',
    maxLength: MAX_ANSWER_CHARACTERS,
    optional: true,
  })
  answer?: string;
}
