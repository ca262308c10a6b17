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
  }[];
}

const MAX_MODULES = 20;
const MAX_QUESTIONS = 5;

const questions = z
  .array(z.string().min(1).max(500).meta({ description: 'a question to the caller' }))
  .max(MAX_QUESTIONS)
  .optional()
  .meta({ description: 'as a rule empty' });

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

  answer: ({ language, mayAsk = true }) =>
    z.strictObject({
      questions: mayAsk ? questions : z.never().optional(),
      objective: z.string().min(1).meta({ description: 'what the task is to achieve, in one sentence' }),
      language: z.enum(language === null ? knownLanguages : [language]),
      modules: z
        .array(
          z.strictObject({
            path: z.string().min(1).meta({ description: 'relative path of the source file' }),
            description: z.string().min(1).meta({ description: 'exact names, parameters, results, errors' }),
            dependsOn: z.array(z.string().meta({ description: 'path of a planned file' })),
            testCases: z.array(z.string().min(1).meta({ description: 'what a test shows, in one sentence' })).min(1),
          }),
        )
        .min(mayAsk ? 0 : 1)
        .max(MAX_MODULES),
    }),
};
