/** US dollars for a million tokens, by the name of the model. */
export type ModelPrices = Readonly<Record<string, { readonly input: number; readonly output: number }>>;

const PRICE = /^(?<model>[^=]+)=(?<input>\d{1,6}(?:\.\d{1,6})?)\/(?<output>\d{1,6}(?:\.\d{1,6})?)$/;

/** Reads `model=input/output,…`, such as `claude-sonnet-4-5=3/15`; null where it has another form. */
export function readModelPrices(text: string): ModelPrices | null {
  const prices: Record<string, { input: number; output: number }> = {};
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const { model = '', input, output } = PRICE.exec(entry)?.groups ?? {};
    if (model.trim() === '') return null;
    prices[model.trim()] = { input: Number(input), output: Number(output) };
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
