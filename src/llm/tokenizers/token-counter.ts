import { hash } from 'node:crypto';
import type { TokenizerName } from '../../kernel/model-entries.ts';
import type { ChatMessage } from '../language-model.ts';
import { estimateTokens, type Vocabulary } from '../token-estimate.ts';
import { countPrompt, type TemplateTokens, templateTokens } from './chat-template.ts';
import { RecentValues } from './recent-values.ts';
import type { Tokenizer } from './tokenizer.ts';
import { loadMistralTokenizer } from './tokenizer.mistral.ts';
import { loadQwen3Tokenizer } from './tokenizer.qwen3.ts';

/** How many tokens a model makes of texts. Same text, same count. */
export interface TokenCounter {
  /** The tokens of a text by itself. */
  count(text: string): number;
  /** The tokens of a whole prompt as the model reads it: with the markers of its chat template and the answer's head. */
  countPrompt(messages: readonly ChatMessage[]): number;
}

/** What of a text is counted: the rest is estimated, so that 1 MB of hostile text takes a second and a half at most. */
export const MAX_COUNTED_CHARACTERS = 65_536;

/** Counts that are kept by the hash of their text: parts of prompts come again and again. */
const KEPT_COUNTS = 10_000;

const loaders: Readonly<Record<Vocabulary, () => Promise<Tokenizer>>> = {
  mistral: loadMistralTokenizer,
  qwen3: loadQwen3Tokenizer,
};
const loaded = new Map<Vocabulary, Promise<TokenCounter>>();

/** For models whose tokenizer is not at hand. */
export const estimatingCounter = counterOf((text) => estimateTokens(text), templateTokens.unknown);

/**
 * The counter of a model. Its tokenizer is loaded when it is first asked for, once for the process: 0.2 s for Mistral,
 * about 1.5 s and 60 MB for Qwen3. Rejects where its package is not installed, and tries again the next time.
 */
export async function tokenCounterFor({ tokenizer }: { readonly tokenizer: TokenizerName }): Promise<TokenCounter> {
  if (tokenizer === 'estimate') return estimatingCounter;
  const counter = loaded.get(tokenizer) ?? loadCounter(tokenizer);
  loaded.set(tokenizer, counter);
  try {
    return await counter;
  } catch (error) {
    loaded.delete(tokenizer);
    throw error;
  }
}

async function loadCounter(vocabulary: Vocabulary): Promise<TokenCounter> {
  const tokenizer = await loaders[vocabulary]();
  const count = (text: string) => {
    const rest = text.slice(MAX_COUNTED_CHARACTERS);
    return tokenizer.count(text.slice(0, MAX_COUNTED_CHARACTERS)) + estimateTokens(rest, vocabulary);
  };
  return counterOf(count, templateTokens[vocabulary]);
}

function counterOf(countText: (text: string) => number, template: TemplateTokens): TokenCounter {
  const counts = new RecentValues<number>(KEPT_COUNTS);
  const count = (text: string) => counts.getOrMake(hash('sha256', text, 'base64'), () => countText(text));
  return { count, countPrompt: (messages) => countPrompt(messages, template, count) };
}
