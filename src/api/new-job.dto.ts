import { ApiProperty, getSchemaPath } from '@nestjs/swagger';
import type { NewJob } from '../jobs/index.ts';
import type { Json } from '../kernel/json.ts';
import { CheckedField, JsonObjectField, MOST_CHARACTERS, NumberField, TextField } from './fields.dto.ts';
import { jsonReference } from './json-schemas.ts';
import { MetadataField, NewTaskIdField, PriorityField } from './task-fields.dto.ts';

const outcomes = (description: string, choices: readonly string[]) =>
  ({ type: String, enum: [...choices], required: false, description, example: choices[0] }) as const;

/** An edge of the graph, as it is documented; its fields are checked where graphs are read. */
export class DependencyDto {
  @ApiProperty({
    type: String,
    minLength: 1,
    maxLength: 100,
    description: 'The step that must have ended before',
    example: 'fetch',
  })
  step!: string;

  @ApiProperty(outcomes('Once that one is done', ['run', 'skip']))
  onDone?: string;

  @ApiProperty(outcomes('Once it has failed for good', ['fail', 'skip', 'run']))
  onFailure?: string;

  @ApiProperty(outcomes('Once it was skipped', ['skip', 'run']))
  onSkip?: string;
}

/** A step, as it is documented; its fields are checked where graphs are read. */
export class ToDoDto {
  @ApiProperty({
    type: String,
    minLength: 1,
    maxLength: 100,
    description: 'Unique in the job: letters, digits, - and _',
    example: 'sum',
  })
  id!: string;

  @ApiProperty({
    type: String,
    minLength: 1,
    maxLength: 64,
    description: 'What an agent has to be able to do',
    example: 'rpn',
  })
  action!: string;

  @ApiProperty({
    type: String,
    maxLength: 100_000,
    required: false,
    nullable: true,
    description: 'What on a page is meant',
    example: null,
  })
  selector?: string | null;

  @ApiProperty({
    type: String,
    maxLength: 100_000,
    required: false,
    nullable: true,
    description: 'What is typed, or said',
    example: null,
  })
  text?: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: jsonReference,
    maxProperties: MOST_CHARACTERS,
    selfRequired: false,
    description: 'Values of the action; `{{steps.<id>.result}}` stands for the result of a step in dependsOn',
    example: { expression: '3 4 +' },
  })
  params?: Record<string, Json>;

  @ApiProperty({
    type: 'integer',
    required: false,
    nullable: true,
    minimum: 1,
    maximum: 86_400_000,
    description: 'Longest time of one attempt, in milliseconds. Default: JOB_STEP_TIMEOUT_MS',
    example: 30_000,
  })
  timeoutMs?: number | null;

  @ApiProperty({
    type: 'array',
    maxItems: 1000,
    items: { oneOf: [{ type: 'string', maxLength: 100 }, { $ref: getSchemaPath(DependencyDto) }] },
    required: false,
    description: 'Steps that must have ended before: ids, or edges with rules',
    example: ['fetch'],
  })
  dependsOn?: readonly (string | DependencyDto)[];

  @ApiProperty({
    type: 'integer',
    required: false,
    nullable: true,
    minimum: 0,
    maximum: 100,
    description: 'How often it is tried again. Default: maxRetries of the job',
    example: 1,
  })
  retries?: number | null;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: 2,
    required: false,
    description: 'People that have to approve it: 0 to 2',
    example: 0,
  })
  approvals?: number;

  @ApiProperty({
    type: 'array',
    items: { type: 'string', minLength: 1, maxLength: 100 },
    maxItems: 20,
    required: false,
    description: 'What its agent must be able to do besides',
    example: [],
  })
  capabilities?: readonly string[];
}

export class NewJobDto implements NewJob {
  @NewTaskIdField()
  jobId?: string;

  @CheckedField(
    {
      type: 'array',
      maxItems: 10_000,
      items: { $ref: getSchemaPath(ToDoDto) },
      optional: true,
      description: 'The steps; without them an intent or a request is needed',
      example: [{ id: 'sum', action: 'rpn', params: { expression: '3 4 +' } }],
    },
    'isListOfSteps',
    (value) => (Array.isArray(value) ? null : 'must be a list of steps'),
  )
  tasks?: unknown[];

  @TextField({
    description: 'The name of an intent; beside tasks only a label',
    example: 'calculate',
    maxLength: 100,
    optional: true,
  })
  intent?: string;

  @JsonObjectField({ description: 'What the intent needs', example: { expression: '3 + 4' }, optional: true })
  params?: Record<string, Json>;

  @TextField({
    description: 'What is to be done, in plain words',
    example: 'what is three plus four times two',
    maxLength: 10_000,
    optional: true,
  })
  request?: string;

  @PriorityField('Default: MEDIUM')
  priority?: string | number;

  @NumberField({
    description: 'How often a step that says nothing else is tried again. Default: 3',
    example: 3,
    min: 0,
    max: 100,
    optional: true,
  })
  maxRetries?: number;

  @MetadataField('Strings that are kept and given back: at most 64, of 1,024 characters')
  metadata?: Record<string, string>;
}
