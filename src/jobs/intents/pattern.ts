import type { Issue } from '../../kernel/errors.ts';
import { fold } from './request-words.ts';
import { hasSeveralWords, type SlotType, slotTypes } from './slot-types.ts';

/** One step of the machine that a pattern is compiled to. */
export type Instruction =
  | { readonly op: 'word'; readonly word: string }
  /** Takes one word into a slot; of types of one word only such a word. */
  | { readonly op: 'take'; readonly slot: string }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'jump'; readonly to: number }
  | { readonly op: 'end' };

/** A pattern of a request, such as `send [an] (mail|e-mail) to {recipient:email} [about {subject}]`. */
export interface Pattern {
  readonly text: string;
  readonly program: readonly Instruction[];
  readonly slots: ReadonlyMap<string, SlotType>;
}

export type PatternReading = { readonly pattern: Pattern } | { readonly issue: Issue };

const MAX_CHARACTERS = 500;
const MAX_SLOTS = 10;
const MAX_DEPTH = 5;
const PART = /\{[^{}]*\}|[[\]()|]|[^\s[\](){}|]+|[{}]/g;
const SLOT = /^\{([a-z][a-z0-9_]{0,39})(?::([a-z]+))?\}$/;

/**
 * Reads a pattern: words in any case; `[…]` may be missing; `(a|b)` is one of several; `{name}` or `{name:type}` is a
 * value, `text` unless it says otherwise. No regular expressions, so none can hang.
 */
export function readPattern(text: string, path: string): PatternReading {
  try {
    return { pattern: new Compiler(text).compile() };
  } catch (error) {
    if (error instanceof PatternProblem)
      return { issue: { path, message: `${JSON.stringify(text)} ${error.message}` } };
    throw error;
  }
}

class PatternProblem extends Error {}

/** Compiles by recursive descent, as Thompson's construction does. */
class Compiler {
  private readonly parts: readonly string[];
  private readonly program: Instruction[] = [];
  private readonly slots = new Map<string, SlotType>();
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    if (text.length > MAX_CHARACTERS) throw new PatternProblem(`has more than ${MAX_CHARACTERS} characters: split it`);
    this.parts = text.match(PART) ?? [];
  }

  compile(): Pattern {
    if (this.parts.length === 0) throw new PatternProblem('is empty: write the words of a request');
    this.sequence();
    const left = this.parts[this.at];
    if (left !== undefined) throw new PatternProblem(`has a ${left} that opens nothing: take it away`);
    if (!this.program.some(({ op }) => op === 'word' || op === 'take')) {
      throw new PatternProblem('says nothing: write the words of a request');
    }
    this.program.push({ op: 'end' });
    return { text: this.text, program: this.program, slots: this.slots };
  }

  private sequence(): void {
    for (
      let part = this.parts[this.at];
      part !== undefined && !['|', ']', ')'].includes(part);
      part = this.parts[this.at]
    ) {
      this.at++;
      if (part === '[' || part === '(') this.group(part);
      else if (part.startsWith('{') || part === '}') this.slot(part);
      else this.program.push({ op: 'word', word: fold(part) });
    }
  }

  private group(open: '[' | '('): void {
    if (++this.depth > MAX_DEPTH) throw new PatternProblem(`is nested deeper than ${MAX_DEPTH} levels: split it`);
    const close = open === '[' ? ']' : ')';
    const ends: number[] = [];
    for (;;) {
      const split = this.reserve();
      this.sequence();
      const end = this.parts[this.at++];
      if (end !== '|' && end !== close) throw new PatternProblem(`lacks a ${close}: close what ${open} opens`);
      ends.push(this.reserve());
      const next = this.program.length;
      // The last alternative has no other, unless it may be missing: then the way round it is one.
      this.program[split] =
        end === '|' || open === '[' ? { op: 'split', first: split + 1, second: next } : { op: 'jump', to: split + 1 };
      if (end === close) break;
    }
    for (const end of ends) this.program[end] = { op: 'jump', to: this.program.length };
    this.depth--;
  }

  private slot(part: string): void {
    const [, name, type = 'text'] = SLOT.exec(part) ?? [];
    const slotType = slotTypes.find((each) => each === type);
    if (name === undefined) throw new PatternProblem(`has ${part}, which is no slot: write {name} or {name:type}`);
    if (!slotType) throw new PatternProblem(`has ${part} of an unknown type: give one of ${slotTypes.join(', ')}`);
    if (this.slots.has(name)) throw new PatternProblem(`has the slot ${name} twice: give each its own name`);
    this.slots.set(name, slotType);
    if (this.slots.size > MAX_SLOTS) throw new PatternProblem(`has more than ${MAX_SLOTS} slots: split it`);
    const take = this.program.push({ op: 'take', slot: name }) - 1;
    // Rather go on than take another word: a slot is as short as what follows allows.
    if (hasSeveralWords(slotType)) this.program.push({ op: 'split', first: take + 2, second: take });
  }

  private reserve(): number {
    return this.program.push({ op: 'jump', to: this.program.length + 1 }) - 1;
  }
}
