import type { KnowledgeKind, OfflineCache } from '../../context/index.ts';
import type { CodingState } from '../coding-state.ts';
import type { ModelCallRequest } from '../tasks.events.ts';
import type { BackgroundPart } from './fit-prompt.ts';
import type { QuestionDraft } from './question-draft.ts';

/** What earlier tasks have taught and a prompt tells. */
export type Recalled = NonNullable<ModelCallRequest['recalled']>[number];

/** What is looked for, by the kind of question. */
const wanted: Readonly<Record<string, readonly KnowledgeKind[]>> = {
  PlanTask: ['decision', 'pattern'],
  WriteTests: ['pattern'],
  GenerateModule: ['pattern', 'decision'],
  CorrectModule: ['fix'],
};
const MAX_RECALLED = 2;
const MAX_CHARACTERS = 1600;
/** The share of an entry's telling words that the question must speak of, too, and how many at least: fewer are chance. */
const LEAST_SHARE = 0.5;
const LEAST_WORDS = 2;
/** Words of test runners and of every message, which say nothing of the error itself. */
const untelling = new Set(
  'actual and are assert assertion assertionerror but case deep equal equals err error exception expected expects fail failed false for from got has have include match nil none not null object received reference should strict strictly that the this throw throws true undefined value values was were with'.split(
    ' ',
  ),
);

/** What earlier tasks have taught about a question, the best first; nothing where nothing is alike. */
export async function recall(
  knowledge: Pick<OfflineCache, 'search'>,
  draft: QuestionDraft,
  state: CodingState,
): Promise<readonly Recalled[]> {
  const kinds = wanted[draft.signature];
  if (!kinds) return [];
  const query = aboutOf(draft);
  const found = await knowledge.search(query, { kinds, limit: 10 });
  const words = new Set(wordsIn(query));
  const language = state.plan?.language ?? state.created?.language ?? null;
  return (
    found
      .map(({ entry }) => entry)
      // What a task was forked from has solved the very same.
      .filter(({ taskId }) => taskId !== state.taskId && taskId !== state.forkedFrom)
      .filter((entry) => language === null || entry.language === language)
      .filter(({ title }) => isAlike(wordsIn(title), words))
      .slice(0, MAX_RECALLED)
      .map(({ id, kind, title, text }) => ({ id, kind, title, text: text.slice(0, MAX_CHARACTERS) }))
  );
}

/** As parts of a prompt: a fix for an error like this one is worth more than how something like it was built. */
export function recalledParts(recalled: readonly Recalled[]): readonly BackgroundPart[] {
  return recalled.map(({ id, kind, title, text }) => ({
    name: recalledName({ id }),
    title: 'From earlier tasks, which may not fit here',
    layer: 'history',
    text: `### ${title}\n${text}`,
    priority: kind === 'fix' ? 'HIGH' : 'LOW',
    why: `${kind} that an earlier task has taught`,
  }));
}

/** The name of its part. */
export function recalledName({ id }: Pick<Recalled, 'id'>): string {
  return `knowledge ${id}`;
}

/** What a question is about, in its own words: the errors of a correction, else the task. */
function aboutOf({ signature, parts }: QuestionDraft): string {
  const isTelling =
    signature === 'CorrectModule'
      ? ({ name }: { name: string }) => name === 'problem' || name.startsWith('failure ')
      : ({ name }: { name: string }) => name === 'prompt' || name === 'objective' || name === 'module';
  return parts
    .filter(isTelling)
    .map(({ name, text }) => `${name.replace(/^failure /, '')} ${text}`)
    .join('\n');
}

function wordsIn(text: string): readonly string[] {
  return [...new Set(text.toLowerCase().match(/\p{L}{3,}/gu) ?? [])].filter((word) => !untelling.has(word));
}

function isAlike(words: readonly string[], known: ReadonlySet<string>): boolean {
  const shared = words.filter((word) => known.has(word)).length;
  return shared >= LEAST_WORDS && shared / words.length >= LEAST_SHARE;
}
