import { type ModelPrice, readModelPrice } from './model-prices.ts';

/** How the tokens of a model are counted: by its own tokenizer, or by an estimate where there is none offline. */
export const tokenizerNames = ['mistral', 'qwen3', 'estimate'] as const;

export type TokenizerName = (typeof tokenizerNames)[number];

/** What is known of a model. A name that ends with `*` stands for all names that begin like it. */
export interface ModelEntry {
  readonly name: string;
  /** The context window: prompt and answer together. */
  readonly contextTokens: number;
  readonly tokenizer: TokenizerName;
  /** The model to ask where this one's window is too small; null: there is none. */
  readonly larger: string | null;
  /** Null: not known. */
  readonly price: ModelPrice | null;
}

/** The models that need no entry in MODELS. */
export const defaultModels: readonly ModelEntry[] = [
  { name: 'mistral:7b', contextTokens: 8192, tokenizer: 'mistral', larger: 'qwen3:8b', price: null },
  { name: 'mistral:*', contextTokens: 8192, tokenizer: 'mistral', larger: 'qwen3:8b', price: null },
  { name: 'qwen3:8b', contextTokens: 32_768, tokenizer: 'qwen3', larger: 'claude-sonnet-4-5', price: null },
  { name: 'qwen3:*', contextTokens: 32_768, tokenizer: 'qwen3', larger: 'claude-sonnet-4-5', price: null },
  { name: 'claude-*', contextTokens: 200_000, tokenizer: 'estimate', larger: null, price: null },
];

const FEWEST_CONTEXT_TOKENS = 1024;
const MOST_CONTEXT_TOKENS = 10_000_000;
const fieldNames = ['context', 'tokenizer', 'larger', 'price'];

/**
 * Reads `name context=8192 tokenizer=mistral larger=qwen3:8b price=0.1/0.2, …`, where all but the name and the context
 * may be left out. Gives these and the default models that they do not replace, or one problem for each wrong entry.
 */
export function readModelEntries(text: string): { models: readonly ModelEntry[]; problems: readonly string[] } {
  const models = new Map(defaultModels.map((model) => [model.name, model]));
  const problems: string[] = [];
  const given = new Set<string>();
  for (const part of text.split(',').filter((each) => each.trim() !== '')) {
    const [name = '', ...words] = part.trim().split(/\s+/);
    const fields = new Map(words.map((word) => splitAtEquals(word)));
    const problem = given.has(name) ? 'is there twice' : fieldProblem(name, fields, words.length);
    if (problem !== null) problems.push(`${JSON.stringify(name)} ${problem}`);
    else models.set(name, entryOf(name, fields));
    given.add(name);
  }
  for (const model of models.values()) {
    const problem = given.has(model.name) ? siblingProblem(model, [...models.values()]) : null;
    if (problem !== null) problems.push(`${JSON.stringify(model.name)} ${problem}`);
  }
  return { models: [...models.values()], problems };
}

/** The entry for a name: its own, else the one with the longest beginning in common that ends with `*`. */
export function findModelEntry(models: readonly ModelEntry[], name: string): ModelEntry | null {
  const own = models.find((model) => model.name === name);
  if (own) return own;
  const matching = models.filter((model) => model.name.endsWith('*') && name.startsWith(model.name.slice(0, -1)));
  return matching.toSorted((a, b) => b.name.length - a.name.length)[0] ?? null;
}

function splitAtEquals(word: string): readonly [string, string] {
  const at = word.indexOf('=');
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
}

/** What is wrong with the fields of an entry; null: nothing. */
function fieldProblem(name: string, fields: ReadonlyMap<string, string>, words: number): string | null {
  if (name.includes('=')) return 'is a field without a name of a model before it';
  const unknown = [...fields.keys()].find((field) => !fieldNames.includes(field));
  if (unknown !== undefined) return `has a field ${JSON.stringify(unknown)}; there are: ${fieldNames.join(', ')}`;
  if (fields.size < words) return 'has a field twice';
  const context = fields.get('context') ?? '';
  if (!/^\d+$/.test(context) || Number(context) < FEWEST_CONTEXT_TOKENS || Number(context) > MOST_CONTEXT_TOKENS)
    return `needs context= with a whole number from ${FEWEST_CONTEXT_TOKENS} to ${MOST_CONTEXT_TOKENS}`;
  if (tokenizerOf(fields) === null) return `needs tokenizer= with one of ${tokenizerNames.join(', ')}`;
  const price = fields.get('price');
  if (price !== undefined && readModelPrice(price) === null)
    return 'needs price= with input/output in US dollars for a million tokens';
  if (price !== undefined && name.endsWith('*')) return 'has one price for many models: give each an entry of its own';
  return null;
}

function siblingProblem({ larger, contextTokens }: ModelEntry, models: readonly ModelEntry[]): string | null {
  if (larger === null) return null;
  const sibling = findModelEntry(models, larger);
  if (!sibling) return `names the larger model ${JSON.stringify(larger)}, which has no entry`;
  return sibling.contextTokens > contextTokens
    ? null
    : `names the larger model ${JSON.stringify(larger)}, whose context of ${sibling.contextTokens} is not larger`;
}

function tokenizerOf(fields: ReadonlyMap<string, string>): TokenizerName | null {
  const given = fields.get('tokenizer') ?? 'estimate';
  return tokenizerNames.find((name) => name === given) ?? null;
}

function entryOf(name: string, fields: ReadonlyMap<string, string>): ModelEntry {
  return {
    name,
    contextTokens: Number(fields.get('context')),
    tokenizer: tokenizerOf(fields) ?? 'estimate',
    larger: fields.get('larger') || null,
    price: readModelPrice(fields.get('price') ?? ''),
  };
}
