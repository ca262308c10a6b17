import { Body, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Broker } from '../broker/index.ts';
import { NeedsRole } from '../policy/index.ts';
import { DispatchAnswerDto, DispatchDto, WorkerListDto } from './broker.dto.ts';
import { Problems, RestController } from './rest.adapter.ts';

@RestController('workers', 'broker')
@NeedsRole('viewer')
export class WorkersController {
  constructor(private readonly broker: Broker) {}

  @Get()
  @ApiOperation({
    operationId: 'listWorkers',
    summary: 'List workers',
    description: 'Those of the server and those that are connected to it.',
  })
  @ApiOkResponse({ type: WorkerListDto, description: 'All of them' })
  list(): WorkerListDto {
    return { workers: this.broker.list() };
  }
}

@RestController('messages', 'broker')
@NeedsRole('operator')
export class MessagesController {
  constructor(private readonly broker: Broker) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    operationId: 'sendMessage',
    summary: 'Send a message to workers',
    description: 'Answers when the worker has, with its answer.',
  })
  @ApiOkResponse({ type: DispatchAnswerDto, description: 'The answer, or with BROADCAST the answers' })
  @Problems({
    400: 'The body is wrong',
    404: 'There is no such worker',
    413: 'The body is too long',
    415: 'The body is not JSON',
    422: 'The worker says that it cannot be done; details say why',
    502: 'The worker was lost before it answered',
    503: 'No worker matches, or all of them have their inbox full; see Retry-After',
    504: 'No answer came within timeoutMs',
  })
  async send(@Body() message: DispatchDto): Promise<DispatchAnswerDto> {
    return await this.broker.dispatch(message);
  }
}
