import { ApiProperty } from '@nestjs/swagger';
import { type KnowledgeEntry, type KnowledgeKind, knowledgeKinds } from '../context/index.ts';
import { ChoiceField, NumberInQuery, TextField } from './fields.dto.ts';

const MAX_TITLE = 200;
const MAX_TEXT = 4000;

export class KnowledgeQuery {
  @TextField({
    description: 'What to look for, by words and, with EMBEDDING_MODEL, by meaning; without it: all, newest first',
    example: 'Invalid time value',
    maxLength: 20_000,
    optional: true,
  })
  query?: string;

  @ChoiceField({ description: 'Only entries of this kind', example: 'fix', choices: knowledgeKinds, optional: true })
  kind?: KnowledgeKind;

  @NumberInQuery({ description: 'Entries at the most', example: 20, min: 1, max: 100 })
  limit?: number;

  @NumberInQuery({
    description: 'nextBefore of the page before; not with query',
    example: 120,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  before?: number;
}

export class ForgetQuery {
  @TextField({
    description: 'Who says so; recorded. With a key its name counts instead. Default: user',
    example: 'ada',
    maxLength: 100,
    optional: true,
  })
  by?: string;
}

export class KnowledgeCorrectionDto {
  @TextField({ description: 'One line. Default: as it is', example: 'Dates', maxLength: MAX_TITLE, optional: true })
  title?: string;

  @TextField({
    description: 'What is to be known. Default: as it is',
    example: 'Check isNaN(date) before toISOString()',
    maxLength: MAX_TEXT,
    optional: true,
  })
  text?: string;

  @TextField({
    description: 'Who says so; recorded. With a key its name counts instead. Default: user',
    example: 'ada',
    maxLength: 100,
    optional: true,
  })
  by?: string;
}

export class KnowledgeEntryDto implements KnowledgeEntry {
  @ApiProperty({ type: String, description: 'Stays the same', example: 'fix-019a217b-5b99-76e3-a921-0277131a9483-1' })
  id!: string;

  @ApiProperty({
    type: String,
    enum: [...knowledgeKinds],
    description: 'An error with its fix, a decision of a plan, or a module that was built',
    example: 'fix',
  })
  kind!: KnowledgeKind;

  @ApiProperty({ type: String, description: 'One line', example: 'formats dates: RangeError: Invalid time value' })
  title!: string;

  @ApiProperty({ type: String, description: 'What was learned', example: 'src/date.js failed its tests: …' })
  text!: string;

  @ApiProperty({ type: String, description: 'The task that taught it', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The module; null: the whole task',
    example: 'src/date.js',
  })
  module!: string | null;

  @ApiProperty({ type: String, description: 'Of the code', example: 'javascript' })
  language!: string;

  @ApiProperty({
    type: String,
    format: 'uuid',
    description: 'The event in the log that it comes from',
    example: '019a217b-5b99-76e3-a921-0277131a9483',
  })
  eventId!: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Grows with every new entry', example: 12 })
  position!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Who put it right last; null: nobody', example: 'ada' })
  correctedBy!: string | null;
}

export class ListedKnowledgeDto extends KnowledgeEntryDto {
  @ApiProperty({
    type: String,
    enum: ['words', 'meaning'],
    isArray: true,
    description: 'How it was found; empty without query',
    example: ['words'],
  })
  foundBy!: readonly ('words' | 'meaning')[];
}

export class KnowledgePageDto {
  @ApiProperty({
    type: () => ListedKnowledgeDto,
    isArray: true,
    description: 'With query the best first, else the newest',
    example: [],
  })
  entries!: readonly ListedKnowledgeDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    nullable: true,
    description: 'Give it as before for the next page; null at the end, and with query',
    example: null,
  })
  nextBefore!: number | null;
}
