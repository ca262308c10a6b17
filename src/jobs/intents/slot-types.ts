import { parseExpression } from '../calculator/parse-expression.ts';
import { InvalidExpressionError } from '../jobs.errors.ts';
import type { Json } from '../../kernel/json.ts';

/** What a value in a request may be. `text` and `expression` may have several words, the others have one. */
export const slotTypes = ['text', 'word', 'number', 'email', 'url', 'expression'] as const;

export type SlotType = (typeof slotTypes)[number];

const EMAIL = /^[^\s@<>"(),:;]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?\.[\p{L}]{2,}$/u;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)$/;

export function hasSeveralWords(type: SlotType): boolean {
  return type === 'text' || type === 'expression';
}

/** The value of a text as its type has it: a number for `number`, else the text itself; null where it is none. */
export function readSlot(type: SlotType, text: string): Json {
  switch (type) {
    case 'text':
      return text.trim() === '' ? null : text.trim();
    case 'word':
      return /^\S+$/.test(text) ? text : null;
    case 'number':
      return NUMBER.test(text) ? Number(text) : null;
    case 'email':
      return EMAIL.test(text) ? text : null;
    case 'url':
      return /^https?:\/\//i.test(text) && URL.canParse(text) ? text : null;
    case 'expression':
      return isExpression(text) ? text : null;
  }
}

function isExpression(text: string): boolean {
  try {
    parseExpression(text);
    return true;
  } catch (error) {
    if (error instanceof InvalidExpressionError) return false;
    throw error;
  }
}
