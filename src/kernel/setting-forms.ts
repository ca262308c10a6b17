import { z } from 'zod';

/** A whole number within limits. */
export const whole = (min: number, max: number) => {
  const problem = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(problem).int(problem).min(min, problem).max(max, problem);
};

/** The same with a default. */
export const count = (fallback: number, min: number, max: number) => whole(min, max).default(fallback);

/** An http or https URL, without slashes at its end. */
export const url = () =>
  z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .transform((value) => value.replace(/\/+$/, ''));
