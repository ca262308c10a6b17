import { ApiProperty } from '@nestjs/swagger';
import type { DeadCode, DeadCodeAnalysis } from '../events/index.ts';
import { type ModuleView, taskStatuses, type TaskStatus, type TaskView } from '../tasks/index.ts';

const moment = { type: String, format: 'date-time', nullable: true, example: '2026-11-24T12:00:00.000Z' } as const;

export class ModuleDto implements ModuleView {
  @ApiProperty({ type: String, description: 'Path of its file', example: 'src/slugify.js' })
  path!: string;

  @ApiProperty({ type: String, description: 'How far it is', example: 'testing' })
  status!: string;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Corrections so far', example: 1 })
  iteration!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Code version of its last change', example: 2 })
  version!: number;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'SHA-256 of its code, hexadecimal',
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
  codeHash!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Tests that passed in its last run', example: 4 })
  testsPassed!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Tests that failed in its last run', example: 0 })
  testsFailed!: number;

  @ApiProperty({ type: String, nullable: true, description: 'What was wrong last', example: null })
  lastError!: string | null;
}

export class TaskErrorDto {
  @ApiProperty({ type: String, description: 'Stable and machine-readable', example: 'ITERATIONS_EXHAUSTED' })
  code!: string;

  @ApiProperty({
    type: String,
    description: 'For people',
    example: 'src/slugify.js still fails 1 test after 5 corrections',
  })
  reason!: string;
}

export class WaitDto {
  @ApiProperty({ type: String, description: 'Why the task waits', example: 'awaitingModel' })
  reason!: string;

  @ApiProperty({ type: String, description: 'For people', example: 'GenerateModule waits for an answer' })
  detail!: string;

  @ApiProperty({ ...moment, description: 'When it goes on by itself; null: when somebody acts' })
  until!: string | null;
}

export class PauseDto implements NonNullable<TaskView['pause']> {
  @ApiProperty({
    type: String,
    enum: ['USER', 'LIMIT_TOKENS', 'LIMIT_COST', 'LIMIT_SECONDS', 'LIMIT_ITERATIONS'],
    description: 'Who or what paused it',
    example: 'LIMIT_TOKENS',
  })
  code!: NonNullable<TaskView['pause']>['code'];

  @ApiProperty({
    type: String,
    description: 'For people',
    example: "51200 tokens were used; the task's limit is 50000.",
  })
  reason!: string;

  @ApiProperty({ type: String, description: 'Who said so; taskloom at a limit', example: 'taskloom' })
  by!: string;
}

export class UsageDto implements NonNullable<TaskView['usage']> {
  @ApiProperty({ type: 'integer', minimum: 0, description: 'Model calls that were answered', example: 3 })
  calls!: number;

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    description: 'Tokens of prompts, where the model says so',
    example: 4200,
  })
  inputTokens!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Tokens of answers, where the model says so', example: 900 })
  outputTokens!: number;

  @ApiProperty({ type: 'number', minimum: 0, description: 'US dollars, where prices are known', example: 0.012 })
  costUsd!: number;
}

export class DeadCodeDto implements DeadCode {
  @ApiProperty({ type: String, description: 'The file', example: 'src/slugify.js' })
  path!: string;

  @ApiProperty({ type: String, description: 'What nothing needs', example: 'unusedHelper' })
  name!: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Where it stands', example: 12 })
  line!: number;

  @ApiProperty({ type: String, description: 'import, variable, function, unreachable …', example: 'function' })
  kind!: string;
}

export class DeadCodeAnalysisDto implements DeadCodeAnalysis {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What looked; null where nothing could',
    example: 'typescript 6.0.3',
  })
  analyser!: string | null;

  @ApiProperty({ type: () => DeadCodeDto, isArray: true, description: 'By path and line; at most 200', example: [] })
  findings!: readonly DeadCodeDto[];

  @ApiProperty({ type: 'integer', minimum: 0, description: 'How many more there were', example: 0 })
  findingsCut!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Why it could not be done, and the cure', example: null })
  problem!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Code version that was looked at', example: 2 })
  codeVersion!: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Where it stands in the stream', example: 20 })
  streamSequence!: number;
}

export class ForkedFromDto implements NonNullable<TaskView['forkedFrom']> {
  @ApiProperty({ type: String, description: 'The other task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Its last event that is in both', example: 12 })
  sequence!: number;
}

export class TaskLinksDto {
  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'The task',
    example: 'http://127.0.0.1:9876/tasks/slugify-1',
  })
  self!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Its events',
    example: 'http://127.0.0.1:9876/tasks/slugify-1/events',
  })
  events!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Its state',
    example: 'http://127.0.0.1:9876/tasks/slugify-1/state',
  })
  state!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Its plan',
    example: 'http://127.0.0.1:9876/tasks/slugify-1/plan',
  })
  plan!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Its files',
    example: 'http://127.0.0.1:9876/tasks/slugify-1/files',
  })
  files!: string;

  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Where guidance is sent to',
    example: 'http://127.0.0.1:9876/tasks/slugify-1/interventions',
  })
  interventions!: string;
}

export class TaskDto implements TaskView {
  @ApiProperty({ type: String, description: 'Data, not a path: percent-encode it in URLs', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: String, enum: [...taskStatuses], description: 'What it does or waits for', example: 'running' })
  status!: TaskStatus;

  @ApiProperty({ type: String, description: 'What to build', example: 'Write slugify(text) with tests' })
  prompt!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Who answers its model calls; null before it starts',
    example: 'delegated',
  })
  brain!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Module in work', example: 'src/slugify.js' })
  currentModule!: string | null;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Corrections of the current module', example: 1 })
  iteration!: number;

  @ApiProperty({ type: 'number', minimum: 0, maximum: 1, description: 'How much is done', example: 0.5 })
  progress!: number;

  @ApiProperty({ type: 'integer', minimum: 0, description: 'Grows by one with each accepted code change', example: 2 })
  codeVersion!: number;

  @ApiProperty({ type: 'integer', minimum: 1, description: 'Stream sequence of its newest event', example: 12 })
  sequence!: number;

  @ApiProperty({ type: () => ModuleDto, isArray: true, description: 'State of each module', example: [] })
  modules!: readonly ModuleDto[];

  @ApiProperty({ type: () => WaitDto, nullable: true, description: 'What it waits for', example: null })
  waitingFor!: WaitDto | null;

  @ApiProperty({ type: () => PauseDto, nullable: true, description: 'Why it rests; null: it does not', example: null })
  pause!: PauseDto | null;

  @ApiProperty({
    type: String,
    isArray: true,
    description: 'Questions that wait for answers',
    example: ['Which separator?'],
  })
  questions!: readonly string[];

  @ApiProperty({
    type: String,
    enum: ['notNeeded', 'pending', 'given'],
    description: 'Of the plan as it is now; an edit asks for it again',
    example: 'notNeeded',
  })
  approval!: TaskView['approval'];

  @ApiProperty({ type: () => UsageDto, description: 'What its model calls took', example: { calls: 3 } })
  usage!: UsageDto;

  @ApiProperty({ type: () => TaskErrorDto, nullable: true, description: 'Why it failed', example: null })
  error!: TaskErrorDto | null;

  @ApiProperty({ type: String, nullable: true, description: 'What came of it', example: '1 module, 4 tests passed' })
  summary!: string | null;

  @ApiProperty({
    type: () => DeadCodeAnalysisDto,
    nullable: true,
    description: 'What nothing needs, searched for after the end when there is a slot to spare; null: not yet',
    example: null,
  })
  deadCode!: DeadCodeAnalysisDto | null;

  @ApiProperty({ ...moment, description: 'When it was accepted' })
  createdAt!: string | null;

  @ApiProperty({ ...moment, description: 'When it was started first' })
  startedAt!: string | null;

  @ApiProperty({ ...moment, description: 'When it was over' })
  finishedAt!: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'As the caller gave it',
    example: { project: 'blog' },
  })
  metadata!: Readonly<Record<string, string>>;

  @ApiProperty({
    type: () => ForkedFromDto,
    nullable: true,
    description: 'Where it was forked from; null: nowhere',
    example: null,
  })
  forkedFrom!: ForkedFromDto | null;

  @ApiProperty({
    type: String,
    format: 'uri',
    description: 'Where Socket.IO clients follow it, as it stands',
    example: 'ws://127.0.0.1:9876/?taskId=slugify-1',
  })
  websocketUrl!: string;

  @ApiProperty({
    type: () => TaskLinksDto,
    description: 'Absolute URLs of what belongs to it',
    example: { self: 'http://127.0.0.1:9876/tasks/slugify-1' },
  })
  links!: TaskLinksDto;
}

export class TaskPageDto {
  @ApiProperty({ type: () => TaskDto, isArray: true, description: 'Newest first', example: [] })
  tasks!: readonly TaskDto[];

  @ApiProperty({
    type: 'integer',
    minimum: 0,
    nullable: true,
    description: 'Give it as before for the next page; null at the end',
    example: null,
  })
  nextBefore!: number | null;
}

/** A task with absolute URLs under `host`, the Host header it was asked by. */
export function taskDtoOf(task: TaskView, host: string): TaskDto {
  const id = encodeURIComponent(task.taskId);
  const self = `http://${host}/tasks/${id}`;
  return {
    ...task,
    websocketUrl: `ws://${host}/?taskId=${id}`,
    links: {
      self,
      events: `${self}/events`,
      state: `${self}/state`,
      plan: `${self}/plan`,
      files: `${self}/files`,
      interventions: `${self}/interventions`,
    },
  };
}
