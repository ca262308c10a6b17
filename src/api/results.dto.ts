import { ApiProperty } from '@nestjs/swagger';
import type { Plan, PlannedModule, SourceFile } from '../events/index.ts';
import type { FileView } from '../tasks/index.ts';

export class PlannedModuleDto implements PlannedModule {
  @ApiProperty({ type: String, description: 'Path of the file to write', example: 'src/slugify.js' })
  path!: string;

  @ApiProperty({ type: String, description: 'What it is to do', example: 'Exports slugify(text)' })
  description!: string;

  @ApiProperty({
    type: String,
    isArray: true,
    description: 'Modules that must be complete first',
    example: ['src/words.js'],
  })
  dependsOn!: readonly string[];

  @ApiProperty({
    type: String,
    isArray: true,
    required: false,
    description: 'What tests are to show',
    example: ['joins words by hyphens'],
  })
  testCases?: readonly string[];
}

export class PlanDto implements Plan {
  @ApiProperty({ type: String, description: 'What is to be reached', example: 'slugify(text) with tests' })
  objective!: string;

  @ApiProperty({ type: String, description: 'Of the code', example: 'javascript' })
  language!: string;

  @ApiProperty({ type: () => PlannedModuleDto, isArray: true, description: 'In the order of the plan', example: [] })
  modules!: readonly PlannedModuleDto[];
}

export class HashedPlanDto extends PlanDto {
  @ApiProperty({
    type: String,
    description: 'Names this plan: give it to approve, reject or edit',
    pattern: '^[0-9a-f]{64}$',
    example: 'ba7816bf…',
  })
  planHash!: string;
}

export class FileDto implements FileView {
  @ApiProperty({ type: String, description: 'Relative, with /', example: 'src/slugify.js' })
  path!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Bytes of UTF-8', example: 120 })
  size!: number;

  @ApiProperty({
    type: String,
    description: 'Of its bytes, hexadecimal',
    pattern: '^[0-9a-f]{64}$',
    example: 'ba7816bf…',
  })
  sha256!: string;

  @ApiProperty({
    type: String,
    enum: ['test', 'regression', 'source', 'fixture'],
    description: 'What it is for',
    example: 'source',
  })
  role!: SourceFile['role'];
}

export class FileListDto {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'The code version it shows', example: 2 })
  version!: number;

  @ApiProperty({ type: () => FileDto, isArray: true, description: 'Every file', example: [] })
  files!: readonly FileDto[];
}
