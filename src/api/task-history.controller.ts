import { Body, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NeedsRole } from '../policy/index.ts';
import { type Once, TasksService } from '../tasks/index.ts';
import { ComparisonDto, partingEventOf, StepPageDto } from './replay.dto.ts';
import {
  answerHeaders,
  ApiIdempotencyKey,
  ApiSubmitter,
  ApiTaskId,
  Host,
  OnceOnly,
  Problems,
  RestController,
  Submitter,
} from './rest.adapter.ts';
import { CompareQuery, ForkDto, ReplayQuery } from './task-requests.dto.ts';
import { TaskDto, taskDtoOf } from './task.dto.ts';

@RestController('tasks', 'tasks')
@NeedsRole('viewer')
export class TaskHistoryController {
  constructor(private readonly tasks: TasksService) {}

  @Post(':id/fork')
  @NeedsRole('operator')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'forkTask',
    summary: 'Fork a task at any of its events',
    description:
      'A new task with the same past up to there, its files included, which goes on by itself. The other one stays as it is.',
  })
  @ApiIdempotencyKey()
  @ApiSubmitter()
  @ApiCreatedResponse({
    type: TaskDto,
    description: 'The new task',
    headers: answerHeaders.location,
  })
  @Problems({
    400: 'The body or a header is wrong: errors says what and where',
    404: 'There is no such task',
    409: 'There is a task with this taskId, or nothing goes on after this event',
    413: 'So much cannot be copied in one piece',
    415: 'The body is not JSON',
    422: 'The Idempotency-Key was used with another request',
    503: 'The queue is full or the server shuts down; see Retry-After',
  })
  async fork(
    @Param('id') id: string,
    @Body() fork: ForkDto,
    @OnceOnly() once: Once,
    @Submitter() submitter: string | undefined,
    @Host() host: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskDto> {
    const forked = await this.tasks.fork(id, fork, { ...once, submitter });
    const answer = taskDtoOf(forked, host);
    void reply.header('location', answer.links.self);
    return answer;
  }

  @Get(':id/replay')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'replayTask',
    summary: 'Replay the decisions of a task',
    description: 'What it decided after each event, worked out anew from the log: nothing is done again.',
  })
  @ApiOkResponse({ type: StepPageDto, description: 'A page of steps' })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task' })
  replay(@Param('id') id: string, @Query() query: ReplayQuery): Promise<StepPageDto> {
    return this.tasks.read.replay(id, query);
  }

  @Get(':id/compare')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'compareTasks',
    summary: 'Compare the events of two tasks',
    description: 'The first event at which they part, and how. Ids, clocks, hashes and times are no differences.',
  })
  @ApiOkResponse({ type: ComparisonDto, description: 'Where they part' })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task' })
  async compare(@Param('id') id: string, @Query() { with: other }: CompareQuery): Promise<ComparisonDto> {
    const { event, otherEvent, ...found } = await this.tasks.read.compare(id, other);
    return { ...found, event: partingEventOf(event), otherEvent: partingEventOf(otherEvent) };
  }
}
