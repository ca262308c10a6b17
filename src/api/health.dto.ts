import { ApiProperty } from '@nestjs/swagger';
import type { PartHealth } from './health-report.ts';
import type { HealthReport } from './health.service.ts';

export class PartHealthDto implements PartHealth {
  @ApiProperty({ type: String, enum: ['up', 'down'], description: 'Whether it works', example: 'up' })
  status!: 'up' | 'down';

  @ApiProperty({ type: String, description: 'How it works, or why not', example: 'wrote in 2 ms' })
  detail!: string;
}

export class PartsDto {
  @ApiProperty({
    type: () => PartHealthDto,
    description: 'The store, by a write',
    example: { status: 'up', detail: 'wrote in 2 ms' },
  })
  store?: PartHealthDto;

  @ApiProperty({
    type: () => PartHealthDto,
    description: "The orchestrator's workers",
    example: { status: 'up', detail: '3 workers, 0 tasks running, 0 queued' },
  })
  workers?: PartHealthDto;

  @ApiProperty({
    type: () => PartHealthDto,
    required: false,
    description: 'The model provider, asked just now',
    example: { status: 'up', detail: 'whoever claims the work item answers' },
  })
  model?: PartHealthDto;

  @ApiProperty({
    type: () => PartHealthDto,
    required: false,
    description: 'Isolation of generated code; without it tasks are accepted, but their tests are not run',
    example: { status: 'up', detail: 'bwrap' },
  })
  sandbox?: PartHealthDto;
}

export class HealthDto implements HealthReport {
  @ApiProperty({ type: String, enum: ['ok'], description: 'Everything that is needed works', example: 'ok' })
  status!: 'ok';

  @ApiProperty({ type: String, description: 'Who answers model calls', example: 'delegated' })
  brain!: string;

  @ApiProperty({ type: () => PartsDto, description: 'How each part is', example: {} })
  parts!: PartsDto;
}

export class LiveDto {
  @ApiProperty({ type: String, enum: ['ok'], description: 'The process answers', example: 'ok' })
  status!: 'ok';
}
