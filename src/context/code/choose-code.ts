import type { Change } from './change-history.ts';
import type { CodeFile, CodeIndex } from './code-index.ts';
import { viewFrom } from './code-view.ts';
import { type CodeItem, Excerpts, renderItem, type ValuedLines, type WantedLines } from './excerpts.ts';
import type { LinkedFile } from './link-code.ts';
import { rankDefinitions } from './rank-definitions.ts';
import type { ImportRules } from './resolve-import.ts';
import { surveyCode } from './survey-code.ts';
import { callers, heads, importsOf, placesToEdit, signatures, testsOf } from './wanted-lines.ts';

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

/** Shares of the room: definitions and places have one each for sure, and what the others leave is for either. */
const SHARES = { definitions: 0.3, places: 0.25, imports: 0.02, tests: 0.03, callers: 0.03, heads: 0.02 };
/** Of what only has to be there, of likely files, more room than this needs less than its share. */
const ROOM_OF_FEW = 4000;

/** As full as this is full enough. */
const FULL = 0.993;
const MOST_ROUNDS = 6;
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
  const survey = surveyCode(view, request.changes ?? [], task);
  const mentioned = new Set(task.match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu));
  const definitions = signatures(survey, rankDefinitions(survey, mentioned));
  const places = placesToEdit(survey);
  const wanted: Wanted = {
    definitions,
    places,
    either: mostWorthFirst(definitions, places),
    tests: testsOf(survey),
    imports: importsOf(survey),
    callers: callers(survey),
    heads: heads(survey),
  };
  return fitted(code.files, wanted, request);
}

type Wanted = Readonly<Record<keyof typeof SHARES | 'either', readonly WantedLines[]>>;

function mostWorthFirst(...lists: readonly (readonly ValuedLines[])[]): readonly ValuedLines[] {
  return lists.flat().sort((a, b) => b.worth - a.worth);
}

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
  for (const kind of ['imports', 'tests', 'callers', 'places', 'definitions'] as const)
    take(wanted[kind], excerpts.tokens + roomOf(kind));
  take(wanted.either, limit - roomOf('heads'));
  const isNew = ({ file }: WantedLines) => !excerpts.has(file);
  take(wanted.heads.filter(isNew), limit);
  // A small repository has no more definitions: more of its code is worth more than empty room.
  take(wanted.places, limit);
  return excerpts.items();
}
