import { ApiProperty } from '@nestjs/swagger';
import type { Briefing, ManifestEntry, Rebuilt, TaskContext } from '../tasks/index.ts';

const tokens = { type: 'integer', minimum: 0 } as const;

export class ContextPartDto implements ManifestEntry {
  @ApiProperty({ type: String, description: 'What it is: a file, a failure, a remark', example: 'src/words.js' })
  part!: string;

  @ApiProperty({
    enum: ['system', 'state', 'history', 'event'],
    required: false,
    description: 'Where it stands, in this order; absent in old logs',
    example: 'event',
  })
  layer?: NonNullable<ManifestEntry['layer']>;

  @ApiProperty({
    enum: ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'],
    required: false,
    description: 'CRITICAL is always in, the others as far as there is room; absent in old logs',
    example: 'HIGH',
  })
  level?: NonNullable<ManifestEntry['level']>;

  @ApiProperty({ ...tokens, description: 'What it takes', example: 212 })
  tokens!: number;

  @ApiProperty({ type: String, description: 'Why it is worth them', example: 'direct dependency' })
  why!: string;

  @ApiProperty({ type: Boolean, description: 'Whether the model was told it', example: true })
  included!: boolean;
}

export class PassedOverModelDto {
  @ApiProperty({ type: String, description: 'A model that would have been asked rather', example: 'mistral:7b' })
  model!: string;

  @ApiProperty({ type: String, description: 'Why it was not', example: 'the provider does not have it' })
  reason!: string;
}

export class PromptMessageDto {
  @ApiProperty({ enum: ['system', 'user', 'assistant'], description: 'Whose words', example: 'user' })
  role!: 'system' | 'user' | 'assistant';

  @ApiProperty({ type: String, description: 'The words', example: '## Task …' })
  content!: string;
}

export class TaskContextDto implements TaskContext {
  @ApiProperty({ type: String, description: 'The task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Stream sequence of the call', example: 5 })
  sequence!: number;

  @ApiProperty({ type: String, format: 'date-time', description: 'When', example: '2026-11-24T12:00:00.000Z' })
  timestamp!: string;

  @ApiProperty({ type: String, description: 'The call', example: '01990000-0000-7000-8000-000000000001' })
  callId!: string;

  @ApiProperty({ type: String, description: 'What was asked', example: 'GenerateModule' })
  signature!: string;

  @ApiProperty({ type: String, description: 'Of whom', example: 'executor' })
  role!: string;

  @ApiProperty({ type: String, nullable: true, description: 'For which file; null: the task', example: 'src/words.js' })
  module!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The model; null: whoever claims it', example: 'qwen3:8b' })
  model!: string | null;

  @ApiProperty({ ...tokens, nullable: true, description: 'Of the whole prompt; null in old logs', example: 1830 })
  tokens!: number | null;

  @ApiProperty({ ...tokens, nullable: true, description: 'What it might take; null in old logs', example: 4505 })
  promptTokens!: number | null;

  @ApiProperty({ ...tokens, nullable: true, description: "The model's window; null in old logs", example: 8192 })
  contextTokens!: number | null;

  @ApiProperty({ type: [PassedOverModelDto], description: 'Models that were too small, or are not there', example: [] })
  passedOver!: readonly PassedOverModelDto[];

  @ApiProperty({ type: [ContextPartDto], description: 'What there was to tell, in and out', example: [] })
  parts!: readonly ContextPartDto[];

  @ApiProperty({ type: [PromptMessageDto], description: 'What was sent', example: [] })
  messages!: readonly PromptMessageDto[];

  @ApiProperty({
    type: String,
    description: 'SHA-256 of messages and answer schema',
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
  promptHash!: string;

  @ApiProperty({
    enum: ['same', 'different', 'impossible'],
    description: 'The prompt made again from the events before it, compared byte for byte with what was sent',
    example: 'same',
  })
  rebuilt!: Rebuilt;
}

export class BriefingPartDto {
  @ApiProperty({
    type: String,
    description: 'What it is: a node of the graph, code, facts, an event',
    example: 'facts',
  })
  part!: string;

  @ApiProperty({ ...tokens, description: 'What it takes', example: 212 })
  tokens!: number;

  @ApiProperty({ type: String, description: 'Why it is worth them', example: 'direct dependency' })
  why!: string;

  @ApiProperty({ type: Boolean, description: 'Whether it is told', example: true })
  included!: boolean;

  @ApiProperty({ type: Boolean, required: false, description: 'It is told, and not all of it', example: true })
  cut?: true;
}

export class BriefingDto implements Briefing {
  @ApiProperty({ type: String, description: 'The task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: String, description: 'The file', example: 'src/slugify.js' })
  path!: string;

  @ApiProperty({ ...tokens, description: 'Stream sequence of the newest event that it knows', example: 12 })
  sequence!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Whose tokens; null: estimated', example: 'mistral:7b' })
  model!: string | null;

  @ApiProperty({ ...tokens, description: 'The budget, of which it takes at most 80 %', example: 8192 })
  budgetTokens!: number;

  @ApiProperty({ ...tokens, description: 'What it takes', example: 1204 })
  tokens!: number;

  @ApiProperty({ type: String, description: 'What there is to know, in levels', example: '# CRITICAL …' })
  text!: string;

  @ApiProperty({ type: [BriefingPartDto], description: 'All that there was to tell', example: [] })
  parts!: readonly BriefingPartDto[];
}
