import { Body, Delete, Get, HttpCode, Param, Post, Put, Query, Res, StreamableFile } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { newId } from '../kernel/ids.ts';
import { Jobs, JobStateError } from '../jobs/index.ts';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import { IdempotencyKeys, type Once } from '../tasks/index.ts';
import { EventPageDto } from './event.dto.ts';
import { JobDto, JobPageDto, JobWhyDto } from './job.dto.ts';
import { ByDto, DropDto, JobListQuery, PageQuery, StepEditDto } from './job-requests.dto.ts';
import { DependencyDto, NewJobDto, ToDoDto } from './new-job.dto.ts';
import { type Alongside, onceOnly } from './once-only.ts';
import {
  answerHeaders,
  ApiIdempotencyKey,
  ApiJobId,
  ApiSubmitter,
  ClientGone,
  Host,
  LastEventId,
  OnceOnly,
  Problems,
  RestController,
  Submitter,
  WantsStream,
} from './rest.adapter.ts';
import { TaskEvents } from './task-events.service.ts';
import { CancelQuery, EventsQuery } from './task-requests.dto.ts';

const unknown = { 404: 'There is no such job' };

/** Jobs: graphs of steps that agents do. */
@RestController('jobs', 'jobs')
@NeedsRole('viewer')
@ApiExtraModels(ToDoDto, DependencyDto)
export class JobsController {
  constructor(
    private readonly jobs: Jobs,
    private readonly events: TaskEvents,
    private readonly keys: IdempotencyKeys,
  ) {}

  @Post()
  @NeedsRole('operator')
  @ApiOperation({
    operationId: 'createJob',
    summary: 'Create a job',
    description:
      'Of steps, of an intent with its values, or of a request in plain words. Answers once the job is durable; a full queue is waited for (SUBMIT_WAIT_MS), then 503.',
  })
  @ApiIdempotencyKey()
  @ApiSubmitter()
  @ApiCreatedResponse({ type: JobDto, description: 'The job', headers: answerHeaders.location })
  @Problems({
    400: 'The body is wrong, the steps are no graph, or the request fits no intent: errors says what and where',
    409: 'There is a job or task with this id',
    413: 'The body is too long',
    415: 'The body is not JSON',
    503: 'The queue is full or the server shuts down; see Retry-After',
  })
  async create(
    @Body() job: NewJobDto,
    @OnceOnly() once: Once,
    @Submitter() submitter: string | undefined,
    @Host() host: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<JobDto> {
    const jobId = job.jobId ?? newId();
    const created = await onceOnly(this.keys, once, job, {
      id: jobId,
      perform: (alongside) => this.jobs.create({ ...job, jobId }, { submitter, alongside }),
      repeat: (first) => this.jobs.read.get(first.taskId),
    });
    void reply.header('location', `http://${host}/jobs/${encodeURIComponent(created.jobId)}`);
    return created;
  }

  @Get()
  @ApiOperation({
    operationId: 'listJobs',
    summary: 'List jobs',
    description: 'Newest first, page by page, of one status if you ask for it.',
  })
  @ApiOkResponse({ type: JobPageDto, description: 'A page' })
  @Problems({ 400: 'The query is wrong' })
  list(@Query() query: JobListQuery): Promise<JobPageDto> {
    return this.jobs.read.list(query);
  }

  @Get(':id')
  @ApiJobId()
  @ApiOperation({
    operationId: 'getJob',
    summary: 'Show a job',
    description: 'Its status and that of each step, read from the log.',
  })
  @ApiOkResponse({ type: JobDto, description: 'The job' })
  @Problems(unknown)
  get(@Param('id') id: string): Promise<JobDto> {
    return this.jobs.read.get(id);
  }

  @Delete(':id')
  @NeedsRole('operator')
  @ApiJobId()
  @ApiOperation({
    operationId: 'cancelJob',
    summary: 'Cancel a job',
    description: 'Ends it at once and tells agents to drop what they have of it. Cancelling twice is the same as once.',
  })
  @ApiOkResponse({ type: JobDto, description: 'The cancelled job' })
  @Problems({ ...unknown, 400: 'The query is wrong', 409: 'It is done or failed and stays so' })
  async cancel(
    @Param('id') id: string,
    @Query() { reason }: CancelQuery,
    @Caller() caller: Principal,
  ): Promise<JobDto> {
    const { job, changed } = await this.jobs.cancel(id, {
      by: personOf(caller),
      reason: reason ?? 'cancelled by the user',
    });
    if (!changed && job.status !== 'cancelled') throw new JobStateError(id, job.status, 'it stays so');
    return job;
  }

  @Post(':id/retry')
  @NeedsRole('operator')
  @HttpCode(200)
  @ApiJobId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'retryJob',
    summary: 'Retry a job that failed',
    description: 'What is done stays done; what failed or was skipped begins anew with all its retries.',
  })
  @ApiOkResponse({ type: JobDto, description: 'The job, which goes on' })
  @Problems({ ...unknown, 400: 'The body is wrong', 409: 'It has not failed', 415: 'Not JSON' })
  retry(
    @Param('id') id: string,
    @Body() given: ByDto,
    @OnceOnly() once: Once,
    @Caller() caller: Principal,
  ): Promise<JobDto> {
    const by = personOf(caller, given.by);
    const command = {
      id,
      perform: (alongside: Alongside) => this.jobs.retry(id, { by, alongside }),
      repeat: () => this.jobs.read.get(id),
    };
    return onceOnly(this.keys, once, { by }, command);
  }

  @Get(':id/why')
  @ApiJobId()
  @ApiOperation({
    operationId: 'explainJobWait',
    summary: 'Why a job waits',
    description: 'What keeps it, and each step of it, from going on.',
  })
  @ApiOkResponse({ type: JobWhyDto, description: 'What it waits for' })
  @Problems(unknown)
  why(@Param('id') id: string): Promise<JobWhyDto> {
    return this.jobs.read.why(id);
  }

  @Get(':id/events')
  @ApiJobId()
  @ApiOperation({
    operationId: 'readJobEvents',
    summary: 'Read or follow the events of a job',
    description: 'As JSON one page. With `Accept: text/event-stream` Server-Sent Events that go on live.',
  })
  @ApiExtraModels(EventPageDto)
  @ApiOkResponse({
    description: 'A page, or a stream',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(EventPageDto) } },
      'text/event-stream': { schema: { type: 'string', example: 'id: 1\ndata: {"eventType":"JOB_CREATED"}\n\n' } },
    },
  })
  @Problems({ ...unknown, 400: 'The query is wrong, or the cursor of a stream is beyond its end' })
  async readEvents(
    @Param('id') id: string,
    @Query() query: EventsQuery,
    @WantsStream() wantsStream: boolean,
    @LastEventId() lastSeen: number | undefined,
    @ClientGone() gone: AbortSignal,
  ): Promise<EventPageDto | StreamableFile> {
    const { state } = await this.jobs.read.known(id);
    if (!wantsStream) return this.events.page(state.jobId, query);
    const cursor = lastSeen === undefined ? query : { ...query, afterSequence: lastSeen };
    const stream = await this.events.stream(state.jobId, cursor, gone);
    return new StreamableFile(stream, { type: 'text/event-stream; charset=utf-8' });
  }

  @Put(':id/steps/:step')
  @NeedsRole('operator')
  @ApiJobId()
  @ApiParam({
    name: 'step',
    description: 'The step',
    schema: { type: 'string', minLength: 1, maxLength: 100, example: 'sum' },
  })
  @ApiOperation({
    operationId: 'editJobStep',
    summary: 'Change a step that no agent has yet',
    description: 'Approvals of the step as it was are void: it is asked for again.',
  })
  @ApiOkResponse({ type: JobDto, description: 'The job with the step changed' })
  @Problems({
    404: 'There is no such job or step',
    400: 'The body is wrong',
    409: 'The step has begun, or the job is over',
    415: 'Not JSON',
  })
  editStep(
    @Param('id') id: string,
    @Param('step') step: string,
    @Body() { by, ...edit }: StepEditDto,
    @Caller() caller: Principal,
  ): Promise<JobDto> {
    return this.jobs.editStep(id, step, { ...edit, by: personOf(caller, by) });
  }
}

/** Jobs that failed after all their retries. */
@RestController('dead-letters', 'jobs')
@NeedsRole('viewer')
export class DeadLettersController {
  constructor(private readonly jobs: Jobs) {}

  @Get()
  @ApiOperation({
    operationId: 'listDeadLetters',
    summary: 'List dead letters',
    description: 'Jobs that failed for good and that nobody has retried or dropped, the newest first.',
  })
  @ApiOkResponse({ type: JobPageDto, description: 'A page' })
  @Problems({ 400: 'The query is wrong' })
  list(@Query() query: PageQuery): Promise<JobPageDto> {
    return this.jobs.read.deadLetters(query);
  }

  @Post(':id/drop')
  @NeedsRole('operator')
  @HttpCode(200)
  @ApiJobId()
  @ApiOperation({
    operationId: 'dropDeadLetter',
    summary: 'Drop a dead letter',
    description: 'It stays failed and is not listed any more.',
  })
  @ApiOkResponse({ type: JobDto, description: 'The job' })
  @Problems({ ...unknown, 400: 'The body is wrong', 409: 'It has not failed', 415: 'Not JSON' })
  drop(@Param('id') id: string, @Body() { by, reason = '' }: DropDto, @Caller() caller: Principal): Promise<JobDto> {
    return this.jobs.drop(id, { by: personOf(caller, by), reason });
  }
}
