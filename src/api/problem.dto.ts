import { ApiProperty } from '@nestjs/swagger';
import type { Problem } from './problem.ts';

export class IssueDto {
  @ApiProperty({
    type: String,
    description: 'Where it stands in the request; empty: the whole',
    example: 'files[0].path',
  })
  path!: string;

  @ApiProperty({ type: String, description: 'What is wrong and what would be right', example: 'leaves the workspace' })
  message!: string;
}

/** Problem details (RFC 9457). */
export class ProblemDto implements Problem {
  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Kind of problem',
    example: 'urn:taskloom:problem:TASK_NOT_FOUND',
  })
  type!: string;

  @ApiProperty({ type: String, description: 'Name of the status', example: 'Not Found' })
  title!: string;

  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, description: 'HTTP status', example: 404 })
  status!: number;

  @ApiProperty({ type: String, description: 'What is wrong and what to do', example: 'There is no task "slugify-2".' })
  detail!: string;

  @ApiProperty({ type: String, description: 'The path that was asked', example: '/tasks/slugify-2' })
  instance!: string;

  @ApiProperty({ type: String, description: 'Stable and machine-readable', example: 'TASK_NOT_FOUND' })
  code!: string;

  @ApiProperty({ type: () => IssueDto, isArray: true, description: 'What is wrong where', example: [] })
  errors!: readonly IssueDto[];

  @ApiProperty({
    type: String,
    description: 'Finds the request in the log',
    example: '01937b1e-6a1c-7000-8000-000000000000',
  })
  correlationId!: string;

  @ApiProperty({
    type: 'object',
    selfRequired: false,
    additionalProperties: true,
    description: 'What is known besides',
    example: { taskId: 'slugify-2' },
  })
  details?: Readonly<Record<string, unknown>>;
}
