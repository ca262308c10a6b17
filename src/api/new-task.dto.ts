import type { NewTask } from '../tasks/index.ts';
import { GivenPlanField } from './execution-plan.dto.ts';
import {
  ChoiceField,
  FlagField,
  NumberField,
  ObjectField,
  ObjectListField,
  TextField,
  TextListField,
} from './fields.dto.ts';
import { MetadataField, NewTaskIdField, PriorityField } from './task-fields.dto.ts';

const fileRoles = ['test', 'regression', 'source', 'fixture'] as const;

export class NewFileDto {
  @TextField({
    description: 'Relative path inside the workspace, with /',
    example: 'test/slugify.test.js',
    maxLength: 1024,
  })
  path!: string;

  @TextField({
    description: 'The whole content, UTF-8',
    example: "import { slugify } from '../src/slugify.js';\n",
    mayBeEmpty: true,
  })
  content!: string;

  @ChoiceField({
    description:
      'test: the measure, the model cannot change it; regression: a test of an existing project, which must stay green if ' +
      'it is; source: the model may change it; fixture: data that tests read. Default: source',
    example: 'test',
    choices: fileRoles,
    optional: true,
  })
  role?: (typeof fileRoles)[number];
}

export class NewModuleDto {
  @TextField({ description: 'Path of the file to write', example: 'src/slugify.js', maxLength: 1024 })
  path!: string;

  @TextField({
    description: 'What it is to do',
    example: 'Exports slugify(text): lower case, words joined by hyphens',
    maxLength: 20_000,
    mayBeEmpty: true,
    optional: true,
  })
  description?: string;

  @TextListField({
    description: 'Paths of modules that must be complete first',
    example: ['src/words.js'],
    maxItems: 1000,
    maxLength: 1024,
    optional: true,
  })
  dependsOn?: string[];
}

export class LimitsDto {
  @NumberField({ description: 'Corrections of one module', example: 5, min: 1, max: 1000, optional: true })
  maxIterations?: number;

  @NumberField({ description: 'Tokens of all model calls', example: 50_000, min: 1, max: 1e12, optional: true })
  maxTokens?: number;

  @NumberField({
    description: 'Cost of all model calls in US dollars, where prices are known',
    example: 0.5,
    min: 0,
    max: 1e6,
    wholeNumber: false,
    optional: true,
  })
  maxCostUsd?: number;

  @NumberField({ description: 'Seconds the task may hold a slot', example: 600, min: 1, max: 86_400, optional: true })
  maxSeconds?: number;
}

export class ModelsDto {
  @TextField({ description: 'Model that plans', example: 'qwen3:8b', maxLength: 256, optional: true })
  planner?: string;

  @TextField({
    description: 'Model that writes and corrects code',
    example: 'mistral:7b',
    maxLength: 256,
    optional: true,
  })
  executor?: string;
}

export class NewTaskDto implements NewTask {
  @TextField({
    description: 'What to build. At most PROMPT_MAX_CHARS characters (default 200,000), else 413',
    example: 'Write slugify(text) with tests',
    limitedTo: 10_000_000,
  })
  prompt!: string;

  @TextListField({
    description: 'Answers to questions asked before',
    example: ['ASCII only'],
    maxItems: 10_000,
    maxLength: 100_000,
    optional: true,
  })
  answers?: string[];

  @PriorityField('Default: MEDIUM')
  priority?: string | number;

  @NewTaskIdField()
  taskId?: string;

  @TextField({
    description: 'javascript, typescript or python. Default: decided by the plan',
    example: 'javascript',
    maxLength: 64,
    optional: true,
  })
  language?: string;

  @ObjectListField(() => NewFileDto, {
    description: 'Files that are in the workspace from the start',
    example: [{ path: 'test/slugify.test.js', content: '// tests', role: 'test' }],
    maxItems: 1000,
    optional: true,
  })
  files?: NewFileDto[];

  @ObjectListField(() => NewModuleDto, {
    description: 'A short plan: with it no planning call is made',
    example: [{ path: 'src/slugify.js', description: 'Exports slugify(text)' }],
    maxItems: 1000,
    optional: true,
  })
  modules?: NewModuleDto[];

  @GivenPlanField('A whole plan, as an object or as its Markdown; not together with modules. No planning call is made')
  plan?: object | string;

  @FlagField({ description: 'Stop after planning until the plan is approved', example: true, optional: true })
  requireApproval?: boolean;

  @ObjectField(() => LimitsDto, {
    description: 'What the task may use up: at a limit it pauses and asks',
    example: { maxIterations: 5, maxSeconds: 600 },
    optional: true,
  })
  limits?: LimitsDto;

  @ObjectField(() => ModelsDto, {
    description: 'Models by name, instead of the configured ones',
    example: { executor: 'mistral:7b' },
    optional: true,
  })
  models?: ModelsDto;

  @MetadataField('Strings that are kept and given back, and that tasks are found by: at most 64, of 1,024 characters')
  metadata?: Record<string, string>;
}
