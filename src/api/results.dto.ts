import { ApiProperty } from '@nestjs/swagger';
import type { ExecutionPlan, Plan, PlannedModule, SourceFile } from '../events/index.ts';
import type { FileView, PlanView } from '../tasks/index.ts';
import { planReference } from './execution-plan.dto.ts';

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

  @ApiProperty({
    allOf: [planReference],
    required: false,
    description: 'What the modules were derived from. A state has none for a short plan',
    example: {},
  })
  document?: ExecutionPlan;
}

export class HashedPlanDto extends PlanDto implements PlanView {
  @ApiProperty({
    allOf: [planReference],
    required: true,
    description: 'What the modules were derived from, or come to',
    example: {},
  })
  override document!: ExecutionPlan;

  @ApiProperty({
    type: String,
    description: 'Names this plan: give it to approve, reject or edit',
    pattern: '^[0-9a-f]{64}$',
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
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
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
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
