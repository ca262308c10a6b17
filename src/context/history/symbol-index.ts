/** Names that one symbol may have before a mention of them says nothing any more. */
const MAX_NAMESAKES = 3;

/** Finds known symbols in prose and code: by their whole name, or by the part of it that people use. */
export class SymbolIndex {
  readonly #byName = new Map<string, Set<string>>();

  constructor(symbols: Iterable<string> = []) {
    for (const symbol of symbols) this.add(symbol);
  }

  /** The symbols that a text names, of many that are asked about once. */
  static namedIn(text: string, symbols: readonly string[]): readonly string[] {
    // Every name of a symbol ends with its shortest one: most need not be indexed.
    return new SymbolIndex(symbols.filter((symbol) => text.includes(shortestOf(symbol)))).namedIn(text);
  }

  /** May be repeated. */
  add(symbol: string): void {
    for (const name of namesOf(symbol)) {
      const namesakes = this.#byName.get(name) ?? new Set();
      this.#byName.set(name, namesakes.add(symbol));
    }
  }

  /** The symbols that a text names, in the order of their first mention. A word of everyday language is no name. */
  namedIn(text: string): readonly string[] {
    const found = new Set<string>();
    for (const { 0: mention, index } of text.matchAll(/[\p{L}_$][\p{L}\p{N}_$]*(?:[./#-][\p{L}\p{N}_$]+)*/gu)) {
      const inCode = text[index - 1] === '`' || text[index + mention.length] === '(';
      const whole = this.#find(mention, inCode);
      const symbols = whole.length > 0 ? whole : mention.split(/[./#]/).flatMap((part) => this.#find(part, inCode));
      for (const symbol of symbols) found.add(symbol);
    }
    return [...found];
  }

  #find(name: string, inCode: boolean): readonly string[] {
    if (!inCode && !isDistinctive(name)) return [];
    const namesakes = [...(this.#byName.get(name) ?? [])];
    return namesakes.length > MAX_NAMESAKES ? [] : namesakes;
  }
}

/** `src/store.ts#Store.load` is also called Store.load and load; `src/store.ts` is called store.ts and store. */
function namesOf(symbol: string): readonly string[] {
  const member = symbol.indexOf('#');
  if (member >= 0) return [symbol, symbol.slice(member + 1), shortestOf(symbol)];
  return symbol.includes('/') ? [symbol, symbol.slice(symbol.lastIndexOf('/') + 1), shortestOf(symbol)] : [symbol];
}

function shortestOf(symbol: string): string {
  const member = symbol.indexOf('#');
  if (member >= 0) return symbol.slice(Math.max(member, symbol.lastIndexOf('.')) + 1);
  const file = symbol.slice(symbol.lastIndexOf('/') + 1);
  return symbol.includes('/') && file.lastIndexOf('.') > 0 ? file.slice(0, file.lastIndexOf('.')) : file;
}

/** Whether nobody would write it so in a sentence unless they meant the name: camelCase, snake_case, paths. */
function isDistinctive(name: string): boolean {
  return /\p{Ll}\p{Lu}|[_$./#]|\p{L}\p{N}/u.test(name);
}
