import { Body, Delete, Get, Param, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import { type Once, TaskFinishedError, TasksService } from '../tasks/index.ts';
import { NewTaskDto } from './new-task.dto.ts';
import { PromptLimitPipe } from './prompt-limit.pipe.ts';
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
import { TaskDto, taskDtoOf, TaskPageDto } from './task.dto.ts';
import { CancelQuery, TaskListQuery } from './task-requests.dto.ts';

@RestController('tasks', 'tasks')
@NeedsRole('viewer')
export class TasksController {
  constructor(private readonly tasks: TasksService) {}

  @Post()
  @NeedsRole('operator')
  @ApiOperation({
    operationId: 'createTask',
    summary: 'Create a task',
    description: 'Answers once the task is durable. A full queue is waited for (SUBMIT_WAIT_MS), then 503.',
  })
  @ApiIdempotencyKey()
  @ApiSubmitter()
  @ApiCreatedResponse({ type: TaskDto, description: 'The task', headers: answerHeaders.location })
  @Problems({
    400: 'The body or a header is wrong: errors says what and where',
    409: 'There is a task with this taskId',
    413: 'The prompt or the body is too long',
    415: 'The body is not JSON',
    422: 'The Idempotency-Key was used with another body',
    503: 'The queue is full or the server shuts down; see Retry-After',
  })
  async create(
    @Body(PromptLimitPipe) task: NewTaskDto,
    @OnceOnly() once: Once,
    @Submitter() submitter: string | undefined,
    @Host() host: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TaskDto> {
    const created = await this.tasks.create(task, { ...once, submitter });
    const answer = taskDtoOf(created, host);
    void reply.header('location', answer.links.self);
    return answer;
  }

  @Get()
  @ApiOperation({
    operationId: 'listTasks',
    summary: 'List tasks',
    description: 'Newest first, page by page, of one status if you ask for it.',
  })
  @ApiOkResponse({ type: TaskPageDto, description: 'A page' })
  @Problems({ 400: 'The query is wrong' })
  async list(@Query() query: TaskListQuery, @Host() host: string): Promise<TaskPageDto> {
    const { tasks, nextBefore } = await this.tasks.read.list(query);
    return { tasks: tasks.map((task) => taskDtoOf(task, host)), nextBefore };
  }

  @Get(':id')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'getTask',
    summary: 'Show a task',
    description: 'Its status and its modules, read from the log.',
  })
  @ApiOkResponse({ type: TaskDto, description: 'The task' })
  @Problems({ 404: 'There is no such task' })
  async get(@Param('id') id: string, @Host() host: string): Promise<TaskDto> {
    return taskDtoOf(await this.tasks.read.get(id), host);
  }

  @Delete(':id')
  @NeedsRole('operator')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'cancelTask',
    summary: 'Cancel a task',
    description: 'Ends it at once, whatever it does; its events stay. Cancelling twice is the same as once.',
  })
  @ApiOkResponse({ type: TaskDto, description: 'The cancelled task' })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task', 409: 'It is completed or failed and stays so' })
  async cancel(
    @Param('id') id: string,
    @Query() { reason }: CancelQuery,
    @Caller() caller: Principal,
    @Host() host: string,
  ): Promise<TaskDto> {
    const { task, changed } = await this.tasks.cancel(id, {
      by: personOf(caller),
      reason: reason ?? 'cancelled by the user',
    });
    if (!changed && task.status !== 'cancelled') throw new TaskFinishedError(task.taskId, task.status);
    return taskDtoOf(task, host);
  }
}
