import { shorten, shortenList } from './shorten.ts';

/**
 * Cuts each field that has a limit in tokens: texts at the end of a sentence, lists after the last item that fits. `cut`
 * names the fields that lost something.
 */
export function limitFields<Fields extends object>(
  fields: Fields,
  limits: Readonly<Partial<Record<keyof Fields, number>>>,
  countTokens: (text: string) => number,
): Fields & { readonly cut: readonly string[] } {
  const cut: string[] = [];
  const limited = Object.entries(fields).map(([name, value]: [string, unknown]) => {
    const tokens = limits[name as keyof Fields];
    if (tokens === undefined) return [name, value];
    const short = Array.isArray(value)
      ? shortenList(value as string[], tokens, countTokens)
      : shorten(String(value), tokens, countTokens);
    if (short.cut) cut.push(name);
    return [name, 'items' in short ? short.items : short.text];
  });
  return { ...(Object.fromEntries(limited) as Fields), cut };
}
