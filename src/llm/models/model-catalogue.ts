import type { Configuration } from '../../kernel/configuration.ts';
import { defaultModels, findModelEntry, type ModelEntry } from '../../kernel/model-entries.ts';

/** The window of a model that has no entry: what even the smallest of today's models can take. */
export const UNKNOWN_CONTEXT_TOKENS = 8192;

/** A model as it is used here: its entry, with the window cut to LLM_CONTEXT_TOKENS. */
export type ModelDescription = ModelEntry;

/** What is known of models: the entries of MODELS and the default ones. Every name has a description. */
export class ModelCatalogue {
  private readonly entries: readonly ModelEntry[];
  private readonly mostContextTokens: number;

  constructor(entries: readonly ModelEntry[] = defaultModels, mostContextTokens = Infinity) {
    this.entries = entries;
    this.mostContextTokens = mostContextTokens;
  }

  static of({ MODELS, LLM_CONTEXT_TOKENS }: Pick<Configuration, 'MODELS' | 'LLM_CONTEXT_TOKENS'>): ModelCatalogue {
    return new ModelCatalogue(MODELS, LLM_CONTEXT_TOKENS);
  }

  /** An unknown model has a window of LLM_CONTEXT_TOKENS, or 8192, and its tokens are estimated. */
  describe(name: string): ModelDescription {
    const entry = findModelEntry(this.entries, name) ?? this.unknown();
    return { ...entry, name, contextTokens: Math.min(entry.contextTokens, this.mostContextTokens) };
  }

  /** The larger siblings of a model, each the one of that before it, and none twice. */
  largerThan(model: ModelDescription): readonly ModelDescription[] {
    const siblings: ModelDescription[] = [];
    const seen = new Set([model.name]);
    for (let { larger } = model; larger !== null && !seen.has(larger);) {
      const sibling = this.describe(larger);
      siblings.push(sibling);
      seen.add(larger);
      larger = sibling.larger;
    }
    return siblings;
  }

  private unknown(): Omit<ModelEntry, 'name'> {
    const contextTokens = Number.isFinite(this.mostContextTokens) ? this.mostContextTokens : UNKNOWN_CONTEXT_TOKENS;
    return { contextTokens, tokenizer: 'estimate', larger: null, price: null };
  }
}
