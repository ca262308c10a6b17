import { ApiProperty } from '@nestjs/swagger';
import type { Plan, PlannedModule, TaskLimits } from '../events/index.ts';
import { GivenPlanField } from './execution-plan.dto.ts';
import {
  CheckedField,
  ChoiceField,
  NumberField,
  ObjectField,
  ObjectListField,
  TextField,
  TextListField,
} from './fields.dto.ts';
import { LimitsDto } from './new-task.dto.ts';
import { TaskDto } from './task.dto.ts';

function ByField(): PropertyDecorator {
  return TextField({
    description: 'Who says so. With a key its name counts instead. Default: user',
    example: 'ada',
    maxLength: 100,
    optional: true,
  });
}

function PlanHashField(): PropertyDecorator {
  return TextField({
    description: 'planHash of the plan that you saw; when it has changed meanwhile, nothing is done',
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    maxLength: 64,
  });
}

export class InterventionDto {
  @TextField({
    description: 'What the next model call is to know',
    example: 'Keep digits in the slug',
    maxLength: 20_000,
  })
  guidance!: string;

  @ChoiceField({
    description: 'What to do in the same step. Default: nothing more',
    example: 'pause',
    choices: ['pause', 'resume'],
    optional: true,
  })
  action?: 'pause' | 'resume';

  @ByField()
  by?: string;
}

export class PauseRequestDto {
  @TextField({ description: 'Why; everybody sees it', example: 'The design changes', maxLength: 1000, optional: true })
  reason?: string;

  @ByField()
  by?: string;
}

export class ResumeRequestDto {
  @ObjectField(() => LimitsDto, {
    description: 'Limits that take the place of those of the same name',
    example: { maxTokens: 100_000 },
    optional: true,
  })
  limits?: TaskLimits;

  @ByField()
  by?: string;
}

export class AnswersDto {
  @TextListField({
    description: 'One for each open question, in their order',
    example: ['A hyphen'],
    maxItems: 100,
    maxLength: 20_000,
  })
  answers!: string[];

  @ByField()
  by?: string;
}

export class BugReportRequestDto {
  @TextField({ description: 'What is wrong, and how to see it', example: 'slugify("") throws', maxLength: 20_000 })
  description!: string;

  @NumberField({
    description: 'Code version that you looked at',
    example: 2,
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  })
  codeVersion!: number;

  @TextField({
    description: 'SHA-256 of the code that you looked at, hexadecimal',
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    maxLength: 64,
    optional: true,
  })
  codeHash?: string;

  @CheckedField(
    {
      type: 'object',
      description: 'Vector clock of the newest event that you had seen. Default: that of the newest change',
      example: { 'server-1': 12 },
      optional: true,
      additionalProperties: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
      maxProperties: 1000,
    },
    'isVectorClock',
    clockProblem,
  )
  vectorClock?: Record<string, number>;

  @TextField({
    description: 'Path of the module to blame. Default: the one with codeHash, else the one that changed last',
    example: 'src/slugify.js',
    maxLength: 1024,
    optional: true,
  })
  module?: string;

  @ByField()
  by?: string;
}

export class BugReportAnswerDto {
  @ApiProperty({ type: Boolean, description: 'It starts a correction; else it came too late', example: true })
  accepted!: boolean;

  @ApiProperty({
    type: String,
    description: 'The check that decided: version, futureVersion, clock or hash',
    example: 'version',
  })
  decidedBy!: string;

  @ApiProperty({ type: () => TaskDto, description: 'The task with the report recorded', example: { taskId: 't' } })
  task!: TaskDto;
}

export class CodeByHandDto {
  @TextField({ description: 'Path of a module of the plan', example: 'src/slugify.js', maxLength: 1024 })
  path!: string;

  @TextField({ description: 'The whole content, UTF-8', example: 'export const slugify = (text) => text;\n' })
  content!: string;

  @ByField()
  by?: string;
}

export class EditedModuleDto implements PlannedModule {
  @TextField({ description: 'Path of the file to write', example: 'src/slugify.js', maxLength: 1024 })
  path!: string;

  @TextField({ description: 'What it is to do', example: 'Exports slugify(text)', maxLength: 20_000, mayBeEmpty: true })
  description!: string;

  @TextListField({
    description: 'Paths of modules that must be complete first',
    example: ['src/words.js'],
    maxItems: 1000,
    maxLength: 1024,
  })
  dependsOn!: string[];

  @TextListField({
    description: 'What tests are to show',
    example: ['joins words by hyphens'],
    maxItems: 1000,
    maxLength: 10_000,
    optional: true,
  })
  testCases?: string[];
}

export class EditedPlanDto implements Omit<Plan, 'document'> {
  @TextField({ description: 'What is to be reached', example: 'slugify(text) with tests', maxLength: 20_000 })
  objective!: string;

  @TextField({ description: 'Of the code; it cannot be changed', example: 'javascript', maxLength: 64 })
  language!: string;

  @ObjectListField(() => EditedModuleDto, {
    description: 'What differs from before, and what depends on it, is built anew',
    example: [{ path: 'src/slugify.js', description: 'Exports slugify(text)', dependsOn: [] }],
    maxItems: 1000,
  })
  modules!: EditedModuleDto[];

  @GivenPlanField('As it was answered, or changed instead of the modules')
  document?: object | string;
}

export class PlanEditDto {
  @ObjectField(() => EditedPlanDto, {
    description: 'The plan as it is to be, by its modules; or else document',
    example: { objective: 'slugs' },
    optional: true,
  })
  plan?: EditedPlanDto;

  @GivenPlanField('The plan as it is to be, by its document: an object, or its Markdown')
  document?: object | string;

  @PlanHashField()
  planHash!: string;

  @ByField()
  by?: string;
}

export class PlanDecisionDto {
  @ChoiceField({ description: 'What to do with the plan', example: 'approve', choices: ['approve', 'reject'] })
  decision!: 'approve' | 'reject';

  @PlanHashField()
  planHash!: string;

  @TextField({
    description: 'Why it is rejected: the planner gets it. Needed to reject',
    example: 'One file is enough',
    maxLength: 20_000,
    optional: true,
  })
  reason?: string;

  @ByField()
  by?: string;
}

function clockProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object of whole numbers';
  const wrong = Object.entries(value).find(
    ([process, count]) => process.length > 256 || !Number.isSafeInteger(count) || Number(count) < 0,
  );
  return wrong ? `[${JSON.stringify(wrong[0].slice(0, 64))}] must be a whole number from 0 on` : null;
}
