import { fuseRanks, type RankedItem } from '../rank/fuse-ranks.ts';
import type { FileHistory } from './change-history.ts';
import { bestFirst, type CodeView } from './code-view.ts';
import type { FoundPiece } from './search-pieces.ts';

/** What speaks for a file. All scores are by file. */
export interface FileSignals {
  readonly found: readonly FoundPiece[];
  /** By symbol, then by file. */
  readonly use: Float64Array;
  readonly similar: Float64Array;
  readonly history: FileHistory;
}

const WEIGHTS = { words: 1, use: 0.3, near: 0.3, recent: 0.4, together: 0.4, similar: 0.3 };
const FUSION_K = 30;
/** What a step along imports takes from a score, as a power of e. */
export const STEP_LOSS = 2;

/** The files other than the current one, likeliest to matter first, each with a score to compare it by. */
export function rankFiles(
  view: CodeView,
  { found, use, similar, history }: FileSignals,
): readonly RankedItem<number>[] {
  const isOther = (file: number) => file !== view.current;
  const words = new Float64Array(view.code.files.length);
  for (const { file, score } of found) words[file] = Math.max(words[file] ?? 0, score);
  return fuseRanks(
    [
      { items: bestFirst(words, isOther), weight: WEIGHTS.words },
      { items: bestFirst(useByFile(view, use), isOther), weight: WEIGHTS.use },
      { items: bestFirst(nearness(view), isOther), weight: WEIGHTS.near },
      { items: bestFirst(history.recent, isOther), weight: WEIGHTS.recent },
      { items: bestFirst(history.together, isOther), weight: WEIGHTS.together },
      { items: bestFirst(similar, isOther), weight: WEIGHTS.similar },
    ],
    FUSION_K,
  );
}

/** The rank of a file and all it defines, less by what lies between. */
function useByFile({ code, distance }: CodeView, use: Float64Array): Float64Array {
  return Float64Array.from(code.files, ({ firstSymbol, text }, file) => {
    const symbols = use.subarray(firstSymbol, firstSymbol + text.facts.definitions.length);
    const rank = symbols.reduce((sum, score) => sum + score, use[code.symbols.length + file] ?? 0);
    return rank * Math.exp(-STEP_LOSS * (distance[file] ?? 0));
  });
}

/** By file: how many folders it shares with the current one, against how deep both lie; tests a little farther. */
function nearness({ code, current, isTest }: CodeView): Float64Array {
  const own = code.files[current]?.path.split('/') ?? [];
  return Float64Array.from(code.files, ({ path }, file) => {
    const parts = path.split('/');
    const most = Math.min(parts.length, own.length) - 1;
    let shared = 0;
    while (shared < most && parts[shared] === own[shared]) shared++;
    return Math.exp(shared - 0.1 * (parts.length + own.length) - (isTest[file] ? 0.5 : 0));
  });
}
