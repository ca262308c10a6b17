import { ApiProperty } from '@nestjs/swagger';
import type {
  CallView,
  Cause,
  ChangeExplanation,
  CodeOrigin,
  FileExplanation,
  LinesExplanation,
  PlanPartView,
  TestRunView,
} from '../tasks/index.ts';
import { origin } from './code.dto.ts';
import { PlannedModuleDto } from './results.dto.ts';

const count = { type: 'integer', minimum: 0 } as const;
const sequence = { type: 'integer', minimum: 1 } as const;
const moment = { type: String, format: 'date-time', example: '2026-11-24T12:00:00.000Z' } as const;
const id = { type: String, example: '01990000-0000-7000-8000-000000000001' } as const;

export class TokensDto {
  @ApiProperty({ ...count, description: 'Of the prompt', example: 812 })
  inputTokens!: number;

  @ApiProperty({ ...count, description: 'Of the answer', example: 240 })
  outputTokens!: number;
}

export class CallDto implements CallView {
  @ApiProperty({ ...id, description: 'The call: its MODEL_CALL_REQUESTED event' })
  callId!: string;

  @ApiProperty({ type: String, description: 'What was asked', example: 'GenerateModule' })
  signature!: string;

  @ApiProperty({ type: String, description: 'Of whom', example: 'executor' })
  role!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The model; null: whoever claimed it',
    example: 'mistral:7b',
  })
  model!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Who answered', example: 'ollama' })
  by!: string | null;

  @ApiProperty({
    type: String,
    description: 'SHA-256 of the prompt, hexadecimal',
    example: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
  promptHash!: string;

  @ApiProperty({ type: () => TokensDto, nullable: true, description: 'Tokens; null: not told', example: null })
  usage!: TokensDto | null;

  @ApiProperty({ ...sequence, description: 'Stream sequence of the request', example: 5 })
  requested!: number;

  @ApiProperty({ ...sequence, nullable: true, description: 'Stream sequence of the answer', example: 7 })
  answered!: number | null;
}

export class PlanPartDto implements PlanPartView {
  @ApiProperty({ ...sequence, description: 'Stream sequence of the plan', example: 3 })
  sequence!: number;

  @ApiProperty({ type: String, enum: ['caller', 'model', 'edited'], description: 'Who made it', example: 'model' })
  source!: PlanPartView['source'];

  @ApiProperty({ type: String, description: 'What is to be reached', example: 'slugify(text) with tests' })
  objective!: string;

  @ApiProperty({ type: () => PlannedModuleDto, description: 'The part of it', example: { path: 'src/slugify.js' } })
  module!: PlannedModuleDto;

  @ApiProperty({ type: () => CallDto, nullable: true, description: 'The call that it came of', example: null })
  call!: CallDto | null;
}

export class FailedTestDto {
  @ApiProperty({ type: String, description: 'The test', example: 'joins words' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What it said', example: '"a b" is not "a-b"' })
  message!: string | null;
}

export class TestRunDto implements TestRunView {
  @ApiProperty({ ...sequence, description: 'Stream sequence of its result', example: 11 })
  sequence!: number;

  @ApiProperty({ type: String, isArray: true, description: 'Tests that passed', example: ['joins words'] })
  passed!: readonly string[];

  @ApiProperty({ type: () => FailedTestDto, isArray: true, description: 'Tests that failed', example: [] })
  failed!: readonly FailedTestDto[];

  @ApiProperty({ type: String, nullable: true, description: 'Why it failed as a whole', example: null })
  problem!: string | null;
}

export class CauseDto implements Cause {
  @ApiProperty({ ...sequence, description: 'Its stream sequence', example: 1 })
  sequence!: number;

  @ApiProperty({ ...id, description: 'Its id' })
  eventId!: string;

  @ApiProperty({ type: String, description: 'Its type', example: 'TASK_CREATED' })
  eventType!: Cause['eventType'];

  @ApiProperty({ ...moment, description: 'When' })
  timestamp!: string;
}

export class ChangeExplanationDto implements ChangeExplanation {
  @ApiProperty({ ...origin, description: 'What put it there', example: 'corrected' })
  origin!: CodeOrigin;

  @ApiProperty({ ...count, description: 'Code version it came with', example: 2 })
  version!: number;

  @ApiProperty({ ...sequence, description: 'Stream sequence of its event', example: 14 })
  sequence!: number;

  @ApiProperty({ type: String, description: 'Type of its event', example: 'CORRECTION_COMPLETED' })
  eventType!: ChangeExplanation['eventType'];

  @ApiProperty({ ...moment, description: 'When' })
  timestamp!: string;

  @ApiProperty({ type: String, nullable: true, description: 'For which module', example: 'src/slugify.js' })
  module!: string | null;

  @ApiProperty({ type: () => CallDto, nullable: true, description: 'The model call; null: a person', example: null })
  call!: CallDto | null;

  @ApiProperty({ type: () => PlanPartDto, nullable: true, description: 'The part of the plan', example: null })
  plan!: PlanPartDto | null;

  @ApiProperty({
    type: () => TestRunDto,
    nullable: true,
    description: 'The run that made a correction necessary',
    example: null,
  })
  testsBefore!: TestRunDto | null;

  @ApiProperty({ type: () => TestRunDto, nullable: true, description: 'The first run after it', example: null })
  testsAfter!: TestRunDto | null;

  @ApiProperty({ type: () => TestRunDto, nullable: true, description: 'The first that passed', example: null })
  testsPassed!: TestRunDto | null;

  @ApiProperty({ type: () => CauseDto, isArray: true, description: 'From the prompt to the change', example: [] })
  causes!: readonly CauseDto[];
}

export class LinesExplanationDto implements LinesExplanation {
  @ApiProperty({ ...sequence, description: 'First line', example: 3 })
  from!: number;

  @ApiProperty({ ...sequence, description: 'Last line', example: 5 })
  to!: number;

  @ApiProperty({ type: String, isArray: true, description: 'Their text', example: ['export const one = 1;'] })
  lines!: readonly string[];

  @ApiProperty({ type: () => ChangeExplanationDto, description: 'What brought them', example: { version: 2 } })
  change!: ChangeExplanationDto;
}

export class FileExplanationDto implements FileExplanation {
  @ApiProperty({ type: String, description: 'The task', example: 'slugify-1' })
  taskId!: string;

  @ApiProperty({ type: String, description: 'The file', example: 'src/slugify.js' })
  path!: string;

  @ApiProperty({ ...count, description: 'Code version that was looked at', example: 2 })
  version!: number;

  @ApiProperty({
    type: () => LinesExplanationDto,
    isArray: true,
    description: 'Neighbouring lines that came with one change, in order',
    example: [],
  })
  lines!: readonly LinesExplanationDto[];
}
