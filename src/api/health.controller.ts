import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { NeedsRole, OpenToAll } from '../policy/index.ts';
import { HealthDto, LiveDto } from './health.dto.ts';
import { HealthService } from './health.service.ts';
import { Problems, RestController } from './rest.adapter.ts';

const failing = { 503: 'A part does not work: errors names it, details.health has all parts' };

@RestController('health', 'health')
@NeedsRole('viewer', 'worker')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get()
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'Whether everything works',
    description:
      'The store writes, workers run, the model provider answers. Takes at most a second, also if a part hangs.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'Everything works' })
  @Problems(failing)
  async whole(): Promise<HealthDto> {
    return { status: 'ok', ...(await this.health.whole()) };
  }

  @Get('live')
  @OpenToAll()
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Whether the process answers',
    description: 'Asks nothing else: for restarting what hangs.',
  })
  @ApiOkResponse({ type: LiveDto, description: 'It does' })
  live(): LiveDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether tasks are accepted',
    description: 'The store writes and workers run. Without a model tasks are accepted and wait.',
  })
  @ApiOkResponse({ type: HealthDto, description: 'They are' })
  @Problems(failing)
  async ready(): Promise<HealthDto> {
    return { status: 'ok', ...(await this.health.ready()) };
  }
}
