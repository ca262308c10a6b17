import { createHash } from 'node:crypto';
import type { Grammar } from '../outline/syntax-parser.ts';
import { commentLines } from './comment-lines.ts';
import { linkCode, type LinkedCode } from './link-code.ts';
import { grammarOf, readFacts } from './read-facts.ts';
import type { ImportRules } from './resolve-import.ts';
import { countUses, type IndexedText, type Piece } from './indexed-text.ts';
import { type LineRange, splitCode } from './split-code.ts';
import { splitWords } from '../words.ts';
import { wordNumber } from './word-number.ts';

/** A file of a repository version. `hash` tells its text apart from any other text; without it one is made. */
export interface CodeFile {
  readonly path: string;
  readonly text: string;
  readonly hash?: string;
}

/** Lines of a piece: a function of usual length, and no more than fits among others into a small context. */
const PIECE_LINES = 12;

/** Versions of a repository that are kept linked: those of the tasks at hand. */
const MOST_VERSIONS = 4;

interface Kept {
  readonly text: Promise<IndexedText>;
  readonly characters: number;
}

/**
 * Keeps what was read of every text, by its hash and language, the longest unused going first. One for a process: texts
 * of many versions share it.
 */
export class CodeIndex {
  private readonly maxCharacters: number;
  private readonly texts = new Map<string, Kept>();
  private readonly versions = new Map<string, LinkedCode>();
  private characters = 0;

  /** Of texts as long as `maxCharacters` together what was read is kept. It takes some ten bytes a character. */
  constructor({ maxCharacters = 30_000_000 } = {}) {
    this.maxCharacters = maxCharacters;
  }

  /** Links the files of a version; the last versions asked for are kept. */
  async link(files: readonly CodeFile[], rules: ImportRules): Promise<LinkedCode> {
    const texts: { path: string; text: IndexedText }[] = [];
    // One after the other: a parser for each at once would take the memory of all their trees.
    for (const file of files) texts.push({ path: file.path, text: await this.read(file) });
    const version = createHash('sha1').update(JSON.stringify([rules.aliases, rules.pythonRoots]));
    for (const { path, text } of texts) version.update(`\n${path} ${text.hash}`);
    const key = version.digest('base64');
    const linked = this.versions.get(key) ?? linkCode(texts, rules);
    this.versions.delete(key);
    this.versions.set(key, linked);
    for (const oldest of this.versions.keys()) {
      if (this.versions.size <= MOST_VERSIONS) break;
      this.versions.delete(oldest);
    }
    return linked;
  }

  /** What is known of a text. Rejects when a grammar cannot be loaded, which means a broken installation. */
  read({ path, text, hash = hashOf(text) }: CodeFile): Promise<IndexedText> {
    const grammar = grammarOf(path);
    const key = `${grammar} ${hash}`;
    const kept = this.texts.get(key) ?? { text: readText(text, hash, grammar), characters: text.length };
    this.forget(key);
    this.texts.set(key, kept);
    this.characters += kept.characters;
    kept.text.catch(() => this.forget(key));
    // A map's keys stand in the order in which they were set.
    for (const oldest of this.texts.keys()) {
      if (this.characters <= this.maxCharacters || oldest === key) break;
      this.forget(oldest);
    }
    return kept.text;
  }

  private forget(key: string): void {
    this.characters -= this.texts.get(key)?.characters ?? 0;
    this.texts.delete(key);
  }
}

async function readText(text: string, hash: string, grammar: Grammar | null): Promise<IndexedText> {
  const facts = await readFacts(text, grammar);
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const pieces = splitCode(lines, facts.definitions, PIECE_LINES).map((range) => countWords(lines, range));
  const starts = new Set(facts.definitions.map(({ firstLine }) => firstLine));
  const names = facts.definitions.map(({ name }) => [...new Set(splitWords(name))]);
  const comments = commentLines(lines, grammar);
  return { hash, facts, lines, starts, comments, names, uses: countUses(facts), pieces };
}

function countWords(lines: readonly string[], range: LineRange): Piece {
  const words = splitWords(lines.slice(range.firstLine - 1, range.lastLine).join('\n'));
  const counts = new Map<number, number>();
  for (const word of words) {
    const number = wordNumber(word);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  return {
    ...range,
    words: Uint32Array.from(counts.keys()),
    counts: Uint32Array.from(counts.values()),
    length: words.length,
  };
}

function hashOf(text: string): string {
  return createHash('sha1').update(text).digest('base64');
}
