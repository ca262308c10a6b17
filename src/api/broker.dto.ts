import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { type DispatchRequest, type ShownError, strategies, type Strategy, type WorkerView } from '../broker/index.ts';
import type { Json } from '../kernel/json.ts';
import { CheckedField, ChoiceField, FlagField, NumberField, TextField, TextListField } from './fields.dto.ts';
import { jsonReference } from './json-schemas.ts';

export class DispatchDto implements DispatchRequest {
  @ChoiceField({
    description:
      'DIRECT: to the worker `target`. ROUND_ROBIN: to the matching ones in turn. BROADCAST: to all matching ones. OFFER: to the one that bids best',
    example: 'ROUND_ROBIN',
    choices: strategies,
  })
  strategy!: Strategy;

  @TextField({
    description: 'Id of the worker; with DIRECT, and only then',
    example: 'rpn-1',
    maxLength: 100,
    optional: true,
  })
  target?: string;

  @TextField({ description: 'Only workers of this type', example: 'rpn', maxLength: 100, optional: true })
  type?: string;

  @TextListField({
    description: 'Only workers that have all of these',
    example: [],
    maxItems: 64,
    maxLength: 100,
    optional: true,
  })
  capabilities?: string[];

  @CheckedField(
    { allOf: [jsonReference], description: 'What the worker gets: any JSON', example: '3 4 + 2 *' },
    'isGiven',
    (value) => (value === undefined ? 'payload is missing' : null),
  )
  payload!: Json;

  @NumberField({
    description: 'How long to wait for the answer, in milliseconds. Default: 30000',
    example: 30_000,
    min: 1,
    max: 3_600_000,
    optional: true,
  })
  timeoutMs?: number;

  @FlagField({
    description: 'Whether another worker may do it again when one was lost in the middle of it. Default: false',
    example: true,
    optional: true,
  })
  repeatable?: boolean;
}

export class WorkerErrorDto implements ShownError {
  @ApiProperty({ type: String, description: 'Stable and machine-readable', example: 'BROKER_WORKER_LOST' })
  code!: string;

  @ApiProperty({ type: String, description: 'For people', example: 'Worker rpn-1 could not do it: …' })
  message!: string;

  @ApiProperty({ type: Object, additionalProperties: true, description: 'What it knows besides', example: {} })
  details!: Readonly<Record<string, unknown>>;
}

export class WorkerResultDto {
  @ApiProperty({ type: String, description: 'Who answered', example: 'rpn-1' })
  workerId!: string;

  @ApiProperty({ type: Boolean, enum: [true], description: 'It could be done', example: true })
  ok!: true;

  @ApiProperty({ allOf: [jsonReference], description: 'Any JSON', example: { value: 14 } })
  result!: Json;
}

export class WorkerFailureDto {
  @ApiProperty({ type: String, description: 'Who answered', example: 'rpn-1' })
  workerId!: string;

  @ApiProperty({ type: Boolean, enum: [false], description: 'It could not be done', example: false })
  ok!: false;

  @ApiProperty({ type: WorkerErrorDto, description: 'Why; with BROADCAST only', example: {} })
  error!: WorkerErrorDto;
}

@ApiExtraModels(WorkerResultDto, WorkerFailureDto)
export class DispatchAnswerDto {
  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The message; GET /tasks/{messageId}/events has all that became of it',
    example: '01937b1e-6a1c-7000-8000-000000000000',
  })
  messageId!: string;

  @ApiProperty({
    type: 'array',
    items: { oneOf: [{ $ref: getSchemaPath(WorkerResultDto) }, { $ref: getSchemaPath(WorkerFailureDto) }] },
    description: 'One, or with BROADCAST one of each worker',
    example: [{ workerId: 'rpn-1', ok: true, result: { value: 14 } }],
  })
  answers!: readonly (WorkerResultDto | WorkerFailureDto)[];
}

export class WorkerDto implements WorkerView {
  @ApiProperty({ type: String, description: 'The worker', example: 'rpn-1' })
  id!: string;

  @ApiProperty({ type: String, description: 'What kind of worker it is', example: 'rpn' })
  type!: string;

  @ApiProperty({ type: String, isArray: true, description: 'What it can do', example: [] })
  capabilities!: readonly string[];

  @ApiProperty({
    type: String,
    enum: ['local', 'remote'],
    description: 'In the server, or elsewhere',
    example: 'local',
  })
  place!: 'local' | 'remote';

  @ApiProperty({
    type: String,
    enum: ['created', 'running', 'stopping', 'stopped'],
    description: 'Where it stands',
    example: 'running',
  })
  state!: 'created' | 'running' | 'stopping' | 'stopped';

  @ApiProperty({ type: Boolean, description: 'false: its connection is lost, and it may come back', example: true })
  reachable!: boolean;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Messages that it handles now', example: 0 })
  handling!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Messages that wait before it', example: 0 })
  waiting!: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Messages that it can handle at once', example: 1 })
  maxConcurrent!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Messages that may wait before it', example: 100 })
  maxInbox!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Messages that it has answered', example: 12 })
  answered!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Messages that it could not do', example: 0 })
  failed!: number;
}

export class WorkerListDto {
  @ApiProperty({ type: WorkerDto, isArray: true, description: 'All of them, by id', example: [] })
  workers!: readonly WorkerDto[];
}
