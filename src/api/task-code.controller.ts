import { Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { NeedsRole } from '../policy/index.ts';
import { TaskContexts, TasksService } from '../tasks/index.ts';
import { CodeDiffDto, CodeVersionsDto } from './code.dto.ts';
import { BriefingDto, TaskContextDto } from './context.dto.ts';
import { FileExplanationDto } from './explain.dto.ts';
import { ApiTaskId, Problems, RestController, Untrusted, WantsJson } from './rest.adapter.ts';
import { BriefingQuery, ContextQuery, DiffQuery, ExplainQuery, VersionQuery } from './task-requests.dto.ts';

const patchType = 'text/x-diff';

@RestController('tasks', 'tasks')
@NeedsRole('viewer')
export class TaskCodeController {
  constructor(
    private readonly tasks: TasksService,
    private readonly contexts: TaskContexts,
  ) {}

  @Get(':id/versions')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'listVersions',
    summary: 'List the versions of the code',
    description: 'What made each, and which files it changed.',
  })
  @ApiOkResponse({ type: CodeVersionsDto, description: 'Every version in order' })
  @Problems({ 404: 'There is no such task' })
  versions(@Param('id') id: string): Promise<CodeVersionsDto> {
    return this.tasks.read.versions(id);
  }

  @Get(':id/diff')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'diffVersions',
    summary: 'Show what changed between two versions',
    description:
      'A patch that git apply and patch -p1 take; JSON where the query or the Accept header asks for it. By default all that came of the task: from what the caller gave to the newest version.',
  })
  @Untrusted()
  @Header('vary', 'accept')
  @ApiExtraModels(CodeDiffDto)
  @ApiResponse({
    status: 200,
    description: 'The difference',
    content: {
      [patchType]: { schema: { type: 'string', example: 'diff --git a/src/slugify.js b/src/slugify.js …' } },
      'application/json': { schema: { $ref: getSchemaPath(CodeDiffDto) } },
    },
  })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task or version' })
  async diff(
    @Param('id') id: string,
    @Query() { from, to, format }: DiffQuery,
    @WantsJson() wantsJson: boolean,
  ): Promise<CodeDiffDto | StreamableFile> {
    const diff = await this.tasks.read.diff(id, {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    if (format === undefined ? wantsJson : format === 'json') return diff;
    const patch = diff.files.map((file) => file.patch).join('');
    return new StreamableFile(Buffer.from(patch, 'utf8'), { type: `${patchType}; charset=utf-8` });
  }

  @Get(':id/explain')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'explainCode',
    summary: 'Explain a file, or a line of it',
    description:
      'Which change brought each line, by which model call, for which part of the plan, because of which tests, and the events that led to it.',
  })
  @ApiOkResponse({ type: FileExplanationDto, description: 'Line by line' })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task, version, file or line; it says what there is' })
  explain(@Param('id') id: string, @Query() query: ExplainQuery): Promise<FileExplanationDto> {
    return this.tasks.read.explain(id, query);
  }

  @Get(':id/context')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'getContext',
    summary: 'Show what a model was told',
    description:
      'The prompt of a model call: every part with its tokens and why it is in, what was left out, and whether the events before it give the same prompt again. By default that of the newest call.',
  })
  @ApiOkResponse({ type: TaskContextDto, description: 'The context' })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task, or no such call of it' })
  context(@Param('id') id: string, @Query() query: ContextQuery): Promise<TaskContextDto> {
    return this.contexts.find(id, query);
  }

  @Get(':id/briefing')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'getBriefing',
    summary: 'Brief who works on a file',
    description:
      'What of the task there is to know for work on one file, in levels: the file and what it builds on, what fails, facts and related functions, tests, decisions. For who is not asked by the task itself.',
  })
  @ApiOkResponse({ type: BriefingDto, description: 'The briefing' })
  @Problems({
    400: 'The query is wrong',
    404: 'There is no such task or file; it says what there is',
    413: 'Not even what must be known fits the budget',
  })
  briefing(@Param('id') id: string, @Query() query: BriefingQuery): Promise<BriefingDto> {
    return this.contexts.briefings.of(id, query);
  }

  @Get(':id/archive')
  @ApiTaskId()
  @ApiOperation({
    operationId: 'getArchive',
    summary: 'Download the files',
    description: 'Of any code version, as a .tar.gz below one directory. One version has always the same bytes.',
  })
  @Untrusted()
  @ApiResponse({
    status: 200,
    description: 'The archive',
    content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
  })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such task or version' })
  async archive(@Param('id') id: string, @Query() { version }: VersionQuery): Promise<StreamableFile> {
    const { name, bytes } = await this.tasks.read.archive(id, version);
    return new StreamableFile(bytes, { type: 'application/gzip', disposition: `attachment; filename="${name}"` });
  }
}
