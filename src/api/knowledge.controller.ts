import { Body, Delete, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { OfflineCache } from '../context/index.ts';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import {
  ForgetQuery,
  KnowledgeCorrectionDto,
  KnowledgeEntryDto,
  KnowledgePageDto,
  KnowledgeQuery,
} from './knowledge.dto.ts';
import { Problems, RestController } from './rest.adapter.ts';

const ApiEntryId = () =>
  ApiParam({
    name: 'id',
    description: 'The entry',
    schema: { type: 'string', minLength: 1, maxLength: 512, example: 'fix-019a217b-5b99-76e3-a921-0277131a9483-1' },
  });

const DEFAULT_LIMIT = 20;

/** What past tasks have taught. */
@RestController('knowledge', 'knowledge')
@NeedsRole('viewer')
export class KnowledgeController {
  constructor(private readonly knowledge: OfflineCache) {}

  @Get()
  @ApiOperation({
    operationId: 'listKnowledge',
    summary: 'Find what was learned',
    description: 'Errors with their fixes, decisions and modules of past tasks: what fits best, or all page by page.',
  })
  @ApiOkResponse({ type: KnowledgePageDto, description: 'A page' })
  @Problems({ 400: 'The query is wrong' })
  async list(@Query() { query, kind, before, limit = DEFAULT_LIMIT }: KnowledgeQuery): Promise<KnowledgePageDto> {
    if (query !== undefined) {
      const found = await this.knowledge.search(query, { limit, ...(kind ? { kinds: [kind] } : {}) });
      return { entries: found.map(({ entry, foundBy }) => ({ ...entry, foundBy })), nextBefore: null };
    }
    const entries = await this.knowledge.list({ kind, before, limit });
    const nextBefore = entries.length < limit ? null : (entries.at(-1)?.position ?? null);
    return { entries: entries.map((entry) => ({ ...entry, foundBy: [] })), nextBefore };
  }

  @Get(':id')
  @ApiEntryId()
  @ApiOperation({
    operationId: 'getKnowledge',
    summary: 'Look at an entry',
    description: 'In full; eventId names the event with all of it.',
  })
  @ApiOkResponse({ type: KnowledgeEntryDto, description: 'The entry' })
  @Problems({ 404: 'There is no such entry' })
  show(@Param('id') id: string): Promise<KnowledgeEntryDto> {
    return this.knowledge.get(id);
  }

  @Put(':id')
  @NeedsRole('operator')
  @ApiEntryId()
  @ApiOperation({
    operationId: 'correctKnowledge',
    summary: 'Put an entry right',
    description: 'Recorded in the log; found in its new words from then on.',
  })
  @ApiOkResponse({ type: KnowledgeEntryDto, description: 'The entry as it is now' })
  @Problems({ 400: 'The body is wrong', 404: 'There is no such entry', 415: 'The body is not JSON' })
  correct(
    @Param('id') id: string,
    @Body() { by, ...given }: KnowledgeCorrectionDto,
    @Caller() caller: Principal,
  ): Promise<KnowledgeEntryDto> {
    return this.knowledge.correct(id, { ...given, by: personOf(caller, by) });
  }

  @Delete(':id')
  @NeedsRole('operator')
  @HttpCode(204)
  @ApiEntryId()
  @ApiOperation({
    operationId: 'forgetKnowledge',
    summary: 'Forget an entry',
    description: 'Recorded in the log; it is not found again.',
  })
  @ApiNoContentResponse({ description: 'Forgotten' })
  @Problems({ 400: 'The query is wrong', 404: 'There is no such entry' })
  async forget(@Param('id') id: string, @Query() { by }: ForgetQuery, @Caller() caller: Principal): Promise<void> {
    await this.knowledge.forget(id, personOf(caller, by));
  }
}
