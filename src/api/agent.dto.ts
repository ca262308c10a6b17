import { ApiProperty } from '@nestjs/swagger';
import {
  type AgentMessage,
  type AgentView,
  type MessageType,
  messageTypes,
  type NewAgent,
  type Routing,
  type WorkStatus,
  workStatuses,
} from '../jobs/index.ts';
import type { Json } from '../kernel/json.ts';
import { CheckedField, MOST_CHARACTERS, NumberField, TextField, TextListField } from './fields.dto.ts';
import { jsonReference } from './json-schemas.ts';

const agentId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export class NewAgentDto implements NewAgent {
  @CheckedField(
    {
      type: String,
      minLength: 1,
      maxLength: 100,
      optional: true,
      description: 'Its own id: letters, digits, dot, hyphen, underscore. Default: a new UUID',
      example: 'desk-7',
    },
    'isAgentId',
    (value) => (typeof value === 'string' && agentId.test(value) ? null : 'is no id: give letters, digits, . - and _'),
  )
  agentId?: string;

  @TextField({ description: 'The machine that it runs on', example: 'desk-7.example.org', maxLength: 200 })
  host!: string;

  @TextField({ description: 'Its operating system', example: 'linux 6.1', maxLength: 200 })
  os!: string;

  @TextListField({
    description: 'Actions that it can do, and whatever else steps may ask for',
    example: ['rpn'],
    maxItems: 100,
    maxLength: 100,
  })
  capabilities!: string[];

  @NumberField({ description: 'Steps at once. Default: 1', example: 4, min: 1, max: 1000, optional: true })
  maxConcurrent?: number;
}

export class AgentDto implements AgentView {
  @ApiProperty({ type: String, description: 'Names it; `local` is the server itself', example: 'desk-7' })
  agentId!: string;

  @ApiProperty({ type: String, description: 'The machine that it runs on', example: 'desk-7.example.org' })
  host!: string;

  @ApiProperty({ type: String, description: 'Its operating system', example: 'linux 6.1' })
  os!: string;

  @ApiProperty({ type: String, isArray: true, description: 'What it can do', example: ['rpn'] })
  capabilities!: readonly string[];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Steps at once', example: 4 })
  maxConcurrent!: number;

  @ApiProperty({
    type: String,
    enum: ['live', 'lost'],
    description: 'lost: it missed three heartbeats, and what it had went to others',
    example: 'live',
  })
  status!: 'live' | 'lost';

  @ApiProperty({ type: Boolean, description: 'Whether steps can be sent to it right now', example: true })
  present!: boolean;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Steps that it has', example: 1 })
  holding!: number;

  @ApiProperty({
    type: Number,
    minimum: 0,
    maximum: 1,
    description: '0 to 1: how much of its room is taken',
    example: 0.25,
  })
  load!: number;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'When it was heard last',
    example: '2026-11-24T12:00:00.000Z',
  })
  lastSeen!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'Since when it is known',
    example: '2026-11-24T12:00:00.000Z',
  })
  registeredAt!: string;
}

export class AgentListDto {
  @ApiProperty({ type: AgentDto, isArray: true, description: 'The server itself first, then by id', example: [] })
  agents!: readonly AgentDto[];
}

export class RegisteredAgentDto {
  @ApiProperty({ type: AgentDto, description: 'The agent', example: {} })
  agent!: AgentDto;

  @ApiProperty({ type: String, description: 'Its key. Shown this once, kept as a hash', example: 'agent_Zx…' })
  key!: string;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'How often it is to be heard, in milliseconds',
    example: 5000,
  })
  heartbeatMs!: number;
}

export class HeartbeatDto {
  @NumberField({
    description: 'Its own idea of how busy it is, 0 to 1',
    example: 0.5,
    min: 0,
    max: 1,
    wholeNumber: false,
    optional: true,
  })
  load?: number;
}

export class TakeDto {
  @NumberField({
    description: 'How long to wait for a step, in milliseconds. Default: 0',
    example: 25_000,
    min: 0,
    max: 25_000,
    optional: true,
  })
  waitMs?: number;
}

const text = (maxLength: number, description: string, example: string) => ({
  type: String,
  minLength: 1,
  maxLength,
  description,
  example,
});
const object = (description: string, example: object) => ({
  type: 'object' as const,
  additionalProperties: jsonReference,
  maxProperties: MOST_CHARACTERS,
  description,
  example,
});

/** A message of the agent protocol, as it is documented; its fields are checked where the protocol is. */
export class AgentMessageDto {
  @ApiProperty({ ...text(36, 'A new UUID', '0198f6a4-6a3c-7b7e-8d3a-111111111111'), format: 'uuid' })
  id!: string;

  @ApiProperty({ ...text(40, 'When it was sent, in UTC', '2026-11-24T12:00:00.000Z'), format: 'date-time' })
  ts!: string;

  @ApiProperty({ type: String, enum: [...messageTypes], description: 'What it is', example: 'done' })
  type!: MessageType;

  @ApiProperty(text(200, 'The agent that sends it', 'desk-7'))
  sender!: string;

  @ApiProperty(text(200, 'Whom it is for; * is everyone', 'taskloom'))
  to!: string;

  @ApiProperty(text(200, 'What it is about', 'calculate'))
  intent!: string;

  @ApiProperty(object('What the type carries: see docs/jobs.md', { result: 7 }))
  payload!: Readonly<Record<string, Json>>;

  @ApiProperty(object('The job and step it belongs to', { jobId: 'invoices-1', stepId: 'sum' }))
  context!: Readonly<Record<string, Json>>;

  @ApiProperty(
    object('conversation, and the message that it answers', {
      conversation: 'invoices-1',
      inReplyTo: '0198f6a4-6a3c-7b7e-8d3a-222222222222',
    }),
  )
  correlation!: Readonly<Record<string, Json>>;

  @ApiProperty({
    type: String,
    isArray: true,
    enum: [...messageTypes],
    maxItems: 11,
    description: 'Types that it may be answered with',
    example: [],
  })
  expected!: readonly MessageType[];

  @ApiProperty({
    type: String,
    enum: [...workStatuses],
    nullable: true,
    description: 'Where the work stands that it speaks of',
    example: 'done',
  })
  status!: WorkStatus | null;

  @ApiProperty(object('The lease that came with the step', { lease: '0198f6a4-6a3c-7b7e-8d3a-333333333333' }))
  security!: Readonly<Record<string, Json>>;
}

export class AssignedDto {
  @ApiProperty({ type: AgentMessageDto, description: 'The step: a message of type assign', example: {} })
  message!: AgentMessage<'assign'>;
}

export class AcceptedDto implements Routing {
  @ApiProperty({ type: Boolean, description: 'It was taken', example: true })
  accepted!: true;

  @ApiProperty({
    type: String,
    enum: ['step', 'agent'],
    description: '`step`: it is recorded of the step; `agent`: nobody waits for it, and it is kept with the agent',
    example: 'step',
  })
  routedTo!: 'step' | 'agent';
}
