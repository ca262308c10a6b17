import { ApiProperty } from '@nestjs/swagger';
import {
  type JobExplanation,
  type JobView,
  type StepExplanation,
  type StepPhase,
  stepPhases,
  type StepView,
  type WorkStatus,
  workStatuses,
} from '../jobs/index.ts';
import type { Json } from '../kernel/json.ts';
import { type WaitKind, waitKinds } from '../orchestrator/index.ts';
import { jsonReference } from './json-schemas.ts';
import { TaskErrorDto, WaitDto } from './task.dto.ts';

const moment = { type: String, format: 'date-time', nullable: true, example: '2026-11-24T12:00:00.000Z' } as const;

export class StepDto implements StepView {
  @ApiProperty({ type: String, description: 'Unique in the job', example: 'sum' })
  id!: string;

  @ApiProperty({ type: String, description: 'What is done', example: 'rpn' })
  action!: string;

  @ApiProperty({ type: String, enum: [...stepPhases], description: 'How far it is', example: 'assigned' })
  phase!: StepPhase;

  @ApiProperty({ type: String, isArray: true, description: 'Steps that must have ended before', example: [] })
  dependsOn!: readonly string[];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How often an agent was looked for', example: 1 })
  attempt!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Attempts that failed and were tried again', example: 0 })
  retries!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Who has it, did it or failed last', example: 'local' })
  agentId!: string | null;

  @ApiProperty({
    type: Number,
    minimum: 0,
    maximum: 1,
    nullable: true,
    description: '0 to 1, by the word of its agent',
    example: 0.5,
  })
  progress!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'What its agent said last', example: null })
  said!: string | null;

  @ApiProperty({ required: false, description: 'Once it is done: any JSON', example: 7, allOf: [jsonReference] })
  result?: Json;

  @ApiProperty({ type: TaskErrorDto, nullable: true, description: 'What went wrong last', example: null })
  error!: TaskErrorDto | null;

  @ApiProperty({ ...moment, description: 'When it is tried again' })
  retryAt!: string | null;

  @ApiProperty({ ...moment, description: 'Until when its agent has to answer' })
  deadline!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The question that waits for people', example: null })
  approvalId!: string | null;

  @ApiProperty({ type: String, isArray: true, description: 'Who has approved it', example: [] })
  approvedBy!: readonly string[];

  @ApiProperty({ ...moment, description: 'When an agent had it first' })
  startedAt!: string | null;

  @ApiProperty({ ...moment, description: 'When it ended' })
  finishedAt!: string | null;
}

export class JobDto implements JobView {
  @ApiProperty({ type: String, description: 'Names the job and its stream of events', example: 'invoices-1' })
  jobId!: string;

  @ApiProperty({ type: String, enum: [...workStatuses], description: 'How far it is', example: 'running' })
  status!: WorkStatus;

  @ApiProperty({ type: String, description: "'' where nobody named one", example: 'calculate' })
  intent!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What was asked for in plain words', example: null })
  request!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: '0 (most urgent) to 100', example: 20 })
  priority!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Of each step that says nothing else', example: 3 })
  maxRetries!: number;

  @ApiProperty({
    type: Number,
    minimum: 0,
    maximum: 1,
    description: '0 to 1: the part of its steps that has ended',
    example: 0.5,
  })
  progress!: number;

  @ApiProperty({ type: StepDto, isArray: true, description: 'Each after those it depends on', example: [] })
  steps!: readonly StepDto[];

  @ApiProperty({
    description: 'Once it is done: of the last step its result, of several last steps an object by their ids',
    example: 7,
    allOf: [jsonReference],
  })
  result!: Json;

  @ApiProperty({ type: WaitDto, nullable: true, description: 'What it waits for', example: null })
  waitingFor!: WaitDto | null;

  @ApiProperty({ type: TaskErrorDto, nullable: true, description: 'Why it failed or was cancelled', example: null })
  error!: TaskErrorDto | null;

  @ApiProperty({ type: String, nullable: true, description: 'What came of it', example: '2 of 2 steps done.' })
  summary!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How often a person had it begin anew', example: 0 })
  retries!: number;

  @ApiProperty({ type: Boolean, description: 'It failed, and nobody has retried or dropped it', example: false })
  deadLetter!: boolean;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Stream sequence of its newest event', example: 12 })
  sequence!: number;

  @ApiProperty({ ...moment, description: 'When it was accepted' })
  createdAt!: string | null;

  @ApiProperty({ ...moment, description: 'When it had its first slot' })
  startedAt!: string | null;

  @ApiProperty({ ...moment, description: 'When it was over' })
  finishedAt!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'As it was given',
    example: { team: 'billing' },
  })
  metadata!: Readonly<Record<string, string>>;

  @ApiProperty({ type: String, nullable: true, description: 'The schedule that it came of', example: null })
  scheduleId!: string | null;
}

export class JobPageDto {
  @ApiProperty({ type: JobDto, isArray: true, description: 'The newest first', example: [] })
  jobs!: readonly JobDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    nullable: true,
    description: 'Give it as offset for the next page; null at the end',
    example: 50,
  })
  nextOffset!: number | null;
}

class ExplanationDto {
  @ApiProperty({
    type: String,
    enum: [...waitKinds],
    description: '`nothing`: it runs or is over; `other`: a reason of its own, in detail',
    example: 'agent',
  })
  waitsFor!: WaitKind;

  @ApiProperty({
    type: String,
    description: 'For people',
    example: 'Step sum: No agent that is there can rpn: connect one that can.',
  })
  detail!: string;

  @ApiProperty({ type: String, isArray: true, description: 'Tasks or jobs that hold the slots', example: [] })
  tasks!: readonly string[];

  @ApiProperty({ ...moment, description: 'When it goes on by itself, or fails' })
  until!: string | null;
}

export class StepWhyDto extends ExplanationDto implements StepExplanation {
  @ApiProperty({ type: String, description: 'The step', example: 'sum' })
  step!: string;
}

export class JobWhyDto extends ExplanationDto implements JobExplanation {
  @ApiProperty({ type: String, description: 'The job', example: 'invoices-1' })
  jobId!: string;

  @ApiProperty({ type: String, enum: [...workStatuses], description: 'How far it is', example: 'running' })
  status!: WorkStatus;

  @ApiProperty({
    type: StepWhyDto,
    isArray: true,
    description: 'Of each step that has begun and does not go on',
    example: [],
  })
  steps!: readonly StepWhyDto[];
}
