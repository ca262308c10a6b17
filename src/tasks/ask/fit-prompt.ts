import { type ContextLayer, type ContextPart, prepareContext } from '../../context/index.ts';
import { type Prompt, sections, section, type TokenCounter } from '../../llm/index.ts';
import type { ManifestEntry } from '../tasks.events.ts';
import type { QuestionDraft } from './question-draft.ts';

/** A part that stands in front of the question, under a title that it shares with others. */
export interface BackgroundPart extends ContextPart {
  readonly title: string;
  readonly layer: ContextLayer;
}

export interface PromptRoom {
  readonly counter: TokenCounter;
  /** The system prompt. */
  readonly instructions: string;
  /** Most tokens of the prompt. */
  readonly promptTokens: number;
}

/** Room in a model's window. */
export interface WindowRoom extends PromptRoom {
  readonly contextTokens: number;
}

export interface FittedPrompt {
  readonly prompt: Prompt;
  /** Of the whole prompt, counted as the model reads it. */
  readonly tokens: number;
  /** Every part that there was, in the order of the layers. */
  readonly manifest: readonly ManifestEntry[];
  /** Whether a part is in. */
  readonly has: (part: string) => boolean;
}

/** With less room than this the optional parts of an answer are not asked for. */
const BRIEF_TOKENS = 4000;
/** What a part takes besides its name and text: the marks of a heading, a fence, a list. */
export const PART_FRAME_TOKENS = 10;

/** How often an estimate is put right, and what share of the room may stay free. */
const MAX_ROUNDS = 4;
const FULL_ENOUGH = 0.02;

type LayeredPart = ContextPart & { readonly layer?: ContextLayer };

/** The tokens of the prompt with nothing in it but what is critical. */
export function criticalTokens(draft: QuestionDraft, background: readonly BackgroundPart[], room: PromptRoom): number {
  return room.counter.countPrompt(render(draft, background, critical(draft, background), room).messages);
}

/**
 * The prompt with every critical part and as many of the others as there is room for, by priority and in the order
 * given. Same input, same bytes. Over the room only where the critical parts alone are.
 */
export function fitPrompt(draft: QuestionDraft, background: readonly BackgroundPart[], room: PromptRoom): FittedPrompt {
  const { counter, promptTokens } = room;
  const parts = [...background, ...draft.parts];
  const sizeOf = (text: string) => counter.count(text) + PART_FRAME_TOKENS;
  const must = critical(draft, background);
  const optional = parts.filter(({ priority }) => priority !== 'CRITICAL');
  const show = (chosen: readonly ContextPart[]) => {
    const shown = new Set([...must, ...chosen.map(({ name }) => name)]);
    const prompt = render(draft, background, shown, room);
    return { shown, prompt, tokens: counter.countPrompt(prompt.messages), isAll: chosen.length === optional.length };
  };
  let best = show([]);
  // What parts take side by side is known only of the whole: chosen by estimate, which is then put right.
  let left = promptTokens - best.tokens;
  for (let round = 0; round < MAX_ROUNDS && left > 0 && !best.isAll; round++) {
    const next = show(prepareContext(optional, left, sizeOf).parts);
    if (next.tokens <= promptTokens && next.tokens > best.tokens) best = next;
    if (next.tokens <= promptTokens && promptTokens - next.tokens < promptTokens * FULL_ENOUGH) break;
    left += promptTokens - next.tokens;
  }
  const { shown, prompt, tokens } = best;
  const manifest = parts.map(({ layer = 'event', name, priority, text, why }: LayeredPart): ManifestEntry => {
    const included = shown.has(name);
    return { part: name, layer, level: priority, tokens: sizeOf(`${name}\n${text}`), why, included };
  });
  return { prompt, tokens, manifest: [systemEntry(prompt, counter), ...manifest], has: (part) => shown.has(part) };
}

function critical(draft: QuestionDraft, background: readonly BackgroundPart[]): Set<string> {
  const parts = [...background, ...draft.parts].filter(({ priority }) => priority === 'CRITICAL');
  return new Set(parts.map(({ name }) => name));
}

function render(
  draft: QuestionDraft,
  background: readonly BackgroundPart[],
  shown: ReadonlySet<string>,
  { promptTokens, instructions }: PromptRoom,
): Prompt {
  const titles = [...new Set(background.map(({ title }) => title))];
  const textsOf = (title: string) =>
    background.filter((part) => part.title === title && shown.has(part.name)).map(({ text }) => text.trim());
  return draft.prompt({
    has: (part) => shown.has(part),
    background: sections(...titles.map((title) => section(title, textsOf(title).join('\n')))),
    brief: promptTokens < BRIEF_TOKENS,
    instructions,
  });
}

function systemEntry({ messages }: Prompt, counter: TokenCounter): ManifestEntry {
  const tokens = counter.count(messages[0]?.content ?? '');
  const why = 'what kind of answer is wanted: the same for every question of its kind';
  return { part: 'system prompt', layer: 'system', level: 'CRITICAL', tokens, why, included: true };
}
