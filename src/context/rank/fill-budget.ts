export interface Room {
  readonly budgetTokens: number;
  readonly countTokens: (text: string) => number;
}

export interface Filled<T> {
  readonly items: readonly T[];
  /** Of their texts with a line break each. */
  readonly tokens: number;
}

/** So many in a row that did not fit, and the room is as good as full: not all of a long list is counted. */
const MAX_MISFITS = 100;

/**
 * The items whose texts fit, in the order given; one that does not is passed over. Of a series, nothing after the first
 * that did not fit.
 */
export function fillBudget<T>(
  items: Iterable<T>,
  textOf: (item: T) => string,
  { budgetTokens, countTokens }: Room,
  seriesOf: (item: T) => string | null = () => null,
): Filled<T> {
  const chosen: T[] = [];
  const ended = new Set<string>();
  let tokens = 0;
  let misfits = 0;
  for (const item of items) {
    const series = seriesOf(item);
    if (series !== null && ended.has(series)) continue;
    const size = countTokens(`${textOf(item)}\n`);
    if (tokens + size <= budgetTokens) {
      chosen.push(item);
      tokens += size;
      misfits = 0;
      continue;
    }
    if (series !== null) ended.add(series);
    if (++misfits === MAX_MISFITS) break;
  }
  return { items: chosen, tokens };
}
