import { chooseCode, type CodeIndex } from '../../context/index.ts';
import { fileBlocks } from '../../llm/index.ts';
import type { CodingState } from '../coding-state.ts';
import { type BackgroundPart, type FittedPrompt, fitPrompt, PART_FRAME_TOKENS, type PromptRoom } from './fit-prompt.ts';
import type { QuestionDraft } from './question-draft.ts';

/** A question without the files that there is no room for, and what of these is shown instead. */
export interface ShortenedQuestion {
  readonly draft: QuestionDraft;
  readonly excerpts: readonly BackgroundPart[];
  /** Files that are not shown whole. */
  readonly left: QuestionDraft['parts'];
}

/** A question as it stands with all its files, as far as they fit. */
interface Offered {
  readonly draft: QuestionDraft;
  readonly background: readonly BackgroundPart[];
  readonly room: PromptRoom;
  readonly whole: FittedPrompt;
}

/**
 * Where the files of a task do not all fit: of those that the question does not need whole the lines that it most likely
 * needs, chosen by the graph of the code and by its words. Null where all files are shown.
 */
export async function shortenQuestion(
  index: CodeIndex,
  { files }: CodingState,
  { draft, background, room, whole }: Offered,
): Promise<ShortenedQuestion | null> {
  const isOptionalFile = ({ name, priority }: QuestionDraft['parts'][number]) =>
    files.has(name) && (priority === 'MEDIUM' || priority === 'LOW');
  const missing = draft.parts.filter(({ name }) => files.has(name) && !whole.has(name));
  if (missing.length === 0) return null;
  const left = draft.parts.filter((part) => isOptionalFile(part) || missing.includes(part));
  const shorter = { ...draft, parts: draft.parts.filter((part) => !left.includes(part)) };
  const base = fitPrompt(shorter, background, room);
  const excerpts = await excerptsOf(index, files, shorter, base, room);
  return { draft: shorter, excerpts, left };
}

async function excerptsOf(
  index: CodeIndex,
  files: CodingState['files'],
  draft: QuestionDraft,
  base: FittedPrompt,
  { counter, promptTokens }: PromptRoom,
): Promise<readonly BackgroundPart[]> {
  const items = await chooseCode(index, {
    files: [...files.values()].map(({ path, content }) => ({ path, text: content })),
    current: draft.module ?? '',
    budgetTokens: Math.max(0, Math.floor((promptTokens - base.tokens) * EXCERPT_SHARE)),
    countTokens: (text) => counter.count(text) + PART_FRAME_TOKENS,
    shown: [...files.keys()].filter((path) => base.has(path)),
    task: taskOf(draft),
  });
  return items.map(({ path, firstLine, lastLine, text, level, why }) => ({
    name: `lines of ${path}`,
    title: 'Parts of other files',
    layer: 'event',
    text: fileBlocks([{ path: `${path}, lines ${firstLine} to ${lastLine}`, content: text }]),
    priority: level === 'CRITICAL' ? 'HIGH' : level,
    why,
  }));
}

/** The rest is for their headings. */
const EXCERPT_SHARE = 0.92;

/** What is to be done, in the question's own words. */
function taskOf({ parts }: QuestionDraft): string {
  const telling = /^(prompt|objective|module|guidance|problem|failure .*)$/;
  return parts
    .filter(({ name }) => telling.test(name))
    .map(({ text }) => text)
    .join('\n');
}
