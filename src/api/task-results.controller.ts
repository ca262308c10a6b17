import { Get, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { NeedsRole } from '../policy/index.ts';
import { planToMarkdown, TasksService } from '../tasks/index.ts';
import { FileListDto, HashedPlanDto } from './results.dto.ts';
import { ApiTaskId, FileAnswer, PlanAnswer, Problems, RestController, WantsMarkdown } from './rest.adapter.ts';
import { TaskStateDto } from './task-state.dto.ts';
import { WhyDto } from './why.dto.ts';
import { PlanQuery, StateQuery, VersionQuery } from './task-requests.dto.ts';

@RestController('tasks', 'tasks')
@NeedsRole('viewer')
export class TaskResultsController {
  constructor(private readonly tasks: TasksService) {}

  @Get(':id/state')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'getTaskState',
    summary: 'Show the state of a task, now or in the past',
    description: 'Folded from its events.',
  })
  @ApiOkResponse({ type: TaskStateDto, description: 'The state' })
  @Problems({ 400: 'The moment is wrong', 404: 'There is no such task' })
  state(@Param('id') id: string, @Query() { until }: StateQuery): Promise<TaskStateDto> {
    return this.tasks.read.state(id, until instanceof Date ? until.toISOString() : until);
  }

  @Get(':id/why')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'explainWait',
    summary: 'Tell what a task waits for',
    description: 'A slot, other tasks, a model, a person.',
  })
  @ApiOkResponse({ type: WhyDto, description: 'What keeps it from going on' })
  @Problems({ 404: 'There is no such task' })
  why(@Param('id') id: string): Promise<WhyDto> {
    return this.tasks.read.why(id);
  }

  @Get(':id/plan')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'getPlan',
    summary: 'Show the plan',
    description: 'What is to be written, and in which order.',
  })
  @PlanAnswer()
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task, or no plan yet' })
  async plan(
    @Param('id') id: string,
    @Query() { format }: PlanQuery,
    @WantsMarkdown() wantsMarkdown: boolean,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HashedPlanDto | string> {
    const plan = await this.tasks.read.plan(id);
    if (format === 'json' || (format === undefined && !wantsMarkdown)) return plan;
    void reply.header('content-type', 'text/markdown; charset=utf-8');
    return planToMarkdown(plan.document);
  }

  @Get(':id/files')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'listFiles',
    summary: 'List the files',
    description: 'Of the workspace, at any code version.',
  })
  @ApiOkResponse({ type: FileListDto, description: 'The files' })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task or version' })
  files(@Param('id') id: string, @Query() { version }: VersionQuery): Promise<FileListDto> {
    return this.tasks.read.files(id, version);
  }

  @Get(':id/files/*')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'getFile',
    summary: 'Read a file',
    description: 'Its bytes, as a download that no browser runs.',
  })
  @FileAnswer()
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task, version or file' })
  async file(
    @Param('id') id: string,
    @Param('*') path: string,
    @Query() { version }: VersionQuery,
  ): Promise<StreamableFile> {
    const { content } = await this.tasks.read.file(id, path, version);
    return new StreamableFile(Buffer.from(content, 'utf8'), {
      type: 'text/plain; charset=utf-8',
      disposition: 'attachment',
    });
  }
}
