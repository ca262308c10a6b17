import type { Signature } from '../signature.ts';
import { languageRules } from './language-rules.ts';
import {
  bulletList,
  fileBlocks,
  importName,
  presentSection,
  section,
  sections,
  type ShownFile,
  type WrittenFile,
  writtenFile,
} from './parts.ts';

export interface WriteTestsInput {
  readonly objective: string;
  readonly language: string;
  readonly module: { readonly path: string; readonly description: string; readonly testCases: readonly string[] };
  readonly dependencies: readonly ShownFile[];
  /** Where the tests are to stand; their import of the module is worked out from it. */
  readonly testPath: string;
  readonly guidance: readonly string[];
  /** Tests of the project that concern the file: they stay, and show how tests are written here. */
  readonly tests?: readonly ShownFile[];
  /** The file under test as it is, where it exists already. */
  readonly present?: string | undefined;
}

/** Writes the test file of a module that does not exist yet, from the test cases of the plan. */
export const writeTests: Signature<WriteTestsInput, WrittenFile, 'executor'> = {
  name: 'WriteTests',
  role: 'executor',
  instructions: [
    'You write one test file for a source file that does not exist yet.',
    'Rules:',
    '- One test for each test case, with concrete input and the exact expected output. Work the expected values out with care: a wrong test blocks the whole task.',
    '- Import only the names that the description gives. Do not write the source file itself, and do not mock it.',
    '- Tests need no network, no clock and no files outside their own temporary directory.',
    '- Write the whole file, complete and ready to run, no Markdown.',
  ].join('\n'),

  render: ({ objective, language, module, dependencies, testPath, guidance, tests = [], present }) =>
    sections(
      section('Task', objective),
      section('Language', `${languageRules(language).code}\n${languageRules(language).tests}`),
      section('Files that exist', fileBlocks(dependencies)),
      section(`The file under test, ${module.path}`, module.description),
      presentSection(module.path, present),
      section('Tests that exist: they stay; write others, in their manner', fileBlocks(tests)),
      section('Test cases', bulletList(module.testCases)),
      section('Your file', `${testPath} imports the file under test as ${importName(language, testPath, module.path)}`),
      section('Guidance: this comes before everything else', bulletList(guidance)),
    ),
  answer: ({ testPath }) => writtenFile(testPath),
};
