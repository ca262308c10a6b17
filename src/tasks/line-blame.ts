import type { StoredEvent } from '../events/index.ts';
import { diffText, linesOf } from './diff-files.ts';

/** A text of which each line knows the event that brought it in. */
export interface BlamedText {
  readonly content: string;
  /** One for each line of `linesOf(content)`. */
  readonly broughtBy: readonly StoredEvent[];
}

/** The text after one more event: lines that were there before keep what brought them. */
export function blame(before: BlamedText | null, content: string, event: StoredEvent): BlamedText {
  const broughtBy: StoredEvent[] = [];
  let old = 0;
  for (const { kind, count } of diffText(before?.content ?? '', content)) {
    if (kind === 'same') broughtBy.push(...(before?.broughtBy.slice(old, old + count) ?? []));
    if (kind === 'added') broughtBy.push(...Array.from({ length: count }, () => event));
    if (kind !== 'added') old += count;
  }
  return { content, broughtBy };
}

/** Neighbouring lines that one event brought. Lines are counted from 1; both ends belong to it. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
  readonly broughtBy: StoredEvent;
}

export function rangesOf({ content, broughtBy }: BlamedText): readonly LineRange[] {
  const ranges: LineRange[] = [];
  linesOf(content).forEach((_, index) => {
    const event = broughtBy[index];
    const last = ranges.at(-1);
    if (!event) throw new RangeError(`Line ${index + 1} came from nowhere.`);
    if (last?.broughtBy === event) ranges[ranges.length - 1] = { ...last, to: index + 1 };
    else ranges.push({ from: index + 1, to: index + 1, broughtBy: event });
  });
  return ranges;
}
