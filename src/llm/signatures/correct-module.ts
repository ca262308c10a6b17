import type { Signature } from '../signature.ts';
import { type GenerateModuleInput, moduleSections } from './generate-module.ts';
import { bulletList, fileBlocks, section, type WrittenFile, writtenFile } from './parts.ts';

export interface CorrectModuleInput extends GenerateModuleInput {
  /** The code that failed. */
  readonly code: string;
  readonly failures: readonly { readonly test: string; readonly message: string }[];
  /** Why the run failed where no single test says so: a syntax error, a timeout. */
  readonly problem?: string;
  /** Corrections that were tried before and did not help, in one line each. */
  readonly tried?: readonly string[];
}

/** Messages are cut to this: the first lines name the difference, the rest is stack. */
const MESSAGE_CHARACTERS = 1200;

/** Corrects one file after its tests failed. */
export const correctModule: Signature<CorrectModuleInput, WrittenFile, 'executor'> = {
  name: 'CorrectModule',
  role: 'executor',
  instructions: [
    'You correct one source file whose tests fail.',
    'Rules:',
    '- Find the cause of each failure first; change what is wrong and keep what works.',
    '- The tests are right. Do not write or change tests or any other file.',
    '- Write the whole corrected file, complete and ready to run: no placeholders, no omissions, no Markdown.',
    '- The result must differ from the current code.',
  ].join('\n'),

  render: (input) => {
    const failures = input.failures.map(({ test, message }) => `${test}\n  ${shorten(message)}`);
    return moduleSections(
      input,
      section('Current code', fileBlocks([{ path: input.module.path, content: input.code }])),
      section('Failing tests', bulletList(failures)),
      section('The run', shorten(input.problem ?? '')),
      section('Tried before without success', bulletList(input.tried ?? [])),
    );
  },
  answer: ({ module }) => writtenFile(module.path),
};

function shorten(message: string): string {
  const text = message.trim().replaceAll('\n', '\n  ');
  return text.length <= MESSAGE_CHARACTERS ? text : `${text.slice(0, MESSAGE_CHARACTERS)} …`;
}
