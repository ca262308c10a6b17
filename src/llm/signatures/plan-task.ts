import { z } from 'zod';
import type { Signature } from '../signature.ts';
import { knownLanguages } from './language-rules.ts';
import { bulletList, fileBlocks, section, sections, type ShownFile } from './parts.ts';

export interface PlanTaskInput {
  readonly prompt: string;
  /** Answers of the caller to earlier questions, or remarks that go with the prompt. */
  readonly answers: readonly string[];
  /** Null: the planner chooses one. */
  readonly language: string | null;
  /** What the workspace holds already. */
  readonly files: readonly ShownFile[];
  /** Files that it holds and that are not shown. */
  readonly otherFiles?: readonly string[];
  /** What was wrong with the last plan; absent at the first attempt. */
  readonly problems?: readonly string[];
  /** Whether it may answer with questions instead. Default: yes. */
  readonly mayAsk?: boolean;
  /** Whether the optional parts of a plan are left out, for a small context. Default: no. */
  readonly brief?: boolean;
}

export interface PlanTaskOutput {
  /** What only the caller can know, where nothing useful can be planned without it; then there are no modules. */
  readonly questions?: readonly string[];
  readonly objective: string;
  readonly language: string;
  readonly modules: readonly {
    readonly path: string;
    readonly description: string;
    readonly dependsOn: readonly string[];
    readonly testCases: readonly string[];
    /** Of the task that writes the file. Default: its path. */
    readonly name?: string | undefined;
    /** Files with the same agent belong together. Default: those that can be written at the same time. */
    readonly agent?: string | undefined;
    readonly criteria?: readonly string[] | undefined;
    readonly configuration?: string | undefined;
    readonly codeExample?: string | undefined;
  }[];
  /** The rest of an execution plan, as far as there is something to say. */
  readonly details?: PlanDetails | undefined;
}

export type PlanDetails = z.infer<typeof details>;

const MAX_MODULES = 20;
const MAX_QUESTIONS = 5;

const questions = z
  .array(z.string().min(1).max(500).meta({ description: 'a question to the caller' }))
  .max(MAX_QUESTIONS)
  .optional()
  .meta({ description: 'as a rule empty' });

const absent = z.never().optional();
const maybeName = (description: string) => z.string().min(1).optional().meta({ description });
const maybeText = (description: string) => z.string().optional().meta({ description });
const maybeTexts = (description: string) => z.array(z.string().min(1).meta({ description })).optional();

/** Flat, so that a small model that begins it can also end it. */
const details = z.strictObject({
  title: maybeText('name of what is built'),
  includes: maybeTexts('what is built'),
  excludes: maybeTexts('what is not built'),
  packages: maybeTexts('package or service with its version, such as redis 7.2'),
  complexity: z.enum(['low', 'medium', 'high']).optional(),
  complexityReason: maybeText('why'),
  testFramework: maybeText('how tests are run'),
  fileLocations: maybeText('where files stand'),
  environment: maybeText('what has to be set up'),
  decisions: z
    .array(
      z.strictObject({
        decision: z.string().min(1).meta({ description: 'what was decided' }),
        rationale: z.string().meta({ description: 'why' }),
        alternative: z.string().meta({ description: 'what else was considered' }),
        whyRejected: z.string().meta({ description: 'why not that' }),
      }),
    )
    .optional(),
  placement: z
    .array(
      z.strictObject({
        concern: z.string().min(1).meta({ description: 'kind of code' }),
        path: z.string().min(1).meta({ description: 'where it stands' }),
      }),
    )
    .optional(),
  integrationPoints: maybeTexts('what touches code that is there'),
  dataFlow: maybeText('from input to output'),
  testingStrategy: maybeTexts('how it is tested'),
  functional: maybeTexts('what it must do'),
  nonFunctional: maybeTexts('how well it must do it'),
  documentation: maybeTexts('what is to be written down'),
});

/** Cuts a task into the files to write, in an order given by what each needs. */
export const planTask: Signature<PlanTaskInput, PlanTaskOutput, 'planner'> = {
  name: 'PlanTask',
  role: 'planner',
  instructions: [
    'You plan small programming tasks. You write no code: you say which source files are to be written.',
    'Rules:',
    '- As few files as the task needs; one file is often enough. Name no test files and no configuration files.',
    '- Give each file a relative path with the right extension, such as src/word-count.js or src/word_count.py.',
    '- Describe each file so that it can be written from the description alone: every exported function with its exact name, its parameters, what it returns, and what it does with wrong input.',
    '- dependsOn lists the paths of planned files that this file imports. Never in a circle.',
    '- testCases are plain sentences with concrete input and expected output, three to eight for each file.',
    '- Ask questions only if the task cannot be planned without an answer that only the caller can give; then leave modules empty. Decide everything else yourself.',
    '- What is marked optional is for large tasks: leave it out where it would only repeat the rest.',
  ].join('\n'),

  render: ({ prompt, answers, language, files, otherFiles = [], problems = [] }) =>
    sections(
      section('Task', prompt),
      section('Remarks', bulletList(answers)),
      section('Language', language ?? ''),
      section('Files that exist', fileBlocks(files)),
      section('Files that exist and are not shown', bulletList(otherFiles)),
      section('Your last plan was refused', bulletList(problems)),
    ),

  answer: ({ language, mayAsk = true, brief = false }) =>
    z.strictObject({
      questions: mayAsk ? questions : absent,
      objective: z.string().min(1).meta({ description: 'what the task is to achieve, in one sentence' }),
      language: z.enum(language === null ? knownLanguages : [language]),
      modules: z
        .array(
          z.strictObject({
            path: z.string().min(1).meta({ description: 'relative path of the source file' }),
            description: z.string().min(1).meta({ description: 'exact names, parameters, results, errors' }),
            dependsOn: z.array(z.string().meta({ description: 'path of a planned file' })),
            testCases: z.array(z.string().min(1).meta({ description: 'what a test shows, in one sentence' })).min(1),
            name: brief ? absent : maybeName('name of the task, unique'),
            agent: brief ? absent : maybeName('name of the group of files it belongs to'),
            criteria: brief ? absent : maybeTexts('what it is accepted by, measurable'),
            configuration: brief ? absent : maybeText('exact constants or settings'),
            codeExample: brief ? absent : maybeText('code to follow as a pattern'),
          }),
        )
        .min(mayAsk ? 0 : 1)
        .max(MAX_MODULES),
      details: brief ? absent : details.optional(),
    }),
};
