import { Body, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import { WorkItemsService } from '../tasks/index.ts';
import { Leaving } from './leaving.service.ts';
import { ClientGone, Problems, RestController } from './rest.adapter.ts';
import { AnswerDto, ClaimAnswerDto, ClaimDto, DoneDto, ReleaseDto, WorkItemListDto } from './work-items.dto.ts';

const ApiItemId = () =>
  ApiParam({
    name: 'id',
    description: 'The item',
    schema: { type: 'string', format: 'uuid', example: '01937b1e-6a1c-7000-8000-000000000000' },
  });

const leaseProblems = {
  400: 'The body is wrong',
  404: 'There is no such item',
  409: 'The lease is not yours (any more), or somebody has answered',
  415: 'The body is not JSON',
};

@RestController('work-items', 'work items')
@NeedsRole('worker', 'operator')
export class WorkItemsController {
  constructor(
    private readonly items: WorkItemsService,
    private readonly leaving: Leaving,
  ) {}

  @Get()
  @NeedsRole('worker', 'viewer')
  @ApiOperation({
    operationId: 'listWorkItems',
    summary: 'List work items',
    description: 'Model calls that wait for an answer, claimed or not.',
  })
  @ApiOkResponse({ type: WorkItemListDto, description: 'All of them' })
  async list(): Promise<WorkItemListDto> {
    return { items: await this.items.list() };
  }

  @Post('claim')
  @HttpCode(200)
  @ApiOperation({
    operationId: 'claimWorkItem',
    summary: 'Claim a work item',
    description: 'Takes the oldest free item under a lease, and waits for one if you say how long.',
  })
  @ApiOkResponse({ type: ClaimAnswerDto, description: 'The item, now yours' })
  @ApiNoContentResponse({ description: 'None was free within the time' })
  @Problems({ 400: 'The body is wrong', 415: 'The body is not JSON' })
  async claim(
    @Body() { by, ...claim }: ClaimDto,
    @Caller() caller: Principal,
    @ClientGone() gone: AbortSignal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ClaimAnswerDto | undefined> {
    const item = await this.items.claim({ ...claim, by: personOf(caller, by), signal: this.leaving.orWhen(gone) });
    if (!item) void reply.status(204);
    // Nobody is there to hear of the lease: without this the item would be lost until it ends.
    else if (gone.aborted) await this.items.release(item.id, item);
    return item ? { item } : undefined;
  }

  @Post(':id/answer')
  @HttpCode(200)
  @ApiItemId()
  @ApiOperation({
    operationId: 'answerWorkItem',
    summary: 'Answer a work item',
    description: 'Durable when it is accepted. A refused answer leaves the item yours: correct it and send it again.',
  })
  @ApiOkResponse({ type: DoneDto, description: 'Accepted' })
  @Problems({
    ...leaseProblems,
    413: 'The body is too long',
    422: 'The answer does not fit answerSchema: errors says where',
  })
  async answer(@Param('id') id: string, @Body() answer: AnswerDto): Promise<DoneDto> {
    await this.items.answer(id, answer);
    return { id, status: 'answered' };
  }

  @Post(':id/release')
  @HttpCode(200)
  @ApiItemId()
  @ApiOperation({
    operationId: 'releaseWorkItem',
    summary: 'Give a work item back',
    description: 'It is free again at once.',
  })
  @ApiOkResponse({ type: DoneDto, description: 'Free again' })
  @Problems(leaseProblems)
  async release(@Param('id') id: string, @Body() release: ReleaseDto): Promise<DoneDto> {
    await this.items.release(id, release);
    return { id, status: 'released' };
  }
}
