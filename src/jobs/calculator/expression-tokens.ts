import { InvalidExpressionError } from '../jobs.errors.ts';
import { type NumberWord, numberWords } from './number-words.ts';

export type Operator = 'add' | 'sub' | 'mul' | 'div';

/** What an expression is made of, in signs and words alike. */
export type TokenContent =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'spoken'; readonly word: NumberWord }
  | { readonly kind: 'operator'; readonly operator: Operator }
  /** The sum, difference, product or quotient of a list. */
  | { readonly kind: 'fold'; readonly operator: Operator }
  /** Add, subtract, multiply, divide: what comes before a joint such as `by`, and what after. */
  | { readonly kind: 'verb'; readonly operator: Operator; readonly joints: readonly string[] }
  | { readonly kind: 'joint' | 'open' | 'close' | 'comma' | 'and' | 'of' | 'squared' | 'half' | 'double' | 'point' };

export type Token = TokenContent & {
  readonly text: string;
  /** Of its first character, from 1 on. */
  readonly position: number;
};

export const MAX_EXPRESSION_CHARACTERS = 2000;

const operator = (name: Operator): TokenContent => ({ kind: 'operator', operator: name });
const fold = (name: Operator): TokenContent => ({ kind: 'fold', operator: name });
const verb = (name: Operator, ...joints: string[]): TokenContent => ({ kind: 'verb', operator: name, joints });

const lexicon: ReadonlyMap<string, TokenContent> = new Map([
  ...[...numberWords].map(([word, number]) => [word, { kind: 'spoken', word: number }] as const),
  ['plus', operator('add')],
  ['+', operator('add')],
  ['minus', operator('sub')],
  ['negative', operator('sub')],
  ...['-', '−', '–'].map((sign) => [sign, operator('sub')] as const),
  ['times', operator('mul')],
  ['multiplied by', operator('mul')],
  ...['x', '*', '×', '·'].map((sign) => [sign, operator('mul')] as const),
  ['over', operator('div')],
  ['divided by', operator('div')],
  ...['/', '÷', ':'].map((sign) => [sign, operator('div')] as const),
  ['sum', fold('add')],
  ['difference', fold('sub')],
  ['product', fold('mul')],
  ['quotient', fold('div')],
  ['add', verb('add', 'to', 'and')],
  ['subtract', verb('sub', 'from')],
  ['multiply', verb('mul', 'by', 'with', 'and')],
  ['divide', verb('div', 'by')],
  ...['to', 'from', 'by', 'with'].map((word) => [word, { kind: 'joint' }] as const),
  ...['of', 'between'].map((word) => [word, { kind: 'of' }] as const),
  ['and', { kind: 'and' }],
  [',', { kind: 'comma' }],
  ['(', { kind: 'open' }],
  [')', { kind: 'close' }],
  ['squared', { kind: 'squared' }],
  ['²', { kind: 'squared' }],
  ['half', { kind: 'half' }],
  ['twice', { kind: 'double' }],
  ['double', { kind: 'double' }],
  ['point', { kind: 'point' }],
]);

/** Words that say nothing. */
const silent: ReadonlySet<string> = new Set(['the', 'a', 'an', 'please']);

/** Digits, in groups of three or not, with a point or an exponent; two words that are one; a word; a sign. */
const PART =
  /(?<number>(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?:\.\d+)?(?:e[+-]?\d+)?|\.\d+)|(?<pair>(?:multiplied|divided)\s+by(?!\p{L}))|(?<word>\p{L}+)|(?<sign>[^\s\p{L}\d])/gu;
/** A number right after another, with a comma or a point between. */
const UNCLEAR = /^[.,]?\d/;

/** The tokens of an expression. Throws InvalidExpressionError that names the first part that is none. */
export function expressionTokens(expression: string): readonly Token[] {
  if (expression.length > MAX_EXPRESSION_CHARACTERS) {
    const problem = `it has ${expression.length} characters`;
    throw new InvalidExpressionError(problem, `Give at most ${MAX_EXPRESSION_CHARACTERS}.`);
  }
  const text = expression.toLowerCase().replace(/[?!=.\s]+$/, '');
  const tokens: Token[] = [];
  for (const { 0: part, index, groups } of text.matchAll(PART)) {
    const position = index + 1;
    const after = text.slice(index + part.length);
    if (groups?.number !== undefined) {
      if (UNCLEAR.test(after)) throw unclear(part, after, position);
      const value = Number(part.replaceAll(',', ''));
      if (!Number.isFinite(value))
        throw new InvalidExpressionError(`${part} at character ${position} is too large`, CURE);
      tokens.push({ kind: 'number', value, text: part, position });
      continue;
    }
    if (silent.has(part) || (part === '-' && joinsNumber(tokens.at(-1), after))) continue;
    const known = lexicon.get(part.replace(/\s+/, ' '));
    if (known === undefined) {
      const problem = `${JSON.stringify(part)} at character ${position} is neither a number nor an operation`;
      throw new InvalidExpressionError(problem, CURE);
    }
    tokens.push({ ...known, text: part, position });
  }
  return tokens;
}

export const CURE = 'Write numbers with plus, minus, times, divided by and brackets, such as (3 + 4) * 2.';

/** The hyphen of twenty-three. */
function joinsNumber(before: Token | undefined, after: string): boolean {
  if (before?.kind !== 'spoken' || before.word.kind !== 'ten') return false;
  const next = numberWords.get(/^\p{L}+/u.exec(after)?.[0] ?? '');
  return next?.kind === 'unit' && next.value > 0;
}

function unclear(part: string, after: string, position: number): InvalidExpressionError {
  const rest = /^[.,]?[\d.,]*\d/.exec(after)?.[0] ?? '';
  const cure = `Write one number with a point, such as 3.5, or two with a comma and a blank, such as 3, 5.`;
  return new InvalidExpressionError(`${part}${rest} at character ${position} is unclear`, cure);
}
