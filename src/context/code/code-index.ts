import { createHash } from 'node:crypto';
import type { CodeFacts } from './code-facts.ts';
import type { Grammar } from '../outline/syntax-parser.ts';
import { linkCode, type LinkedCode } from './link-code.ts';
import { grammarOf, readFacts } from './read-facts.ts';
import type { ImportRules } from './resolve-import.ts';
import { countUses, type IndexedText, type Piece } from './indexed-text.ts';
import { type LineRange, splitCode } from './split-code.ts';
import { wordsOf } from './words.ts';

/** A file of a repository version. `hash` tells its text apart from any other text; without it one is made. */
export interface CodeFile {
  readonly path: string;
  readonly text: string;
  readonly hash?: string;
}

/** Lines of a piece: a function of usual length, and no more than fits among others into a small context. */
const PIECE_LINES = 12;

const limits = { texts: 10_000, versions: 4, words: 1_000_000 };

/**
 * Keeps what was read of every text, by its hash and language, the longest unused going first. One for a process: texts
 * of many versions share it.
 */
export class CodeIndex {
  private readonly texts = new Map<string, Promise<IndexedText>>();
  private readonly words = new Map<string, number>();
  private readonly versions = new Map<string, LinkedCode>();

  /** The number of a word, or undefined for one that no kept text holds. */
  numberOf(word: string): number | undefined {
    return this.words.get(word);
  }

  get wordCount(): number {
    return this.words.size;
  }

  async read({ path, text, hash = hashOf(text) }: CodeFile): Promise<IndexedText> {
    const grammar = grammarOf(path);
    const key = `${grammar} ${hash}`;
    const kept = this.texts.get(key) ?? this.readText(text, hash, grammar);
    this.texts.delete(key);
    this.texts.set(key, kept);
    kept.catch(() => this.texts.delete(key));
    forgetOldest(this.texts, limits.texts);
    return kept;
  }

  /** Links the files of a version; the last versions asked for are kept. */
  async link(files: readonly CodeFile[], rules: ImportRules): Promise<LinkedCode> {
    const texts = await Promise.all(files.map(async (file) => ({ path: file.path, text: await this.read(file) })));
    const version = createHash('sha1').update(JSON.stringify([rules.aliases, rules.pythonRoots]));
    for (const { path, text } of texts) version.update(`\n${path} ${text.hash}`);
    const key = version.digest('base64');
    const kept = this.versions.get(key) ?? linkCode(texts, rules);
    this.versions.delete(key);
    this.versions.set(key, kept);
    forgetOldest(this.versions, limits.versions);
    return kept;
  }

  private async readText(text: string, hash: string, grammar: Grammar | null): Promise<IndexedText> {
    return this.index(text, hash, await readFacts(text, grammar));
  }

  private index(text: string, hash: string, facts: CodeFacts): IndexedText {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    const pieces = splitCode(lines, facts.definitions, PIECE_LINES).map((range) => this.piece(lines, range));
    return { hash, facts, lines, uses: countUses(facts), pieces };
  }

  private piece(lines: readonly string[], range: LineRange): Piece {
    const counts = new Map<number, number>();
    const words = wordsOf(lines.slice(range.firstLine - 1, range.lastLine).join('\n'));
    for (const word of words) {
      const number = this.words.get(word) ?? this.words.size;
      this.words.set(word, number);
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    return {
      ...range,
      words: Uint32Array.from(counts.keys()),
      counts: Uint16Array.from(counts.values()),
      length: words.length,
    };
  }
}

function hashOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}

/** A map's keys stand in the order in which they were set. */
function forgetOldest(kept: Map<string, unknown>, most: number): void {
  for (const key of kept.keys()) {
    if (kept.size <= most) return;
    kept.delete(key);
  }
}
