import { ApiProperty } from '@nestjs/swagger';
import type { Intervention, JudgedReport, LastChange, TaskModule, TaskState, TaskWarning } from '../events/index.ts';
import { PlanDto } from './results.dto.ts';
import { DeadCodeAnalysisDto, ForkedFromDto, ModuleDto, PauseDto, TaskErrorDto, UsageDto } from './task.dto.ts';

const moment = { type: String, format: 'date-time', nullable: true, example: '2026-11-24T12:00:00.000Z' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const clock = { type: 'object', additionalProperties: { type: 'integer' }, example: { 'host-1a2b': 12 } } as const;

export class InterventionViewDto implements Intervention {
  @ApiProperty({ type: String, description: 'What was said', example: 'Keep digits in the slug' })
  guidance!: string;

  @ApiProperty({ type: String, description: 'By whom', example: 'ada' })
  by!: string;

  @ApiProperty({ ...count, description: 'Where it stands in the stream', example: 7 })
  streamSequence!: number;
}

export class BugReportDto {
  @ApiProperty({ type: String, description: 'What is wrong', example: 'slugify("") throws' })
  description!: string;

  @ApiProperty({ ...count, description: 'Code version it speaks of', example: 2 })
  codeVersion!: number;

  @ApiProperty({ ...clock, description: 'What the reporter had seen' })
  vectorClock!: Readonly<Record<string, number>>;

  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 of the code it speaks of', example: null })
  codeHash!: string | null;
}

export class JudgedReportDto implements JudgedReport {
  @ApiProperty({ type: () => BugReportDto, description: 'The report', example: {} })
  report!: BugReportDto;

  @ApiProperty({ ...count, description: 'Where it stands in the stream', example: 9 })
  streamSequence!: number;

  @ApiProperty({ type: String, description: 'The check that decided', example: 'version' })
  decidedBy!: string;
}

export class LastChangeDto implements LastChange {
  @ApiProperty({ ...count, description: 'Code version it made', example: 2 })
  codeVersion!: number;

  @ApiProperty({ ...clock, description: 'Its clock' })
  vectorClock!: Readonly<Record<string, number>>;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'SHA-256 of the code',
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
  codeHash!: string | null;
}

export class TaskWarningDto implements TaskWarning {
  @ApiProperty({ type: String, description: 'Kind of oddity', example: 'afterEnd' })
  code!: TaskWarning['code'];

  @ApiProperty({ type: String, description: 'For people', example: 'TEST_PASSED came after the end' })
  message!: string;

  @ApiProperty({ ...count, description: 'Where it was seen first', example: 12 })
  streamSequence!: number;
}

/** Everything that is folded from a task's events. */
export class TaskStateDto implements TaskState {
  @ApiProperty({ type: String, description: 'The task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({
    type: String,
    enum: ['created', 'planning', 'running', 'paused', 'completed', 'failed', 'cancelled'],
    description: 'How far it is by its events alone',
    example: 'running',
  })
  status!: TaskState['status'];

  @ApiProperty({ type: String, description: 'What to build', example: 'Write slugify(text) with tests' })
  prompt!: string;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, description: "The caller's", example: {} })
  metadata!: Readonly<Record<string, string>>;

  @ApiProperty({ type: String, nullable: true, description: 'Who answers its model calls', example: 'delegated' })
  brain!: string | null;

  @ApiProperty({
    type: () => ForkedFromDto,
    nullable: true,
    description: 'Where it was forked from; null: nowhere',
    example: null,
  })
  forkedFrom!: ForkedFromDto | null;

  @ApiProperty({ ...count, description: 'Accepted code changes', example: 2 })
  codeVersion!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Module in work', example: 'src/slugify.js' })
  currentModule!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: '#/components/schemas/ModuleDto' },
    description: 'By path, in the order of the plan',
    example: {},
  })
  modules!: Readonly<Record<string, TaskModule & ModuleDto>>;

  @ApiProperty({ type: () => PlanDto, nullable: true, description: 'The plan', example: null })
  plan!: PlanDto | null;

  @ApiProperty({ type: () => PauseDto, nullable: true, description: 'Why it rests; null: it does not', example: null })
  pause!: PauseDto | null;

  @ApiProperty({
    type: String,
    isArray: true,
    description: 'Questions that wait for answers',
    example: ['Which separator?'],
  })
  questions!: readonly string[];

  @ApiProperty({
    type: String,
    enum: ['notNeeded', 'pending', 'given'],
    description: 'Of the plan as it is now; an edit asks for it again',
    example: 'notNeeded',
  })
  approval!: TaskState['approval'];

  @ApiProperty({ type: () => UsageDto, description: 'What its model calls took', example: { calls: 3 } })
  usage!: UsageDto;

  @ApiProperty({ type: () => InterventionViewDto, isArray: true, description: 'Guidance so far', example: [] })
  interventions!: readonly InterventionViewDto[];

  @ApiProperty({
    type: () => JudgedReportDto,
    isArray: true,
    description: 'Reports that speak of the code as it was',
    example: [],
  })
  acceptedBugReports!: readonly JudgedReportDto[];

  @ApiProperty({
    type: () => JudgedReportDto,
    isArray: true,
    description: 'Reports about code that was gone',
    example: [],
  })
  ignoredBugReports!: readonly JudgedReportDto[];

  @ApiProperty({ type: () => LastChangeDto, nullable: true, description: 'Newest accepted code change', example: null })
  lastChange!: LastChangeDto | null;

  @ApiProperty({
    type: 'number',
    minimum: 0,
    maximum: 1,
    description: 'Part of the modules that is complete',
    example: 0.5,
  })
  progress!: number;

  @ApiProperty({ ...count, description: 'Events folded', example: 12 })
  eventCount!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'Events by type',
    example: { TASK_CREATED: 1 },
  })
  countsByType!: Readonly<Record<string, number>>;

  @ApiProperty({ ...count, description: 'Facts that came too late to count', example: 0 })
  ignored!: number;

  @ApiProperty({ type: () => TaskWarningDto, isArray: true, description: 'The first 100', example: [] })
  warnings!: readonly TaskWarningDto[];

  @ApiProperty({ type: String, nullable: true, description: 'What came of it', example: null })
  summary!: string | null;

  @ApiProperty({ type: () => DeadCodeAnalysisDto, nullable: true, description: 'What nothing needs', example: null })
  deadCode!: DeadCodeAnalysisDto | null;

  @ApiProperty({ type: () => TaskErrorDto, nullable: true, description: 'Why it failed', example: null })
  error!: TaskErrorDto | null;

  @ApiProperty({ ...count, description: 'Stream sequence of the newest event', example: 12 })
  streamSequence!: number;

  @ApiProperty({ ...count, description: 'Its position in the whole log', example: 120 })
  sequence!: number;

  @ApiProperty({ ...moment, description: 'When it was accepted' })
  createdAt!: string | null;

  @ApiProperty({ ...moment, description: 'When it was started first' })
  startedAt!: string | null;

  @ApiProperty({ ...moment, description: 'When it was over' })
  finishedAt!: string | null;
}
