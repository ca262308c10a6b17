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
  /** What was wrong with the last plan; absent at the first attempt. */
  readonly problems?: readonly string[];
}

export interface PlanTaskOutput {
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

/** Cuts a task into the files to write, in an order given by what each needs. */
export const planTask: Signature<PlanTaskInput, PlanTaskOutput> = {
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
  ].join('\n'),

  render: ({ prompt, answers, language, files, problems = [] }) =>
    sections(
      section('Task', prompt),
      section('Remarks', bulletList(answers)),
      section('Language', language ?? ''),
      section('Files that exist', fileBlocks(files)),
      section('Your last plan was refused', bulletList(problems)),
    ),

  answer: ({ language }) =>
    z.strictObject({
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
        .min(1)
        .max(MAX_MODULES),
    }),
};
