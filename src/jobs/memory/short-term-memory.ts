import { type Clock, systemClock } from '../../kernel/clock.ts';
import { InvalidInputError } from '../../kernel/errors.ts';
import { deepFreeze, type Json, plainJsonIssue } from '../../kernel/json.ts';

export interface ShortTermLimits {
  /** Default: 10,000. */
  readonly maxEntries?: number;
  /** Of all keys and values as JSON. Default: 16 Mi. */
  readonly maxCharacters?: number;
}

interface Kept {
  readonly value: Json;
  readonly characters: number;
  readonly expiresAt: number;
}

const MAX_KEY_CHARACTERS = 500;
const MAX_TTL_MS = 7 * 86_400_000;

/**
 * Values for a while, in this process: gone after their time, or when room is needed, the least recently used first. It is
 * no truth: what must not be lost belongs in an event.
 */
export class ShortTermMemory {
  /** The least recently used first: a map keeps the order of insertion. */
  private readonly kept = new Map<string, Kept>();
  private readonly maxEntries: number;
  private readonly maxCharacters: number;
  private used = 0;

  constructor(
    { maxEntries = 10_000, maxCharacters = 16 * 2 ** 20 }: ShortTermLimits = {},
    private readonly clock: Clock = systemClock,
  ) {
    this.maxEntries = maxEntries;
    this.maxCharacters = maxCharacters;
  }

  /** Keeps a copy of a value, in place of what was there. Throws InvalidInputError; a value beyond all room is refused. */
  set(key: string, value: Json, ttlMs: number): void {
    if (key === '' || key.length > MAX_KEY_CHARACTERS)
      throw wrong('key', `must have 1 to ${MAX_KEY_CHARACTERS} characters`);
    if (!Number.isSafeInteger(ttlMs) || ttlMs < 1 || ttlMs > MAX_TTL_MS) {
      throw wrong('ttlMs', `${ttlMs} does not fit: give 1 to ${MAX_TTL_MS}, in milliseconds`);
    }
    const issue = value === undefined ? { path: 'value', message: 'is missing' } : plainJsonIssue(value, 'value');
    if (issue) throw new InvalidInputError([issue]);
    const json = JSON.stringify(value);
    const characters = key.length + json.length;
    if (characters > this.maxCharacters) {
      throw wrong('value', `has ${json.length} characters, more than all room (${this.maxCharacters}): keep less`);
    }
    this.delete(key);
    this.makeRoom(characters);
    this.kept.set(key, { value: deepFreeze(JSON.parse(json) as Json), characters, expiresAt: this.clock() + ttlMs });
    this.used += characters;
  }

  /** The value, which counts as used now; undefined where there is none any more. */
  get(key: string): Json | undefined {
    const kept = this.kept.get(key);
    if (!kept) return undefined;
    this.kept.delete(key);
    if (kept.expiresAt <= this.clock()) {
      this.used -= kept.characters;
      return undefined;
    }
    this.kept.set(key, kept);
    return kept.value;
  }

  /** Safe to repeat. */
  delete(key: string): void {
    this.used -= this.kept.get(key)?.characters ?? 0;
    this.kept.delete(key);
  }

  get size(): number {
    return this.kept.size;
  }

  /** What is over goes first; only then what was not used for longest. */
  private makeRoom(characters: number): void {
    const isFull = () => this.kept.size >= this.maxEntries || this.used + characters > this.maxCharacters;
    if (!isFull()) return;
    const now = this.clock();
    for (const [key, { expiresAt }] of this.kept) if (expiresAt <= now) this.delete(key);
    for (const key of this.kept.keys()) {
      if (!isFull()) return;
      this.delete(key);
    }
  }
}

function wrong(path: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path, message }]);
}
