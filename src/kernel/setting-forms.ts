import { z } from 'zod';

/** A whole number within bounds. */
export const whole = (min: number, max: number) => {
  const problem = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(problem).int(problem).min(min, problem).max(max, problem);
};

/** The same with a default. */
export const count = (fallback: number, min: number, max: number) => whole(min, max).default(fallback);
