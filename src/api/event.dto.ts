import { ApiProperty } from '@nestjs/swagger';
import type { StoredEvent } from '../events/index.ts';
import { type Actor, doors, proofs } from '../kernel/acting.ts';
import { roles } from '../kernel/roles.ts';

const id = { type: String, format: 'uuid', example: '01937b1e-6a1c-7000-8000-000000000000' } as const;

/** Who brought an event in. */
export class ActorDto implements Actor {
  @ApiProperty({ type: String, description: 'The name of the key, or `local` where none is needed', example: 'ada' })
  name!: string;

  @ApiProperty({
    enum: proofs,
    description: 'How that was found out; `none`: it is the server itself',
    example: 'key',
  })
  proof!: Actor['proof'];

  @ApiProperty({ type: String, nullable: true, description: 'Of a key in the database', example: '0f3a5c7e9b1d2f48' })
  keyId!: string | null;

  @ApiProperty({ enum: roles, nullable: true, description: 'What it might do', example: 'operator' })
  role!: Actor['role'];

  @ApiProperty({ enum: doors, description: 'By which door', example: 'rest' })
  door!: Actor['door'];

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of the request that it came with',
    example: 'checkout-42',
  })
  correlationId!: string | null;
}

/** As it stands in the log: it never changes. */
export class EventDto {
  @ApiProperty({ ...id, description: 'The event' })
  eventId!: string;

  @ApiProperty({ type: String, description: 'Its task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: String, description: 'What happened', example: 'CODE_GENERATED' })
  eventType!: StoredEvent['eventType'];

  @ApiProperty({
    type: String,
    format: 'date-time',
    description: 'For people, not for order',
    example: '2026-11-24T12:00:00.000Z',
  })
  timestamp!: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Position in the whole log', example: 120 })
  sequenceNumber!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: "Position among the task's events: the cursor",
    example: 12,
  })
  streamSequence!: number;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    description: 'What each process had done: tells before from at the same time',
    example: { 'host-1a2b': 12 },
  })
  vectorClock!: Readonly<Record<string, number>>;

  @ApiProperty({ ...id, nullable: true, description: 'The event that caused it' })
  causationId!: string | null;

  @ApiProperty({ ...id, description: 'Ties together what belongs to one request' })
  correlationId!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'What the type carries',
    example: { module: 'src/slugify.js' },
  })
  data!: StoredEvent['data'];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Version of the code after it', example: 1 })
  codeVersion!: number;

  @ApiProperty({
    type: () => ActorDto,
    required: false,
    description: 'Who brought it in; absent where the server did it of itself',
    example: { name: 'ada', proof: 'key', keyId: null, role: 'operator', door: 'rest', correlationId: 'checkout-42' },
  })
  actor?: Actor;
}

export class EventPageDto {
  @ApiProperty({ type: () => EventDto, isArray: true, description: 'In order; empty at the end', example: [] })
  events!: readonly EventDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Give it as afterSequence for what comes next',
    example: 12,
  })
  nextAfterSequence!: number;
}
