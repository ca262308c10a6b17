/** What a word does to a number that is spoken: adds to it, or multiplies what was said before. */
export type NumberWord =
  | { readonly kind: 'unit' | 'teen' | 'ten'; readonly value: number }
  | { readonly kind: 'scale'; readonly value: number };

const units = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const teens = [
  'ten',
  'eleven',
  'twelve',
  'thirteen',
  'fourteen',
  'fifteen',
  'sixteen',
  'seventeen',
  'eighteen',
  'nineteen',
];
const tens = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
const scales = { hundred: 100, thousand: 1000, million: 1e6, billion: 1e9, trillion: 1e12 };

/** English words for numbers. */
export const numberWords: ReadonlyMap<string, NumberWord> = new Map<string, NumberWord>([
  ...units.map((word, value) => [word, { kind: 'unit', value }] as const),
  ...teens.map((word, index) => [word, { kind: 'teen', value: index + 10 }] as const),
  ...tens.map((word, index) => [word, { kind: 'ten', value: (index + 2) * 10 }] as const),
  ...Object.entries(scales).map(([word, value]) => [word, { kind: 'scale', value }] as const),
]);

/**
 * The number that a run of words says, such as two hundred five thousand twelve, and how many of them it takes: a word
 * that cannot go on from those before begins another number. Of no words: null.
 */
export function spokenNumber(words: readonly NumberWord[]): { readonly value: number; readonly taken: number } | null {
  let whole = 0;
  let group = 0;
  let taken = 0;
  let lastScale = Infinity;
  /** Below which value the next word has to be to belong to the number. */
  let room = 100;
  for (const word of words) {
    if (word.kind === 'scale' && word.value === 100) {
      if (taken > 0 && (group === 0 || group >= 100)) break;
      group = (group === 0 ? 1 : group) * 100;
      room = 100;
    } else if (word.kind === 'scale') {
      if (word.value >= lastScale || (taken > 0 && group === 0)) break;
      whole += (group === 0 ? 1 : group) * word.value;
      lastScale = word.value;
      group = 0;
      room = 100;
    } else {
      if (word.value >= room || (word.value === 0 && taken > 0)) break;
      group += word.value;
      room = word.kind === 'ten' ? 10 : 0;
    }
    taken++;
  }
  return taken === 0 ? null : { value: whole + group, taken };
}
