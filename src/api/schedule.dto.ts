import { ApiProperty } from '@nestjs/swagger';
import { missedRules, type MissedRule, type ScheduleView } from '../jobs/index.ts';
import type { Json } from '../kernel/json.ts';
import { ChoiceField, FlagField, ObjectField, TextField } from './fields.dto.ts';
import { JobDto } from './job.dto.ts';
import { NewJobDto } from './new-job.dto.ts';
import { TaskErrorDto } from './task.dto.ts';
import { Transform } from 'class-transformer';

const statuses = ['active', 'ended', 'deleted'] as const;

class TimingDto {
  @TextField({ description: 'When, in ISO 8601; once', example: '2027-01-31T08:00:00Z', maxLength: 40, optional: true })
  at?: string;

  @TextField({
    description: 'When, as a cron expression of five fields, or six with seconds first; again and again',
    example: '0 7 * * 1-5',
    maxLength: 200,
    optional: true,
  })
  cron?: string;

  @TextField({
    description: 'What the fields of cron are read in. Default: UTC',
    example: 'Europe/Berlin',
    maxLength: 100,
    optional: true,
  })
  timezone?: string;

  @ChoiceField({
    description:
      'Runs that were due while nobody could start them: none, the last one, or all of them, at most 100. Default: once',
    example: 'once',
    choices: missedRules,
    optional: true,
  })
  missed?: MissedRule;
}

export class NewScheduleDto extends TimingDto {
  @ObjectField(() => NewJobDto, {
    description: 'The job to make, without a jobId',
    example: { request: 'what is 3 plus 4' },
  })
  job!: NewJobDto;
}

export class ScheduleRequestDto extends TimingDto {
  @TextField({
    description: 'What is to be done, in plain words',
    example: 'what is three plus four',
    maxLength: 10_000,
  })
  request!: string;
}

export class ScheduleListQuery {
  @FlagField({ description: 'Also those that are over. Default: false', example: true, optional: true })
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  all?: boolean;
}

const moment = { type: String, format: 'date-time', nullable: true, example: '2026-11-24T12:00:00.000Z' } as const;

export class ScheduleDto implements ScheduleView {
  @ApiProperty({ type: String, description: 'Names it', example: '0198f6a4-6a3c-7b7e-8d3a-111111111111' })
  scheduleId!: string;

  @ApiProperty({ type: String, enum: [...statuses], description: 'ended: it is never due again', example: 'active' })
  status!: (typeof statuses)[number];

  @ApiProperty({ ...moment, description: 'When it is due, once; null with cron' })
  at!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'When it is due, again and again', example: '0 7 * * 1-5' })
  cron!: string | null;

  @ApiProperty({ type: String, description: 'What the fields of cron are read in', example: 'Europe/Berlin' })
  timezone!: string;

  @ApiProperty({ type: String, enum: [...missedRules], description: 'What becomes of missed runs', example: 'once' })
  missed!: MissedRule;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'The job that is made each time',
    example: { request: 'what is 3 plus 4' },
  })
  job!: Readonly<Record<string, Json>>;

  @ApiProperty({ ...moment, description: 'When it is due next; null: never again' })
  nextDue!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Jobs that came of it', example: 12 })
  fired!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Runs that were missed and not made up for', example: 0 })
  skipped!: number;

  @ApiProperty({ type: String, nullable: true, description: 'The job that came of it last', example: null })
  lastJobId!: string | null;

  @ApiProperty({ ...moment, description: 'When that was' })
  lastFiredAt!: string | null;

  @ApiProperty({ type: TaskErrorDto, nullable: true, description: 'Why no job came of the last run', example: null })
  error!: TaskErrorDto | null;

  @ApiProperty({ type: String, format: 'date-time', description: 'Since when', example: '2026-11-24T12:00:00.000Z' })
  createdAt!: string;
}

export class ScheduleListDto {
  @ApiProperty({ type: ScheduleDto, isArray: true, description: 'The newest first, at most 500', example: [] })
  schedules!: readonly ScheduleDto[];
}

export class ScheduledDto {
  @ApiProperty({ type: JobDto, nullable: true, description: 'The job, where it was to begin now', example: null })
  job!: JobDto | null;

  @ApiProperty({ type: ScheduleDto, nullable: true, description: 'The schedule, where it is for later', example: null })
  schedule!: ScheduleDto | null;
}
