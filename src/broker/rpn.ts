import { InvalidInputError } from '../kernel/errors.ts';
import type { Json } from '../kernel/json.ts';
import {
  DivisionByZeroError,
  LeftoverOperandsError,
  NumberOutOfRangeError,
  TooFewOperandsError,
  UnknownTokenError,
} from './rpn.errors.ts';

const operators = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
} as const;

type Operator = keyof typeof operators;

const signs: Readonly<Record<string, Operator>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' };
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * The value of an expression in reverse Polish notation such as `3 4 + 2 *`: tokens stand apart by white space. Throws
 * TooFewOperandsError, LeftoverOperandsError, UnknownTokenError, DivisionByZeroError, NumberOutOfRangeError or, for no
 * token at all, InvalidInputError.
 */
export function evaluateRpn(expression: string): number {
  const stack: number[] = [];
  const tokens = expression.split(/\s+/).filter((token) => token !== '');
  if (tokens.length === 0)
    throw new InvalidInputError([{ path: 'expression', message: 'is empty: give one such as "3 4 +"' }]);
  tokens.forEach((token, index) => {
    const position = index + 1;
    const operator = operatorOf(token);
    if (operator === null) return void stack.push(numberOf(token, position));
    const [a, b] = stack.splice(-2);
    if (a === undefined || b === undefined) throw new TooFewOperandsError(token, position, a === undefined ? 0 : 1);
    stack.push(apply(operator, a, b, position));
  });
  const [value = 0, ...left] = stack;
  if (left.length > 0) throw new LeftoverOperandsError(stack);
  return value;
}

/**
 * What the RPN worker does: `{expression: "3 4 +"}`, the expression itself as text, or `{operation: "add", operands:
 * [3, 4]}` with two or more numbers, worked off from the left. Answers `{value}`.
 */
export function answerRpn(payload: Json): { readonly value: number } {
  if (typeof payload === 'string') return { value: evaluateRpn(payload) };
  const { expression, operation, operands } = fieldsOf(payload);
  if (typeof expression === 'string' && operation === undefined) return { value: evaluateRpn(expression) };
  if (expression !== undefined) throw wrong('expression', 'must be text, and stand alone');
  const operator = typeof operation === 'string' ? operatorOf(operation) : null;
  if (operator === null) throw wrong('operation', 'must be add, sub, mul or div (or give expression alone)');
  if (!Array.isArray(operands)) throw wrong('operands', 'must be a list of numbers');
  const numbers: readonly unknown[] = operands;
  const notANumber = numbers.findIndex((value) => typeof value !== 'number');
  if (notANumber >= 0) throw wrong(`operands[${notANumber}]`, 'is no number');
  const [first, ...others] = numbers as readonly number[];
  if (first === undefined || others.length === 0) throw new TooFewOperandsError(operator, 1, numbers.length);
  return { value: others.reduce((value, other, index) => apply(operator, value, other, index + 2), first) };
}

function fieldsOf(payload: Json): Readonly<Record<string, Json | undefined>> {
  if (typeof payload === 'object' && payload !== null && !Array.isArray(payload)) {
    return payload as Readonly<Record<string, Json>>;
  }
  throw wrong('', 'must be an expression, {expression} or {operation, operands}');
}

function operatorOf(token: string): Operator | null {
  if (Object.hasOwn(signs, token)) return signs[token] ?? null;
  const name = token.toLowerCase();
  return Object.hasOwn(operators, name) ? (name as Operator) : null;
}

function numberOf(token: string, position: number): number {
  if (!NUMBER.test(token)) throw new UnknownTokenError(token, position);
  return inRange(Number(token), position);
}

function apply(operator: Operator, a: number, b: number, position: number): number {
  if (operator === 'div' && b === 0) throw new DivisionByZeroError(position);
  return inRange(operators[operator](a, b), position);
}

/** JSON has no -0, no infinity and no NaN. */
function inRange(value: number, position: number): number {
  if (!Number.isFinite(value)) throw new NumberOutOfRangeError(position);
  return Object.is(value, -0) ? 0 : value;
}

function wrong(path: string, message: string): InvalidInputError {
  return new InvalidInputError([{ path: path === '' ? 'payload' : `payload.${path}`, message }]);
}
