import { Body, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { newId } from '../kernel/ids.ts';
import { Jobs, Schedules } from '../jobs/index.ts';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import { IdempotencyKeys, type Once } from '../tasks/index.ts';
import { onceOnly } from './once-only.ts';
import { ApiIdempotencyKey, ApiSubmitter, OnceOnly, Problems, RestController, Submitter } from './rest.adapter.ts';
import {
  NewScheduleDto,
  ScheduledDto,
  ScheduleDto,
  ScheduleListDto,
  ScheduleListQuery,
  ScheduleRequestDto,
} from './schedule.dto.ts';

const ApiScheduleId = () =>
  ApiParam({
    name: 'id',
    description: 'The schedule',
    schema: {
      type: 'string',
      format: 'uuid',
      minLength: 1,
      maxLength: 100,
      example: '0198f6a4-6a3c-7b7e-8d3a-111111111111',
    },
  });

const unknown = { 404: 'There is no such schedule' };

const refused = {
  400: 'The body is wrong, or no job could be made of it: errors says what and where',
  413: 'The body is too long',
  415: 'The body is not JSON',
  503: 'The queue is full or the server shuts down; see Retry-After',
};

/** Jobs that are to be made later, once or again and again. */
@RestController('schedules', 'schedules')
@NeedsRole('viewer')
export class SchedulesController {
  constructor(
    private readonly schedules: Schedules,
    private readonly keys: IdempotencyKeys,
  ) {}

  @Post()
  @NeedsRole('operator')
  @ApiOperation({
    operationId: 'createSchedule',
    summary: 'Create a schedule',
    description: 'A job at a time, or whenever a cron expression is due. It is made once, however many instances run.',
  })
  @ApiIdempotencyKey()
  @ApiSubmitter()
  @ApiCreatedResponse({ type: ScheduleDto, description: 'The schedule' })
  @Problems(refused)
  create(
    @Body() schedule: NewScheduleDto,
    @OnceOnly() once: Once,
    @Submitter() submitter: string | undefined,
  ): Promise<ScheduleDto> {
    const scheduleId = newId();
    return onceOnly(this.keys, once, schedule, {
      id: scheduleId,
      perform: (alongside) => this.schedules.create(schedule, { submitter, scheduleId, alongside }),
      repeat: (first) => this.schedules.get(first.taskId),
    });
  }

  @Get()
  @ApiOperation({
    operationId: 'listSchedules',
    summary: 'List schedules',
    description: 'Those that may still be due, the newest first.',
  })
  @ApiOkResponse({ type: ScheduleListDto, description: 'At most 500' })
  @Problems({ 400: 'The query is wrong' })
  async list(@Query() query: ScheduleListQuery): Promise<ScheduleListDto> {
    return { schedules: await this.schedules.list(query) };
  }

  @Get(':id')
  @ApiScheduleId()
  @ApiOperation({
    operationId: 'getSchedule',
    summary: 'Show a schedule',
    description: 'When it is due next, and what came of it.',
  })
  @ApiOkResponse({ type: ScheduleDto, description: 'The schedule' })
  @Problems(unknown)
  get(@Param('id') id: string): Promise<ScheduleDto> {
    return this.schedules.get(id);
  }

  @Delete(':id')
  @NeedsRole('operator')
  @ApiScheduleId()
  @ApiOperation({
    operationId: 'deleteSchedule',
    summary: 'Delete a schedule',
    description: 'It is never due again; jobs that came of it go on.',
  })
  @ApiOkResponse({ type: ScheduleDto, description: 'The schedule' })
  @Problems(unknown)
  remove(@Param('id') id: string, @Caller() caller: Principal): Promise<ScheduleDto> {
    return this.schedules.remove(id, personOf(caller));
  }
}

/** The short way: plain words, and when. */
@RestController('schedule', 'schedules')
@NeedsRole('viewer')
export class ScheduleController {
  constructor(
    private readonly schedules: Schedules,
    private readonly jobs: Jobs,
    private readonly keys: IdempotencyKeys,
  ) {}

  @Post()
  @NeedsRole('operator')
  @ApiOperation({
    operationId: 'scheduleRequest',
    summary: 'Have something done now or later',
    description: 'A request in plain words: now where neither at nor cron is given, else as a schedule.',
  })
  @ApiIdempotencyKey()
  @ApiSubmitter()
  @ApiCreatedResponse({ type: ScheduledDto, description: 'The job, or the schedule' })
  @Problems(refused)
  async schedule(
    @Body() { request, ...timing }: ScheduleRequestDto,
    @OnceOnly() once: Once,
    @Submitter() submitter: string | undefined,
  ): Promise<ScheduledDto> {
    const id = newId();
    const asked = { request, ...timing };
    if (timing.at === undefined && timing.cron === undefined) {
      const job = await onceOnly(this.keys, once, asked, {
        id,
        perform: (alongside) => this.jobs.create({ request, jobId: id }, { submitter, alongside }),
        repeat: (first) => this.jobs.read.get(first.taskId),
      });
      return { job, schedule: null };
    }
    const schedule = await onceOnly(this.keys, once, asked, {
      id,
      perform: (alongside) =>
        this.schedules.create({ job: { request }, ...timing }, { submitter, scheduleId: id, alongside }),
      repeat: (first) => this.schedules.get(first.taskId),
    });
    return { job: null, schedule };
  }
}
