import { AppError } from '../kernel/errors.ts';

export class DivisionByZeroError extends AppError {
  readonly code = 'RPN_DIVISION_BY_ZERO';
  readonly kind = 'invalid';

  constructor(position: number) {
    super(`Token ${position} divides by zero: change the divisor before it.`, { position });
  }
}

export class TooFewOperandsError extends AppError {
  readonly code = 'RPN_TOO_FEW_OPERANDS';
  readonly kind = 'invalid';

  constructor(operator: string, position: number, found: number) {
    super(`Token ${position}, ${operator}, needs two numbers before it and has ${found}.`, {
      operator,
      position,
      found,
    });
  }
}

export class LeftoverOperandsError extends AppError {
  readonly code = 'RPN_LEFTOVERS';
  readonly kind = 'invalid';

  constructor(left: readonly number[]) {
    super(
      `${left.length} numbers are left at the end and one would be right: add an operator. Left: ${left.slice(0, 5).join(' ')}`,
      {
        count: left.length,
      },
    );
  }
}

export class UnknownTokenError extends AppError {
  readonly code = 'RPN_UNKNOWN_TOKEN';
  readonly kind = 'invalid';

  constructor(token: string, position: number) {
    super(
      `Token ${position}, ${JSON.stringify(token.slice(0, 40))}, is neither a number nor one of + - * / add sub mul div.`,
      {
        token: token.slice(0, 40),
        position,
      },
    );
  }
}

export class NumberOutOfRangeError extends AppError {
  readonly code = 'RPN_OUT_OF_RANGE';
  readonly kind = 'invalid';

  constructor(position: number) {
    super(`Token ${position} makes a number beyond ±${Number.MAX_VALUE}, the largest there is.`, { position });
  }
}
