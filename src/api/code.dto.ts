import { ApiProperty } from '@nestjs/swagger';
import type { CodeDiff, CodeOrigin, CodeVersion, FileDiff, VersionedFile } from '../tasks/index.ts';
import { FileDto } from './results.dto.ts';

const count = { type: 'integer', minimum: 0 } as const;
const sequence = { type: 'integer', minimum: 1 } as const;
export const origin = {
  type: String,
  enum: ['given', 'testsWritten', 'generated', 'corrected', 'byHand', 'planEdited'],
} as const;
const callId = {
  type: String,
  nullable: true,
  description: 'The model call that gave it; null: a person did',
  example: '01990000-0000-7000-8000-000000000001',
} as const;

export class VersionedFileDto extends FileDto implements VersionedFile {
  @ApiProperty({
    type: String,
    enum: ['added', 'changed', 'removed'],
    description: 'Against the version before',
    example: 'added',
  })
  change!: VersionedFile['change'];

  @ApiProperty({ ...origin, description: 'What put it there', example: 'generated' })
  origin!: CodeOrigin;

  @ApiProperty({ ...sequence, description: 'Stream sequence of the event that holds it', example: 9 })
  sequence!: number;

  @ApiProperty(callId)
  callId!: string | null;
}

export class CodeVersionDto implements CodeVersion {
  @ApiProperty({ ...count, description: '0: what the caller gave', example: 1 })
  version!: number;

  @ApiProperty({ ...sequence, description: 'Stream sequence of the event that made it', example: 9 })
  sequence!: number;

  @ApiProperty({ type: String, description: 'Its type', example: 'CODE_GENERATED' })
  eventType!: CodeVersion['eventType'];

  @ApiProperty({ type: String, format: 'date-time', description: 'When', example: '2026-11-24T12:00:00.000Z' })
  timestamp!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What was written or corrected',
    example: 'src/slugify.js',
  })
  module!: string | null;

  @ApiProperty({ ...origin, description: 'What made it', example: 'generated' })
  origin!: CodeOrigin;

  @ApiProperty(callId)
  callId!: string | null;

  @ApiProperty({
    type: () => VersionedFileDto,
    isArray: true,
    description: 'What it has and the one before has not, tests that were written while it was the newest included',
    example: [],
  })
  files!: readonly VersionedFileDto[];
}

export class CodeVersionsDto {
  @ApiProperty({ type: String, description: 'The task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: () => CodeVersionDto, isArray: true, description: 'In order', example: [] })
  versions!: readonly CodeVersionDto[];
}

export class FileDiffDto implements FileDiff {
  @ApiProperty({ type: String, description: 'Relative, with /', example: 'src/slugify.js' })
  path!: string;

  @ApiProperty({
    type: String,
    enum: ['added', 'changed', 'removed'],
    description: 'What became of it',
    example: 'changed',
  })
  change!: FileDiff['change'];

  @ApiProperty({ ...count, description: 'Lines that are new', example: 3 })
  linesAdded!: number;

  @ApiProperty({ ...count, description: 'Lines that are gone', example: 1 })
  linesRemoved!: number;

  @ApiProperty({ type: String, description: 'As git apply takes it', example: 'diff --git a/src/slugify.js …' })
  patch!: string;
}

export class CodeDiffDto implements CodeDiff {
  @ApiProperty({ type: String, description: 'The task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ ...count, description: 'Code version before', example: 0 })
  from!: number;

  @ApiProperty({ ...count, description: 'Code version after', example: 2 })
  to!: number;

  @ApiProperty({ type: () => FileDiffDto, isArray: true, description: 'Files that differ, by path', example: [] })
  files!: readonly FileDiffDto[];
}
