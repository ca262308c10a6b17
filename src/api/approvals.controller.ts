import { Body, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam } from '@nestjs/swagger';
import { Approvals } from '../jobs/index.ts';
import { Caller, NeedsRole, personOf, type Principal } from '../policy/index.ts';
import { IdempotencyKeys, type Once } from '../tasks/index.ts';
import { ApprovalDto, ApprovalListDto, DecisionDto } from './approval.dto.ts';
import { onceOnly } from './once-only.ts';
import { ApiIdempotencyKey, OnceOnly, Problems, RestController } from './rest.adapter.ts';

const ApiApprovalId = () =>
  ApiParam({
    name: 'id',
    description: 'The question',
    schema: {
      type: 'string',
      format: 'uuid',
      minLength: 1,
      maxLength: 100,
      example: '0198f6a4-6a3c-7b7e-8d3a-111111111111',
    },
  });

/** Steps of jobs that people have to approve before they run. */
@RestController('approvals', 'approvals')
@NeedsRole('viewer')
export class ApprovalsController {
  constructor(
    private readonly approvals: Approvals,
    private readonly keys: IdempotencyKeys,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listApprovals',
    summary: 'List approvals',
    description: 'Questions that wait for people, the oldest first.',
  })
  @ApiOkResponse({ type: ApprovalListDto, description: 'All of them' })
  async list(): Promise<ApprovalListDto> {
    return { approvals: await this.approvals.list() };
  }

  @Get(':id')
  @ApiApprovalId()
  @ApiOperation({
    operationId: 'getApproval',
    summary: 'Show an approval',
    description: 'What is to run, and who has said what; also once it is over.',
  })
  @ApiOkResponse({ type: ApprovalDto, description: 'The question' })
  @Problems({ 404: 'There is no such question' })
  get(@Param('id') id: string): Promise<ApprovalDto> {
    return this.approvals.get(id);
  }

  @Post(':id/decision')
  @NeedsRole('operator')
  @HttpCode(200)
  @ApiApprovalId()
  @ApiIdempotencyKey()
  @ApiOperation({
    operationId: 'decideApproval',
    summary: 'Approve or refuse a step',
    description: 'Bound to what you saw by its hash. The step runs once enough different people have approved it.',
  })
  @ApiOkResponse({ type: ApprovalDto, description: 'The question with your word' })
  @Problems({
    400: 'The body is wrong',
    404: 'There is no such question',
    409: 'It is over, it is about something else than what you saw, or you have approved it already',
    415: 'Not JSON',
  })
  decide(
    @Param('id') id: string,
    @Body() { by, ...given }: DecisionDto,
    @OnceOnly() once: Once,
    @Caller() caller: Principal,
  ): Promise<ApprovalDto> {
    const decision = { ...given, by: personOf(caller, by) };
    return onceOnly(this.keys, once, decision, {
      id,
      perform: (alongside) => this.approvals.decide(id, decision, { alongside }),
      repeat: () => this.approvals.get(id),
    });
  }
}
