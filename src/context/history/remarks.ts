import type { Fact } from './fact.ts';
import type { SymbolIndex } from './symbol-index.ts';

/** Where a text comes from. */
export interface RemarkSource {
  /** The module or function that it was said about; PROJECT for all of them. */
  readonly about: string;
  readonly sequence: number;
}

const MAX_REMARKS = 20;
const MAX_CHARACTERS = 300;
const MAX_TEXT_CHARACTERS = 20_000;

/**
 * The sentences of a text that are worth keeping: those that hold a number, or name a known symbol besides the one that
 * the whole text is about. A sentence belongs to the first symbol that it names. One that differs from an older one in
 * its numbers only has the key of that one, and so takes its place.
 */
export function remarksIn(text: string, symbols: SymbolIndex, { about, sequence }: RemarkSource): readonly Fact[] {
  const remarks: Fact[] = [];
  for (const sentence of sentencesOf(text)) {
    const named = symbols.namedIn(sentence).find((symbol) => symbol !== about);
    if (named === undefined && !/\p{N}/u.test(sentence)) continue;
    const owner = named ?? about;
    const isClear = named !== undefined || about === '' || sentence.includes(about);
    remarks.push({
      key: `remark ${owner} ${sentence.replace(/\p{N}+/gu, '#')}`,
      kind: 'remark',
      text: isClear ? sentence : `${about}: ${sentence}`,
      owner,
      sequence,
    });
    if (remarks.length === MAX_REMARKS) break;
  }
  return remarks;
}

/** Lines of code, of tables and of stack traces are none. */
function sentencesOf(text: string): readonly string[] {
  return text
    .slice(0, MAX_TEXT_CHARACTERS)
    .split(/\n+|(?<=[.!?;。！？])\s+/)
    .map((sentence) => sentence.trim())
    .filter(
      (sentence) => /\p{L}{2}.*\s/u.test(sentence) && sentence.length <= MAX_CHARACTERS && !/^at .*\d/.test(sentence),
    );
}
