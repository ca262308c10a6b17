import type { LinkedFile } from './link-code.ts';

/** How badly something is needed: a prompt that has no room for all goes without the last ones first. */
export type CodeLevel = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';

/**
 * What of one file is shown: some of its lines in order, blank lines left out. Gaps are marked by `…`, but for those that
 * hold only comments and those before a definition: nobody takes it for what comes next in the one before, and marks would take a twentieth of the room.
 */
export interface CodeItem {
  readonly path: string;
  /** Of the first and the last line shown, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
  readonly text: string;
  /** That of the most needed lines. */
  readonly level: CodeLevel;
  /** Why these lines are shown, most needed first. */
  readonly why: string;
}

/** Lines of a file that are shown together or not at all. */
export interface WantedLines {
  readonly file: number;
  readonly lines: readonly number[];
  readonly level: CodeLevel;
  readonly why: string;
}

/** Lines that are worth more or less than others; only ratios matter. */
export interface ValuedLines extends WantedLines {
  readonly worth: number;
}

const levels: readonly CodeLevel[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

/** Longer lines are cut: nobody wrote them to be read. */
const LINE_CHARACTERS = 160;
const GAP = '…';
/** Of code, in tokens of the models at hand; only ratios matter, as the sum is measured. */
const CHARACTERS_PER_TOKEN = 3.2;
const GAP_TOKENS = 2;

interface Excerpt {
  readonly lines: Set<number>;
  readonly reasons: Map<string, CodeLevel>;
}

/** Gathers lines of files while there is room, and gives one item a file. Room is an estimate, in tokens. */
export class Excerpts {
  private readonly files: readonly LinkedFile[];
  private readonly known: ReadonlySet<string>;
  private readonly excerpts = new Map<number, Excerpt>();
  private used = 0;

  /** Of files whose paths are `known` nothing has to be shown. */
  constructor(files: readonly LinkedFile[], known: readonly string[] = []) {
    this.files = files;
    this.known = new Set(known);
  }

  get tokens(): number {
    return this.used;
  }

  has(file: number): boolean {
    return this.excerpts.has(file);
  }

  /** Shows these lines too, unless more than `limit` were shown then. False: there was no room. */
  add({ file, lines, level, why }: WantedLines, limit: number): boolean {
    if (this.known.has(this.files[file]?.path ?? '')) return true;
    const wanted = lines.filter((line) => this.line(file, line).trim() !== '');
    const shown = this.excerpts.get(file);
    const added = wanted.filter((line) => !shown?.lines.has(line));
    const [first] = added;
    if (first === undefined) {
      if (wanted.length > 0) shown?.reasons.set(why, level);
      return true;
    }
    const cost = added.reduce((sum, line) => sum + lineTokens(this.line(file, line)), this.frameTokens(file, first));
    if (this.used + cost > limit) return false;
    this.used += cost;
    const excerpt = shown ?? { lines: new Set(), reasons: new Map() };
    for (const line of added) excerpt.lines.add(line);
    excerpt.reasons.set(why, level);
    this.excerpts.set(file, excerpt);
    return true;
  }

  /** By need, then in the order in which files were first added. */
  items(): readonly CodeItem[] {
    const items = [...this.excerpts].map(([file, excerpt]) => this.item(file, excerpt));
    return items.sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level));
  }

  /** What lines take besides themselves: the path of a file that is not shown yet, or the mark of a gap. */
  private frameTokens(file: number, first: number): number {
    const shown = this.excerpts.get(file);
    if (shown !== undefined) return shown.lines.has(first - 1) || this.begins(file, first) ? 0 : GAP_TOKENS;
    return 3 + (this.files[file]?.path.length ?? 0) / CHARACTERS_PER_TOKEN;
  }

  private item(file: number, { lines, reasons }: Excerpt): CodeItem {
    const ordered = [...lines].sort((a, b) => a - b);
    const why = [...reasons].sort((a, b) => levels.indexOf(a[1]) - levels.indexOf(b[1]));
    const text = ordered.flatMap((line, index) => {
      const before = ordered[index - 1];
      const isGap = before !== undefined && !this.begins(file, line) && this.hasCodeBetween(file, before, line);
      return isGap ? [GAP, cut(this.line(file, line))] : [cut(this.line(file, line))];
    });
    return {
      path: this.files[file]?.path ?? '',
      firstLine: ordered[0] ?? 1,
      lastLine: ordered.at(-1) ?? 1,
      text: text.join('\n'),
      level: why[0]?.[1] ?? 'LOW',
      why: why.map(([reason]) => reason).join('; '),
    };
  }

  private hasCodeBetween(file: number, first: number, last: number): boolean {
    const comments = this.files[file]?.text.comments;
    for (let line = first + 1; line < last; line++)
      if (this.line(file, line).trim() !== '' && !comments?.has(line)) return true;
    return false;
  }

  /** Whether a definition begins in this line. */
  private begins(file: number, line: number): boolean {
    return this.files[file]?.text.starts.has(line) ?? false;
  }

  private line(file: number, line: number): string {
    return this.files[file]?.text.lines[line - 1] ?? '';
  }
}

/** An item as it stands in a prompt, and as its tokens are counted. */
export function renderItem({ path, text }: CodeItem): string {
  return `### ${path}\n${text}\n`;
}

/** About how many tokens a line takes. */
export function lineTokens(line: string): number {
  const length = Math.min(line.trim().length, LINE_CHARACTERS);
  return length === 0 ? 0 : 1 + length / CHARACTERS_PER_TOKEN;
}

function cut(line: string): string {
  return line.length <= LINE_CHARACTERS ? line : line.slice(0, LINE_CHARACTERS) + GAP;
}
