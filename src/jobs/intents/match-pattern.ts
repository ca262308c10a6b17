import type { Json } from '../../kernel/json.ts';
import type { Instruction, Pattern } from './pattern.ts';
import { bareValue, type RequestWord } from './request-words.ts';
import { hasSeveralWords, readSlot } from './slot-types.ts';

export interface PatternMatch {
  readonly slots: Readonly<Record<string, Json>>;
  /** Words of the request that stand in the pattern itself: the more, the better it fits. */
  readonly words: number;
}

/** A way through the pattern up to here. */
interface Thread {
  readonly at: number;
  readonly words: number;
  readonly taken: Taken | null;
}

/** Which slots took which words; the last first. */
interface Taken {
  readonly slot: string;
  readonly from: number;
  readonly to: number;
  readonly before: Taken | null;
}

/**
 * The values of a whole request that fits the pattern, or null. All ways are followed at the same time, so that the time
 * grows with words times instructions and with nothing else. Source: Pike's machine, in R. Cox, Regular Expression
 * Matching: the Virtual Machine Approach (2009).
 */
export function matchPattern(pattern: Pattern, request: string, words: readonly RequestWord[]): PatternMatch | null {
  let threads = follow(pattern.program, [{ at: 0, words: 0, taken: null }]);
  for (const word of words) {
    const next = threads.flatMap((thread) => {
      const moved = step(pattern, thread, word, request);
      return moved ? [moved] : [];
    });
    if (next.length === 0) return null;
    threads = follow(pattern.program, next);
  }
  for (const { at, taken, words: matched } of threads) {
    if (pattern.program[at]?.op !== 'end') continue;
    const slots = valuesOf(pattern, taken, request);
    if (slots) return { slots, words: matched };
  }
  return null;
}

/** What a word does to a way; null: the way ends here. */
function step(pattern: Pattern, thread: Thread, word: RequestWord, request: string): Thread | null {
  const instruction = pattern.program[thread.at];
  if (instruction?.op === 'word') {
    return instruction.word === word.folded ? { ...thread, at: thread.at + 1, words: thread.words + 1 } : null;
  }
  if (instruction?.op !== 'take') return null;
  const type = pattern.slots.get(instruction.slot) ?? 'text';
  if (!hasSeveralWords(type) && readSlot(type, bareValue(request.slice(word.from, word.to))) === null) return null;
  const { taken } = thread;
  const grown: Taken =
    taken?.slot === instruction.slot
      ? { ...taken, to: word.to }
      : { slot: instruction.slot, from: word.from, to: word.to, before: taken };
  return { ...thread, at: thread.at + 1, taken: grown };
}

/** The ways after all jumps and splits, the preferred first; of those that meet the first counts. */
function follow(program: readonly Instruction[], threads: readonly Thread[]): readonly Thread[] {
  const seen = new Set<number>();
  const arrived: Thread[] = [];
  const open = threads.toReversed();
  for (let thread = open.pop(); thread !== undefined; thread = open.pop()) {
    if (seen.has(thread.at)) continue;
    seen.add(thread.at);
    const instruction = program[thread.at];
    if (instruction?.op === 'jump') open.push({ ...thread, at: instruction.to });
    else if (instruction?.op === 'split') {
      open.push({ ...thread, at: instruction.second }, { ...thread, at: instruction.first });
    } else arrived.push(thread);
  }
  return arrived;
}

function valuesOf(pattern: Pattern, taken: Taken | null, request: string): Readonly<Record<string, Json>> | null {
  const values: Record<string, Json> = {};
  for (let each = taken; each !== null; each = each.before) {
    const type = pattern.slots.get(each.slot) ?? 'text';
    const value = readSlot(type, bareValue(request.slice(each.from, each.to)));
    if (value === null) return null;
    values[each.slot] = value;
  }
  return values;
}
