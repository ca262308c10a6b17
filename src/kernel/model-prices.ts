/** US dollars for a million tokens that a model reads, and that it writes. */
export interface ModelPrice {
  readonly input: number;
  readonly output: number;
}

/** Prices by the name of the model. */
export type ModelPrices = Readonly<Record<string, ModelPrice>>;

const PRICE = /^(?<input>\d{1,6}(?:\.\d{1,6})?)\/(?<output>\d{1,6}(?:\.\d{1,6})?)$/;

/** Reads `input/output`, such as `3/15`; null where it has another form. */
export function readModelPrice(text: string): ModelPrice | null {
  const { input, output } = PRICE.exec(text)?.groups ?? {};
  return input === undefined ? null : { input: Number(input), output: Number(output) };
}

/** Reads `model=input/output,…`, such as `claude-sonnet-4-5=3/15`; null where it has another form. */
export function readModelPrices(text: string): ModelPrices | null {
  const prices: Record<string, ModelPrice> = {};
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [model = '', ...rest] = entry.split('=');
    const price = readModelPrice(rest.join('='));
    if (model.trim() === '' || price === null) return null;
    prices[model.trim()] = price;
  }
  return prices;
}

/** What the tokens of a call cost, in US dollars; undefined where no price is known. */
export function costOf(
  prices: ModelPrices,
  model: string | null,
  usage: { readonly inputTokens: number; readonly outputTokens: number } | null,
): number | undefined {
  const price = model !== null && Object.hasOwn(prices, model) ? prices[model] : undefined;
  if (!price || !usage) return undefined;
  return (usage.inputTokens * price.input + usage.outputTokens * price.output) / 1_000_000;
}
