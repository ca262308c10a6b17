import { type Change, historyOf } from './change-history.ts';
import type { CodeFile, CodeIndex } from './code-index.ts';
import { viewFrom } from './code-view.ts';
import { type CodeItem, Excerpts, renderItem, type WantedLines } from './excerpts.ts';
import type { LinkedFile } from './link-code.ts';
import { rankDefinitions } from './rank-definitions.ts';
import { rankFiles } from './rank-files.ts';
import { rankPlaces } from './rank-places.ts';
import { rankByUse } from './rank-symbols.ts';
import type { ImportRules } from './resolve-import.ts';
import { type Query, searchPieces } from './search-pieces.ts';
import { similarFiles } from './similar-files.ts';
import { callers, heads, importsOf, placesToEdit, signatures, symbolsAt, testsOf } from './wanted-lines.ts';

/** A repository version, the file that is worked on, and how much there is room for. */
export interface CodeRequest extends ImportRules {
  readonly files: readonly CodeFile[];
  /** The path of the file that is worked on; it may be one that is not there yet. It is not part of the answer. */
  readonly current: string;
  readonly budgetTokens: number;
  readonly countTokens: (text: string) => number;
  /** Paths of files that the model is shown whole anyway: nothing of them is in the answer. Default: none. */
  readonly shown?: readonly string[];
  /** Changes of the past, in any order. */
  readonly changes?: readonly Change[];
  /** What is to be done, in words. */
  readonly task?: string;
}

/** What a word of each text counts in the search. */
const QUERY_WEIGHTS = { code: 1, path: 2, task: 8 };
/** So many places, best first, tell which definitions may be edited. */
const PLACES_OF_DEFINITIONS = 200;

/** Shares of the room; definitions take what is left. */
const SHARES = { places: 0.32, imports: 0.07, tests: 0.03, callers: 0.03, heads: 0.04 };
/** Of what only has to be there, of likely files, more room than this needs less than its share. */
const ROOM_OF_FEW = 4000;

/** As full as this is full enough. */
const FULL = 0.985;
const MOST_ROUNDS = 5;
/** Room for fewer tokens is not searched for something that fits. */
const SMALLEST = 25;

/**
 * Chooses what of a repository a model must see to work on one file, most needed first: signatures of what the file
 * refers to and lines of its callers, signatures near by use, likely places to edit, tests, heads of related files.
 * All items as `renderItem` writes them take at most `budgetTokens`. Same request, same items, byte for byte.
 */
export async function chooseCode(index: CodeIndex, request: CodeRequest): Promise<readonly CodeItem[]> {
  const { current, files, task = '' } = request;
  const isThere = files.some(({ path }) => path === current);
  const code = await index.link(isThere ? files : [...files, { path: current, text: '' }], request);
  const view = viewFrom(
    code,
    code.files.findIndex(({ path }) => path === current),
  );
  const text = code.files[view.current]?.text.lines.join('\n') ?? '';
  const query: Query = [
    { text, weight: QUERY_WEIGHTS.code },
    { text: current, weight: QUERY_WEIGHTS.path },
    { text: task, weight: QUERY_WEIGHTS.task },
  ];
  const found = searchPieces(code, view.current, query);
  const use = rankByUse(view);
  const similar = similarFiles(view);
  const history = historyOf(view, request.changes ?? []);
  const ranked = rankFiles(view, { found, use, similar, history });
  const places = rankPlaces(view, found, ranked);
  const definitions = rankDefinitions(view, {
    use,
    similar,
    files: ranked,
    atPlaces: symbolsAt(view, places.slice(0, PLACES_OF_DEFINITIONS)),
    mentioned: new Set(task.match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu)),
  });
  const wanted: Wanted = {
    places: placesToEdit(view, places),
    tests: testsOf(view, ranked, found),
    imports: importsOf(view, ranked),
    callers: callers(view, ranked),
    definitions: signatures(view, definitions),
    heads: heads(view, ranked, use),
  };
  return fitted(code.files, wanted, request);
}

type Wanted = Readonly<Record<keyof typeof SHARES | 'definitions', readonly WantedLines[]>>;

/** Fills by estimate, measures, and corrects the estimate by what was measured. */
function fitted(files: readonly LinkedFile[], wanted: Wanted, { budgetTokens, countTokens, shown }: CodeRequest) {
  const counted = new Map<string, number>();
  const count = (items: readonly CodeItem[]) =>
    items.reduce((sum, item) => {
      const text = renderItem(item);
      const tokens = counted.get(text) ?? countTokens(text);
      counted.set(text, tokens);
      return sum + tokens;
    }, 0);
  let best: { items: readonly CodeItem[]; tokens: number } = { items: [], tokens: 0 };
  let limit = budgetTokens;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const items = fill(new Excerpts(files, shown), wanted, limit);
    const tokens = count(items);
    if (tokens > best.tokens && tokens <= budgetTokens) best = { items, tokens };
    if (tokens === 0 || best.tokens >= FULL * budgetTokens) break;
    limit *= (budgetTokens / tokens) * (tokens > budgetTokens ? 0.995 : 0.998);
  }
  return best.items;
}

function fill(excerpts: Excerpts, wanted: Wanted, limit: number): readonly CodeItem[] {
  const roomOfFew = Math.min(limit, Math.sqrt(limit * ROOM_OF_FEW));
  const roomOf = (kind: keyof typeof SHARES) =>
    SHARES[kind] * (kind === 'imports' || kind === 'heads' ? roomOfFew : limit);
  const take = (lines: readonly WantedLines[], upTo: number) => {
    for (const next of lines) if (!excerpts.add(next, upTo) && excerpts.tokens > upTo - SMALLEST) return;
  };
  for (const kind of ['places', 'imports', 'tests', 'callers'] as const)
    take(wanted[kind], excerpts.tokens + roomOf(kind));
  take(wanted.definitions, limit - roomOf('heads'));
  const isNew = ({ file }: WantedLines) => !excerpts.has(file);
  take(wanted.heads.filter(isNew), limit);
  // A small repository has no more definitions: more of its code is worth more than empty room.
  take(wanted.places, limit);
  return excerpts.items();
}
