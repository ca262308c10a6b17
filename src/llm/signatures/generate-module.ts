import type { Signature } from '../signature.ts';
import { languageRules } from './language-rules.ts';
import {
  bulletList,
  fileBlocks,
  presentSection,
  section,
  sections,
  type ShownFile,
  type WrittenFile,
  writtenFile,
} from './parts.ts';

export interface GenerateModuleInput {
  readonly objective: string;
  readonly language: string;
  readonly module: { readonly path: string; readonly description: string };
  /** What the module may import: code, or summaries where there is no room. */
  readonly dependencies: readonly ShownFile[];
  /** Tests that must pass. */
  readonly tests: readonly ShownFile[];
  /** What people said while the task ran, the newest last. */
  readonly guidance: readonly string[];
  /** The file as it is, where it exists already. */
  readonly present?: string | undefined;
}

/** Writes one file so that its tests pass. */
export const generateModule: Signature<GenerateModuleInput, WrittenFile, 'executor'> = {
  name: 'GenerateModule',
  role: 'executor',
  instructions: [
    'You write one source file so that its tests pass.',
    'Rules:',
    '- Write the whole file, complete and ready to run: no placeholders, no omissions, no Markdown.',
    '- Export exactly the names that the description and the tests use.',
    '- Do not write or change tests or any other file.',
  ].join('\n'),

  render: (input) => moduleSections(input, presentSection(input.module.path, input.present)),
  answer: ({ module }) => writtenFile(module.path),
};

/** What generation and correction both show, from what changes least to what changes most. */
export function moduleSections(input: GenerateModuleInput, ...further: readonly string[]): string {
  const { objective, language, module, dependencies, tests, guidance } = input;
  return sections(
    section('Task', objective),
    section('Language', languageRules(language).code),
    section('Files you can import', fileBlocks(dependencies)),
    section('Tests that must pass', fileBlocks(tests)),
    section(`The file ${module.path}`, module.description),
    ...further,
    section('Guidance: this comes before everything else', bulletList(guidance)),
  );
}
